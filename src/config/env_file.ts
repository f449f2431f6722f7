import { dirname } from "node:path";
import { parse } from "@std/dotenv";
import { dataFolder, joinPath } from "./home.ts";
import type { Environment, Option } from "./option.ts";
import { readSettingsText } from "./read_text.ts";
import { SETTINGS_TABLE } from "./table.ts";

export interface EnvironmentOptions {
  /** The project's folder when the program runs from a checkout; absent for the executable. */
  readonly projectDir?: string;
  /** Data folder; default: as the environment and platform say. */
  readonly home?: string;
  /** The process environment; default: Deno's. */
  readonly env?: Environment;
}

/**
 * The environment to make settings of: the process's own, then what `.env` adds. `.env` is the project's own in a checkout
 * and lies in the data folder for the executable; a `.env` of the current folder is never read.
 */
export async function readEnvironment(options: EnvironmentOptions = {}): Promise<Environment> {
  const env = options.env ?? Deno.env.toObject();
  const path = envFilePath({ ...options, env });
  if (path === undefined) return env;
  // An empty variable is the same as none: it must not hide what `.env` says.
  const set = Object.entries(env).filter(([, value]) => (value ?? "").trim() !== "");
  return { ...env, ...await readEnvFile(path), ...Object.fromEntries(set) };
}

/** Where `.env` lies; undefined when there is no folder for it. */
export function envFilePath(options: EnvironmentOptions): string | undefined {
  const { os } = Deno.build;
  const folder = options.projectDir ?? options.home ?? dataFolder(options.env ?? Deno.env.toObject(), os);
  return folder === undefined ? undefined : joinPath(os, folder, ".env");
}

/** What `.env` sets; nothing when there is none. */
export async function readEnvFile(path: string): Promise<Environment> {
  try {
    return parse(await readSettingsText(path));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return {};
    throw error;
  }
}

const FIRST_LINES = ["PORT", "PROXY_API_KEY", "AUTO_UPDATE"];

/** Writes `.env` with the first settings and their defaults, mode 0600. False when there is one already; it is left alone. */
export async function writeDefaultEnv(path: string): Promise<boolean> {
  const options = SETTINGS_TABLE.filter((option) => FIRST_LINES.includes(option.variable));
  const text = options.map((option) => `# ${option.doc}\n${option.variable}=${option.fallback ?? ""}\n`).join(
    "\n",
  );
  try {
    // The first start of a program without a checkout: its data folder is not there yet.
    await Deno.mkdir(dirname(path), { recursive: true, mode: 0o700 });
    await Deno.writeTextFile(path, text, { createNew: true, mode: 0o600 });
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.AlreadyExists) return false;
    throw error;
  }
}

/** Sets one variable in `.env`, in place or at the end, by a new file that takes the old one's place. Throws as the file system does. */
export async function setInEnvFile(path: string, name: string, value: string): Promise<void> {
  const before = await readSettingsText(path).catch((error) => {
    if (error instanceof Deno.errors.NotFound) return "";
    throw error;
  });
  // deno-lint-ignore geminitro/linear-regexps -- the name is a setting's, the text the user's own file
  const line = new RegExp(`^[ \\t]*(?:export[ \\t]+)?${name}[ \\t]*=.*$`, "gm");
  const assignment = `${name}=${value}`;
  const after = line.test(before)
    ? before.replace(line, () => assignment)
    : `${before}${before === "" || before.endsWith("\n") ? "" : "\n"}${assignment}\n`;
  const temporary = `${path}.${crypto.randomUUID()}`;
  await Deno.mkdir(dirname(path), { recursive: true, mode: 0o700 });
  try {
    await Deno.writeTextFile(temporary, after, { createNew: true, mode: 0o600 });
    await Deno.rename(temporary, path);
  } catch (error) {
    await Deno.remove(temporary).catch(() => {});
    throw error;
  }
}

/** The text of `.env.example`: every setting with its default, commented out. */
export function exampleEnv(): string {
  const groups = Map.groupBy(SETTINGS_TABLE, (option) => option.group);
  const sections = [...groups].map(([title, options]) =>
    `## ${title}\n\n${options.map(exampleLine).join("\n")}`
  );
  const head =
    "# Settings of GemiNitro. The process environment comes first, then this file. Times are milliseconds.\n" +
    "# Copy it to .env and uncomment what you change; what is commented out shows the default.\n";
  return `${head}\n${sections.join("\n")}`;
}

function exampleLine(option: Option<unknown>): string {
  return `# ${option.doc}\n#${option.variable}=${option.fallback ?? ""}\n`;
}
