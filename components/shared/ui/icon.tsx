const PATHS = {
  quotas: "M12 3a9 9 0 1 0 9 9M12 3v9l6.4-6.4",
  keys: "M15.5 8.5a5 5 0 1 0-4.4 4.97L13 15.5h2.5V18H18v3h3v-3.5l-5.7-5.7M9 8h.01",
  requests: "M4 6h16M4 12h16M4 18h10",
  flow: "M4 5h4c8 0 4 14 12 14M4 19h4c3 0 4-2 5-4m3-8c1-1.3 2-2 4-2",
  logs: "M5 7l4 4-4 4M12 17h7",
  models: "M12 3l8 4.5v9L12 21l-8-4.5v-9zM12 12l8-4.5M12 12v9M12 12L4 7.5",
  playground: "M21 12a8 8 0 0 1-8 8H4l2.3-2.9A8 8 0 1 1 21 12zM9 12h.01M13 12h.01M17 12h.01",
  search: "M20 20l-4.5-4.5M17 10.5a6.5 6.5 0 1 1-13 0 6.5 6.5 0 0 1 13 0z",
  plus: "M12 5v14M5 12h14",
  close: "M6 6l12 12M18 6L6 18",
  check: "M5 12.5l4.5 4.5L19 7.5",
  alert: "M12 4l9 16H3zM12 10v4M12 17h.01",
  play: "M8 5l11 7-11 7z",
  pause: "M9 5v14M15 5v14",
  copy: "M9 9h11v11H9zM5 15H4V4h11v1",
  download: "M12 4v11M7 11l5 5 5-5M5 20h14",
  theme: "M20 14a8.5 8.5 0 0 1-10-10 8.5 8.5 0 1 0 10 10z",
  edit: "M4 20h4L19 9l-4-4L4 16zM13 7l4 4",
  trash: "M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13",
  refresh: "M20 11a8 8 0 0 0-14.5-4L4 9M4 4v5h5M4 13a8 8 0 0 0 14.5 4L20 15M20 20v-5h-5",
  out: "M14 4h5v16h-5M4 12h11M11 8l4 4-4 4",
  up: "M12 19V5M6 11l6-6 6 6",
  chevron: "M6 9l6 6 6-6",
  arrow: "M5 12h14M13 6l6 6-6 6",
} as const;

export type IconName = keyof typeof PATHS;

/** One line icon, in the colour of the text around it; hidden from screen readers, so give the button a name. */
export function Icon({ name, class: extra = "" }: { name: IconName; class?: string }) {
  return <LineIcon path={PATHS[name]} class={extra} />;
}

/** An icon of its own path, in a box of 24 by 24. */
export function LineIcon({ path, class: extra = "" }: { path: string; class?: string }) {
  return (
    <svg
      viewBox="0 0 24 24"
      class={`size-[1.15em] shrink-0 ${extra}`}
      fill="none"
      stroke="currentColor"
      stroke-width="1.75"
      stroke-linecap="round"
      stroke-linejoin="round"
      aria-hidden="true"
    >
      <path d={path} />
    </svg>
  );
}
