import { dirname, posix, win32 } from "@std/path";
import { parse } from "@std/dotenv";
import type { Environment, Option } from "./option.ts";
import { SETTINGS_TABLE } from "./table.ts";
import { writeWholeFile } from "../system/mod.ts";

export interface EnvironmentOptions {
  /** The project's folder when the program runs from a checkout; absent for the executable. */
  readonly projectDir?: string;
  /** Data folder; default: as the environment and platform say. */
  readonly home?: string;
  /** The process environment; default: Deno's. */
  readonly env?: Environment;
}

/**
 * The environment for the settings: the process's own, then what `.env` adds. `.env` is the project's own in a
 * checkout and lies in the data folder for the executable; a `.env` of the current folder is never read.
 */
export async function readEnvironment(options: EnvironmentOptions = {}): Promise<Environment> {
  const env = options.env ?? Deno.env.toObject();
  const path = envFilePath({ ...options, env });
  if (path === undefined) return env;
  // An empty variable counts as unset: it must not hide the one in `.env`.
  const set = Object.entries(env).filter(([, value]) => (value ?? "").trim() !== "");
  return { ...env, ...await readEnvFile(path), ...Object.fromEntries(set) };
}

/** The path of `.env`; undefined when there is no folder for it. */
export function envFilePath(options: EnvironmentOptions): string | undefined {
  const { os } = Deno.build;
  const folder = options.projectDir ?? options.home ?? dataFolder(options.env ?? Deno.env.toObject(), os);
  return folder === undefined ? undefined : joinPath(os, folder, ".env");
}

/** Variables that `.env` sets; none when there is no such file. */
export async function readEnvFile(path: string): Promise<Environment> {
  try {
    return parse(await readSettingsText(path));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return {};
    if (!(error instanceof Deno.errors.PermissionDenied)) throw error;
    // Continuing without it would ignore the settings that the user wrote.
    throw new Error(
      `${path} cannot be read: it belongs to another user. Give this user the right to read it, or run as its owner.`,
    );
  }
}

const FIRST_LINES = ["PORT", "PROXY_API_KEY", "AUTO_UPDATE"];

/**
 * Writes `.env` with the first settings and their defaults, mode 0600. False when there is one already; it is not changed.
 */
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

/** The longest text that is written to `.env` for one variable, in characters. */
const LONGEST_VALUE = 50_000;

/** `NAME=value`, quoted where needed; undefined for a value that no line can hold. */
function assignmentOf(name: string, value: string): string | undefined {
  const quotes = /^[\w./:,@%+*~=-]*$/.test(value) ? [""] : ["'", '"', "`"];
  const fits = quotes.filter((quote) => quote === "" || !value.includes(quote))
    .map((quote) => `${name}=${quote}${value}${quote}`)
    .find((line) => parse(line)[name] === value);
  return value.length > LONGEST_VALUE || /[\r\n\0]/.test(value) ? undefined : fits;
}

/**
 * Sets variables in `.env`, in place or at the end, and removes those that are null, by writing a new file and
 * renaming it. Throws errors of the file system, and when the new file would not parse to exactly the wanted
 * values.
 */
export async function setInEnvFile(
  path: string,
  changes: Readonly<Record<string, string | null>>,
): Promise<void> {
  const before = await readSettingsText(path).catch((error) => {
    if (error instanceof Deno.errors.NotFound) return "";
    throw error;
  });
  const after = Object.entries(changes).reduce(
    (text, [name, value]) => withVariable(text, name, value),
    before,
  );
  const wanted = Object.entries({ ...parse(before), ...changes }).filter(([, value]) => value !== null);
  const read = Object.entries(parse(after));
  const { isDeepStrictEqual } = await import("node:util");
  if (!isDeepStrictEqual(new Map(wanted), new Map(read))) {
    throw new Error(`${path} is written in a way that cannot be changed here: edit it by hand`);
  }
  await writeWholeFile(path, after, { folder: true });
}

/** A text in `.env` form with one variable set, or without it. */
function withVariable(text: string, name: string, value: string | null): string {
  // deno-lint-ignore geminitro/linear-regexps -- the name is a setting's, the text the user's own file
  const line = new RegExp(`^[ \\t]*(?:export[ \\t]+)?${name}[ \\t]*=.*(?:\\n|$)`, "gm");
  const assignment = value === null ? "" : assignmentOf(name, value);
  if (assignment === undefined) {
    throw new Error(`${name} cannot be written to .env: it has several lines or quotes`);
  }
  const added = assignment === "" ? "" : `${assignment}\n`;
  if (line.test(text)) return text.replace(line, () => added);
  return `${text}${text === "" || text.endsWith("\n") ? "" : "\n"}${added}`;
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

/**
 * Reads a settings file from any editor: UTF-8 with or without a byte order mark, or UTF-16 with one. Throws
 * with the file's name for anything else, as lines that do not parse would be ignored silently.
 */
async function readSettingsText(path: string): Promise<string> {
  const bytes = await Deno.readFile(path);
  const [first, second] = bytes;
  if (first === 0xff && second === 0xfe) return new TextDecoder("utf-16le").decode(bytes);
  if (first === 0xfe && second === 0xff) return new TextDecoder("utf-16be").decode(bytes);
  if (!bytes.includes(0)) {
    try {
      return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    } catch {
      // Reported below.
    }
  }
  throw new Error(`${path} is not UTF-8 text: save it as UTF-8 and start again. Nothing of it was read.`);
}

/** The user's own folder as the platform tells it. */
export function userFolder(env: Environment, os: typeof Deno.build.os): string | undefined {
  const folder = os === "windows" ? env["USERPROFILE"] || env["HOME"] : env["HOME"];
  return folder === "" ? undefined : folder;
}

/** The platform's own way to join a folder and a name. */
export function joinPath(os: typeof Deno.build.os, ...parts: readonly string[]): string {
  return (os === "windows" ? win32 : posix).join(...parts);
}

/** The data folder: GEMINITRO_HOME (a leading `~` means the user's folder) or `.geminitro` in the user's folder. */
export function dataFolder(env: Environment, os: typeof Deno.build.os): string | undefined {
  const user = userFolder(env, os);
  const asked = env["GEMINITRO_HOME"]?.trim() ?? "";
  if (asked === "") return user === undefined ? undefined : joinPath(os, user, ".geminitro");
  if (!/^~(?:$|[/\\])/.test(asked)) return asked;
  return user === undefined ? undefined : joinPath(os, user, asked.slice(1));
}
