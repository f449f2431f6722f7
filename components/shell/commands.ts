import { keyName } from "../format.ts";
import { data, messageOf, send } from "../live/browser_api.ts";
import { configuration } from "../live/configuration.ts";
import { say } from "../live/toasts.ts";
import { paletteText } from "../text/commands.ts";
import { text } from "../text/shell.ts";
import { PAGES } from "./pages.ts";
import { chooseTheme } from "./theme.ts";

export interface Command {
  readonly group: string;
  readonly label: string;
  readonly hint?: string;
  readonly run: () => void;
}

const words = paletteText;

function go(href: string): () => void {
  return () => location.assign(href);
}

async function checkKeys(): Promise<void> {
  await send("POST", "/api/keys/check").catch((error) => say(messageOf(error), { tone: "bad" }));
}

/** What the palette offers without asking the server. */
export const FIXED: readonly Command[] = [
  ...PAGES.map((page) => ({
    group: words.pages,
    label: page.label,
    hint: `g ${page.letter}`,
    run: go(page.href),
  })),
  { group: words.actions, label: words.addKeys, run: go("/dashboard/keys?add") },
  { group: words.actions, label: words.checkKeys, run: () => void checkKeys() },
  { group: words.actions, label: words.themeLight, run: () => chooseTheme({ mode: "light" }) },
  { group: words.actions, label: words.themeDark, run: () => chooseTheme({ mode: "dark" }) },
  { group: words.actions, label: words.themeSystem, run: () => chooseTheme({ mode: "system" }) },
];

/** Keys and models, fetched when the palette opens. */
export async function foundCommands(): Promise<readonly Command[]> {
  const [keys, catalog] = await Promise.all([data.keys(), configuration.catalog()]).catch(() =>
    [[], undefined] as const
  );
  return [
    ...keys.map((key) => ({
      group: words.keys,
      label: keyName(key),
      hint: text.status[key.status],
      run: go(`/dashboard/keys?focus=${encodeURIComponent(key.id)}`),
    })),
    ...(catalog?.models ?? []).map((model) => ({
      group: words.models,
      label: model.id,
      run: go(`/dashboard/models?q=${encodeURIComponent(model.id)}`),
    })),
  ];
}

/** The commands whose label holds every typed word, those that begin with them first; a search for requests at the end. */
export function matching(commands: readonly Command[], typed: string, most = 12): readonly Command[] {
  const wanted = typed.toLowerCase().split(/\s+/).filter(Boolean);
  const fits = commands.filter(({ label }) => wanted.every((word) => label.toLowerCase().includes(word)));
  const begins = (command: Command) => command.label.toLowerCase().startsWith(wanted[0] ?? "") ? 0 : 1;
  const found = fits.toSorted((a, b) => begins(a) - begins(b)).slice(0, most);
  if (typed.trim() === "") return found;
  return [...found, {
    group: text.nav.requests,
    label: words.searchRequests(typed.trim()),
    run: go(`/dashboard/requests?q=${encodeURIComponent(typed.trim())}`),
  }];
}
