import {
  DEFAULT_PROXY_API_KEY,
  type Environment,
  LIVE_VARIABLES,
  readEnvFile,
  setInEnvFile,
  type SettingsProblem,
} from "../config/mod.ts";
import type { SettingsFile } from "../admin/mod.ts";

const OWNER = "PROXY_API_KEY";
/** Names the variables that a process took from `.env`, for the processes that it starts. */
const FROM_FILE = "GEMINITRO_FROM_FILE";

/** Opens `.env` for settings that are changed at run time. `started` is the environment of this process's start. */
export async function openSettingsFile(path: string, started: Environment): Promise<SettingsFile> {
  const names = new Set(namesFromFile(started, await readEnvFile(path).catch((): Environment => ({}))));
  const entries = Object.entries(started);
  return {
    // Variables that are not from the file come from the program's environment and take precedence.
    own: Object.fromEntries(entries.filter(([name]) => !names.has(name))),
    started: Object.fromEntries(entries.filter(([name]) => names.has(name))),
    read: () => readEnvFile(path),
    async write(changes) {
      try {
        await setInEnvFile(path, changes);
        return undefined;
      } catch (cause) {
        const why = cause instanceof Error ? cause.message : String(cause);
        return `${path} could not be written: ${why}`;
      }
    },
    saveOwnerKey: (key, inUse) => saveOwnerKey(path, key, inUse),
  };
}

/**
 * The variables of an environment that come from the file: those with the same value, or that the parent process
 * names.
 */
function namesFromFile(env: Environment, file: Environment): readonly string[] {
  const told = env[FROM_FILE];
  if (told !== undefined) return told.split(",");
  return Object.keys(file).filter((name) => (env[name] ?? "").trim() === (file[name] ?? "").trim());
}

/** The environment for a further process of this program: it names the variables that come from the file. */
export async function environmentOfWorker(env: Environment, path: string | undefined): Promise<Environment> {
  const file = path === undefined ? {} : await readEnvFile(path);
  return { ...env, [FROM_FILE]: namesFromFile(env, file).join(",") };
}

/**
 * The environment inside such a process: settings that apply at once are read again, since it may start long
 * after the first.
 */
export async function environmentInWorker(env: Environment, path: string | undefined): Promise<Environment> {
  const file = path === undefined ? {} : await readEnvFile(path);
  const own = namesFromFile(env, {});
  const names = LIVE_VARIABLES.filter((name) => own.includes(name) || (env[name] ?? "") === "");
  return { ...env, ...Object.fromEntries(names.map((name) => [name, file[name]])) };
}

/**
 * Writes a new owner's key to `.env`, unless the current key came from elsewhere; returns a sentence if it could not.
 */
async function saveOwnerKey(
  path: string,
  key: string,
  inUse: readonly string[],
): Promise<string | undefined> {
  try {
    const inFile = (await readEnvFile(path))[OWNER] || DEFAULT_PROXY_API_KEY;
    if (!inUse.includes(inFile)) {
      return `${OWNER} is set in the environment of the server, which goes before .env: change it there`;
    }
    await setInEnvFile(path, { [OWNER]: key });
    return undefined;
  } catch (cause) {
    return `${path} could not be written (${
      cause instanceof Error ? cause.name : "unknown"
    }): change ${OWNER} there by hand`;
  }
}

/** One or more settings do not parse; the message names each with its value and what is allowed. */
export class SettingsError extends Error {
  override readonly name = "SettingsError";
  readonly problems: readonly SettingsProblem[];

  constructor(problems: readonly SettingsProblem[]) {
    super(problems.map((problem) => problem.message).join("\n"));
    this.problems = problems;
  }
}
