import { Icon, type IconName, LineIcon } from "../ui/icon.tsx";

/** Icons of the menu alone, which the server draws: no script carries them. */
const PATHS = {
  overview: "M3 12h4l3 8 4-16 3 8h4",
  chart: "M4 20h16M7 16v-5M12 16V6M17 16v-8",
  settings:
    "M4 7h10M18 7h2M4 17h2M10 17h10M16 7a2 2 0 1 1-4 0 2 2 0 0 1 4 0zM10 17a2 2 0 1 1-4 0 2 2 0 0 1 4 0z",
  setup: "M5 19l9-9M14 4v3M12.5 5.5h3M19 9v3M17.5 10.5h3M8 4v2M7 5h2M15 9l1 1",
  menu: "M4 7h16M4 12h16M4 17h16",
} as const;

export type NavIconName = IconName | keyof typeof PATHS;

/** An icon of the menu. */
export function NavIcon({ name }: { name: NavIconName }) {
  return name in PATHS
    ? <LineIcon path={PATHS[name as keyof typeof PATHS]} />
    : <Icon name={name as IconName} />;
}
