import { isObject, ok } from "../core/mod.ts";
import {
  type Environment,
  LIVE_VARIABLES,
  loadSettings,
  SETTINGS_TABLE,
  type ShownSetting,
  showSettings,
  takeLiveSettings,
} from "../config/mod.ts";
import type { ConfigSnapshot } from "../state/mod.ts";
import { type AdminDeps, type Outcome, refuse } from "./admin_deps.ts";

/** Name of the record that tells other processes on this machine that `.env` has changed. */
const CHANGED = "settings-file";
const UNDO_KIND = "changed_settings";
/** How long a change of settings can be undone. */
const UNDO_MS = 10 * 60_000;

/** `.env`, where settings changed at run time are stored. */
export interface SettingsFile {
  /** The environment that this process was started with; it takes precedence over the file. */
  readonly own: Environment;
  /** The file's values when this process started. */
  readonly started: Environment;
  read(): Promise<Environment>;
  /** Sets variables and removes those that are null; returns a sentence if it could not. */
  write(changes: Readonly<Record<string, string | null>>): Promise<string | undefined>;
  saveOwnerKey(key: string, inUse: readonly string[]): Promise<string | undefined>;
}

/** A setting with its value from the next start on. */
export interface SettingRow extends ShownSetting {
  /** The value from the next start on; absent when that is the current one. */
  readonly next?: string | null;
  /** Why it cannot be changed here; absent when it can. */
  readonly fixed?: string;
}

export type VariableChanges = Readonly<Record<string, string | null>>;

/** Every setting: its meaning, current value and origin, and the value from the next start on. */
export async function settingRows({ settingsFile }: AdminDeps): Promise<readonly SettingRow[]> {
  const { own = {}, started = {} } = settingsFile ?? {};
  const file = await settingsFile?.read().catch(() => started) ?? started;
  const before = new Map(showSettings(own, started).map((row) => [row.variable, row]));
  return showSettings(own, file).map((coming): SettingRow => {
    const { variable, applies } = coming;
    const now = applies === "now" ? coming : before.get(variable) ?? coming;
    const isHidden = now.secret && (own[variable] ?? file[variable]) !== (own[variable] ?? started[variable]);
    const waits = applies === "restart" && (now.value !== coming.value || isHidden);
    const fixed = whyFixed(coming, settingsFile);
    return { ...now, ...(waits ? { next: coming.value } : {}), ...(fixed === undefined ? {} : { fixed }) };
  });
}

function whyFixed({ variable, elsewhere, origin }: ShownSetting, file: SettingsFile | undefined) {
  if (elsewhere !== undefined) return elsewhere;
  if (file === undefined) return "This program has no .env to write to: set it where it is started.";
  return origin === "environment"
    ? `${variable} is set in the environment of the server, which goes before .env: change it there.`
    : undefined;
}

/** Whether a process of this machine wrote to `.env` between two states of the configuration. */
export function isSettingsFileChanged(next: ConfigSnapshot, previous: ConfigSnapshot): boolean {
  return next.settings.get(CHANGED) !== previous.settings.get(CHANGED);
}

/** Reads what any process of this machine has written to `.env`. */
export async function followSettingsFile({ settingsFile, settings }: AdminDeps): Promise<void> {
  if (settingsFile === undefined) return;
  takeFrom(settings, settingsFile, await settingsFile.read());
}

function takeFrom(settings: AdminDeps["settings"], { own, started }: SettingsFile, file: Environment) {
  // Only settings that apply at once are taken; the others keep their value from the start.
  const live = Object.fromEntries(LIVE_VARIABLES.map((variable) => [variable, file[variable]]));
  return takeLiveSettings(settings, { ...started, ...live, ...own });
}

/** Writes settings to `.env`; those that apply at once do. Returns an id to undo it. */
export async function changeVariables(
  deps: AdminDeps,
  changes: VariableChanges,
): Promise<Outcome<string>> {
  const { settingsFile, store, ports, ledger } = deps;
  const refused = await whyNot(deps, changes);
  if (refused !== undefined || settingsFile === undefined) return refused ?? noFile();
  const file = await settingsFile.read();
  const names = Object.keys(changes);
  const before = Object.fromEntries(names.map((name) => [name, file[name] ?? null]));
  const problem = await settingsFile.write(changes);
  if (problem !== undefined) return refuse(409, "fixed", problem, "variables");
  takeFrom(deps.settings, settingsFile, await settingsFile.read());
  const undo = ports.newId("undo_");
  await store.expiring.put(UNDO_KIND, undo, await store.vault.seal(JSON.stringify(before)), UNDO_MS);
  await store.settings.put(CHANGED, { at: ports.clock.now() });
  ledger.log("info", "config", `Settings were changed: ${names.join(", ")}`);
  return ok(undo);
}

/** Restores what a change replaced; returns an id to undo that. */
export async function undoVariables(deps: AdminDeps, undo: string): Promise<Outcome<string>> {
  const sealed = await deps.store.expiring.take(UNDO_KIND, undo);
  const before: unknown = typeof sealed === "string"
    // deno-lint-ignore geminitro/foreign-json -- this program wrote it
    ? JSON.parse(await deps.store.vault.open(sealed))
    : undefined;
  if (!isObject(before)) return refuse(404, "not_found", "This change cannot be undone any more");
  return await changeVariables(deps, before as VariableChanges);
}

function noFile(): Outcome<never> {
  return refuse(
    409,
    "fixed",
    "This program has no .env to write to: set it where it is started",
    "variables",
  );
}

/** Why a change is refused: an unknown name, a setting that is changed elsewhere, a text that does not parse. */
async function whyNot(deps: AdminDeps, changes: VariableChanges): Promise<Outcome<never> | undefined> {
  const { settingsFile } = deps;
  if (settingsFile === undefined) return noFile();
  const rows = new Map((await settingRows(deps)).map((row) => [row.variable, row]));
  const known = new Set(SETTINGS_TABLE.map(({ variable }) => variable));
  for (const name of Object.keys(changes)) {
    const field = `variables.${name}`;
    if (!known.has(name)) return refuse(422, "invalid", `There is no setting ${name}`, field);
    const fixed = rows.get(name)?.fixed;
    if (fixed !== undefined) return refuse(409, "fixed", fixed, field);
  }
  const set = Object.entries(changes).map(([name, text]) => [name, text ?? ""]);
  const loaded = loadSettings({
    ...await settingsFile.read(),
    ...Object.fromEntries(set),
    ...settingsFile.own,
  });
  if (loaded.ok) return undefined;
  const [problem] = loaded.error;
  return refuse(
    422,
    "invalid",
    problem?.message ?? "A setting does not parse",
    `variables.${problem?.variable ?? ""}`,
  );
}
