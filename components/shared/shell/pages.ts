import { text } from "../words.ts";
import type { NavIconName } from "./nav_icon.tsx";

export interface DashboardPage {
  readonly href: string;
  readonly label: string;
  readonly icon: NavIconName;
  /** Typed after `g`, it goes there. */
  readonly letter: string;
}

/** The pages in the order of the menu. */
export const PAGES: readonly DashboardPage[] = [
  { href: "/dashboard", label: text.nav.overview, icon: "overview", letter: "o" },
  { href: "/dashboard/now", label: text.nav.now, icon: "play", letter: "n" },
  { href: "/dashboard/problems", label: text.nav.problems, icon: "alert", letter: "x" },
  { href: "/dashboard/usage", label: text.nav.usage, icon: "chart", letter: "u" },
  { href: "/dashboard/quotas", label: text.nav.quotas, icon: "quotas", letter: "q" },
  { href: "/dashboard/keys", label: text.nav.keys, icon: "keys", letter: "k" },
  { href: "/dashboard/requests", label: text.nav.requests, icon: "requests", letter: "r" },
  { href: "/dashboard/flow", label: text.nav.flow, icon: "flow", letter: "f" },
  { href: "/dashboard/logs", label: text.nav.logs, icon: "logs", letter: "l" },
  { href: "/dashboard/models", label: text.nav.models, icon: "models", letter: "m" },
  { href: "/dashboard/playground", label: text.nav.playground, icon: "playground", letter: "p" },
  { href: "/dashboard/setup", label: text.nav.setup, icon: "setup", letter: "w" },
  { href: "/dashboard/settings", label: text.nav.settings, icon: "settings", letter: "s" },
];
