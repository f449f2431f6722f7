import type { ComponentChildren } from "preact";
import { text } from "../words.ts";
import { NavIcon } from "./nav_icon.tsx";
import { PAGES } from "./pages.ts";

function Links({ path }: { path: string }) {
  return (
    <ul class="grid gap-0.5">
      {PAGES.map((page) => (
        <li key={page.href}>
          <a
            href={page.href}
            aria-current={path === page.href ? "page" : undefined}
            class="flex items-center gap-3 rounded-lg px-3 py-1.5 text-soft hover:bg-sunken hover:text-ink aria-[current=page]:bg-accent-wash aria-[current=page]:font-medium aria-[current=page]:text-accent"
          >
            <NavIcon name={page.icon} />
            {page.label}
          </a>
        </li>
      ))}
    </ul>
  );
}

function Brand() {
  return (
    <a href="/dashboard" class="flex items-center gap-2.5 text-base font-semibold tracking-tight">
      <img src="/favicon.svg" alt="" class="size-7" />
      {text.product}
    </a>
  );
}

/** The menu: a column on wide screens, a fold-out that works without script on narrow ones. */
export function SideNav(
  { path, tools, verdict }: { path: string; tools: ComponentChildren; verdict: ComponentChildren },
) {
  return (
    <header class="sticky top-0 z-40 border-b border-line bg-panel lg:static lg:border-e lg:border-b-0">
      <div class="flex flex-col lg:sticky lg:top-0 lg:h-dvh lg:gap-6 lg:overflow-y-auto lg:px-4 lg:py-6">
        <div class="flex items-center gap-3 px-4 py-2.5 lg:px-3 lg:py-0">
          <Brand />
        </div>
        <div class="flex px-4 pb-2 empty:hidden lg:-my-3 lg:grid lg:px-3 lg:pb-0">{verdict}</div>
        <details class="group absolute end-2 top-1.5 lg:hidden">
          <summary class="btn btn-quiet list-none [&::-webkit-details-marker]:hidden" aria-label={text.menu}>
            <NavIcon name="menu" />
          </summary>
          <nav aria-label={text.menu} class="sheet absolute end-0 mt-2 w-60 rounded-xl p-2">
            <Links path={path} />
          </nav>
        </details>
        <nav aria-label={text.nav.label} class="hidden lg:block">
          <Links path={path} />
        </nav>
        <div class="absolute end-14 top-1.5 lg:static lg:mt-auto">{tools}</div>
      </div>
    </header>
  );
}
