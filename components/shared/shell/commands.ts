import { readCatalog } from "../models/read_catalog.ts";
import type { KeyRow } from "../views.ts";
import { keyName } from "../format.ts";
import { ALL_KEYS, readKeys } from "../keys/read_keys.ts";
import { api, messageOf } from "../live/browser_api.ts";
import { showToast } from "../live/toasts.ts";
import { paletteText, themeText } from "./words.ts";
import { text } from "../words.ts";
import { PAGES } from "./pages.ts";
import { chooseTheme, PALETTES } from "./theme.ts";

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

/** Runs a change and reports the result. */
function act(task: () => Promise<string>): () => void {
  return () =>
    void task().then(
      (done) => showToast(done, { tone: "good" }),
      (error) => showToast(messageOf(error), { tone: "bad", ms: 10_000 }),
    );
}

async function checkKeys(): Promise<string> {
  const { results } = await api.checkAllKeys();
  return words.keysChecked(results.filter(({ ok }) => ok).length, results.length);
}

async function refreshModels(): Promise<string> {
  return words.modelsRefreshed((await api.refreshModels()).models.length);
}

async function testAlert(): Promise<string> {
  const { ok, reason } = await api.testAlert();
  if (!ok) throw new Error(reason);
  return words.alertSent;
}

function signOut(): void {
  document.querySelector<HTMLFormElement>("form[action='/dashboard/logout']")?.requestSubmit();
}

const ACTIONS: readonly (readonly [label: string, run: () => void])[] = [
  [words.addKeys, go("/dashboard/keys?add")],
  [words.signIn, go("/dashboard/keys?signin")],
  [words.checkKeys, act(checkKeys)],
  [words.refreshModels, act(refreshModels)],
  [words.addCap, go("/dashboard/quotas?add")],
  [words.nameModels, go("/dashboard/models#names")],
  [words.agents, go("/dashboard/setup?step=3")],
  [words.firstCall, go("/dashboard/setup?step=4")],
  [words.newToken, go("/dashboard/settings#tokens")],
  [words.ownerToken, go("/dashboard/settings#owner")],
  [words.testAlert, act(testAlert)],
  [words.transfer, go("/dashboard/settings#transfer")],
  [words.deadKeys, go("/dashboard/keys?status=dead")],
  [words.themeLight, () => chooseTheme({ mode: "light" })],
  [words.themeDark, () => chooseTheme({ mode: "dark" })],
  [words.themeSystem, () => chooseTheme({ mode: "system" })],
  ...PALETTES.map((palette) =>
    [words.palette(themeText.palettes[palette]), () => chooseTheme({ palette })] as const
  ),
  [words.signOut, signOut],
];

/** Commands of the palette that need no server. */
export const FIXED: readonly Command[] = [
  ...PAGES.map((page) => ({
    group: words.pages,
    label: page.label,
    hint: `g ${page.letter}`,
    run: go(page.href),
  })),
  ...ACTIONS.map(([label, run]) => ({ group: words.actions, label, run })),
];

/** A key, and what can be done to it. */
function keyCommands(key: KeyRow): readonly Command[] {
  const name = keyName(key);
  const isOff = key.status === "disabled";
  const change = (label: string, task: () => Promise<unknown>): Command => ({
    group: words.actions,
    label,
    run: act(async () => {
      await task();
      return words.done(label);
    }),
  });
  return [
    {
      group: words.keys,
      label: name,
      hint: text.status[key.status],
      run: go(`/dashboard/keys?focus=${encodeURIComponent(key.id)}`),
    },
    change(words.checkKey(name), () => api.checkKey(key.id)),
    change(
      (isOff ? words.switchOn : words.switchOff)(name),
      () => api.editKey(key.id, { enabled: isOff }),
    ),
    ...(key.cooldowns.length === 0 ? [] : [change(words.lift(name), () => api.liftCooldown(key.id))]),
  ];
}

/** Keys and models, fetched when the palette opens. */
export async function foundCommands(): Promise<readonly Command[]> {
  const [keys, catalog] = await Promise.all([
    // A page of them: the others are found by the search for keys at the end of the list.
    readKeys(api, { ...ALL_KEYS, sort: "name" }).then(({ rows }) => rows),
    readCatalog(api),
  ]).catch(() => [[], undefined] as const);
  return [
    ...keys.flatMap(keyCommands),
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
    group: words.keys,
    label: words.searchKeys(typed.trim()),
    run: go(`/dashboard/keys?q=${encodeURIComponent(typed.trim())}`),
  }, {
    group: text.nav.requests,
    label: words.searchRequests(typed.trim()),
    run: go(`/dashboard/requests?q=${encodeURIComponent(typed.trim())}`),
  }];
}
