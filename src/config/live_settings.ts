import { err, ok, type Result } from "../core/mod.ts";
import { loadSettings } from "./load_settings.ts";
import type { Environment, SettingsProblem } from "./option.ts";
import type { Settings } from "./settings.ts";
import { SETTINGS_TABLE } from "./table.ts";

/** The variables whose change holds at once; the owner's token has a way of its own over all processes. */
export const LIVE_VARIABLES: readonly string[] = SETTINGS_TABLE
  .filter(({ variable, applies }) => applies === "now" && variable !== "PROXY_API_KEY")
  .map(({ variable }) => variable);

/** `LOG_BODIES` is the field `logBodies`. */
function fieldOf(variable: string): string {
  return variable.toLowerCase().replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

/**
 * Takes the settings that hold at once over from an environment, into the object that every service holds; the others stay.
 * Nothing is taken when anything in it does not parse.
 */
export function takeLiveSettings(settings: Settings, env: Environment): Result<void, SettingsProblem[]> {
  const loaded = loadSettings(env);
  if (!loaded.ok) return err(loaded.error);
  const next = loaded.value as unknown as Readonly<Record<string, unknown>>;
  // The one place that writes to settings: readers see a value again each time they use it.
  const held = settings as unknown as Record<string, unknown>;
  for (const field of LIVE_VARIABLES.map(fieldOf)) {
    if (next[field] === undefined) delete held[field];
    else held[field] = next[field];
  }
  return ok(undefined);
}
