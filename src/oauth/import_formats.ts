import { isObject, parseForeign } from "../core/mod.ts";
import type { Provider } from "./contract.ts";

/** An account that another program's file holds. */
export type Importable =
  | {
    readonly kind: "token";
    readonly name: string;
    /** The account's service by the file; absent when it names none. */
    readonly provider?: Provider;
    readonly refreshToken: string;
    /** True when it is disabled there. */
    readonly off?: boolean;
    /** Its own outbound proxy, as a URL. */
    readonly proxy?: string;
  }
  | { readonly kind: "vertex"; readonly name: string; readonly file: string };

/** Something in a file that is not a Google account, with the reason why it is left out. */
export interface Skipped {
  readonly name: string;
  readonly message: string;
}

/** Contents of a file. With both lists empty it is not a file of a known program. */
export interface ReadFile {
  readonly found: readonly Importable[];
  readonly skipped: readonly Skipped[];
}

/** Most accounts read from one file. */
const MOST_ENTRIES = 1_000;

const NOTHING: ReadFile = { found: [], skipped: [] };

type Entry = Readonly<Record<string, unknown>>;

/**
 * Reads the files of other programs; projects in them are not taken over.
 *
 * - opencode: `auth.json`, and the `antigravity-accounts.json` of its Antigravity plugin
 * - CLIProxyAPI: one file an account, `{"type": "antigravity" | "gemini", "email", "refresh_token" | "token": {...}}`
 * - Antigravity-Manager: a list or `{"accounts": [...]}`, the token beside the e-mail or under `token`
 * - agy (Antigravity's command line): `{"token": {"refresh_token", ...}, "auth_method"}`
 * - gcli2api: `{"client_id", "client_secret", "token", "refresh_token", ...}`
 * - Gemini CLI: `oauth_creds.json`
 * - Google Cloud: service accounts and application default credentials
 * - plain text with one refresh token a line, beside an e-mail or not
 */
export function readImport(written: string): ReadFile {
  const text = written.replace(/^\uFEFF/, "").trim();
  if (text === "") return { found: [], skipped: [{ name: "the file", message: "It is empty" }] };
  const parsed = jsonOf(text);
  if (parsed === undefined) return readLines(text);
  if (Array.isArray(parsed)) return joined(parsed, "antigravity");
  return isObject(parsed) ? readObject(parsed, text) : NOTHING;
}

function jsonOf(text: string): unknown {
  try {
    return parseForeign(text);
  } catch {
    return undefined;
  }
}

/** A list of accounts; `usual` is the source of entries that name none. */
function joined(entries: readonly unknown[], usual: Provider): ReadFile {
  const read = entries.slice(0, MOST_ENTRIES).map((entry, index) =>
    isObject(entry) ? readAccount(entry, `entry ${index + 1}`, usual) : NOTHING
  );
  const skipped = read.flatMap((one) => one.skipped);
  if (entries.length > MOST_ENTRIES) {
    skipped.push({
      name: `entries from ${MOST_ENTRIES + 1}`,
      message: `At most ${MOST_ENTRIES} accounts are read from a file: split it`,
    });
  }
  return { found: read.flatMap((one) => one.found), skipped };
}

function readObject(file: Entry, text: string): ReadFile {
  if (Array.isArray(file["accounts"])) return joined(file["accounts"], "antigravity");
  const { type, client_email } = file;
  if (type === "service_account" && typeof client_email === "string") {
    return { found: [{ kind: "vertex", name: client_email, file: text }], skipped: [] };
  }
  if (type === "authorized_user") {
    return { found: [{ kind: "vertex", name: "application default credentials", file: text }], skipped: [] };
  }
  if (tokenIn(file) !== undefined) return readAccount(file, "the account");
  const programs = Object.entries(file).filter((pair): pair is [string, Entry] => isObject(pair[1]));
  const isAuthFile = programs.some(([, entry]) => typeof entry["type"] === "string");
  return isAuthFile ? readAuthFile(programs) : NOTHING;
}

/** Names of Google's accounts in opencode's `auth.json`; `google` is either of the two. */
const OPENCODE_NAMES: Readonly<Record<string, Provider | undefined>> = {
  "google": undefined,
  "antigravity": "antigravity",
  "google-antigravity": "antigravity",
  "gemini-cli": "gemini_cli",
  "google-gemini-cli": "gemini_cli",
};

function readAuthFile(programs: readonly (readonly [string, Entry])[]): ReadFile {
  const read = programs.slice(0, MOST_ENTRIES).map(([name, entry]): ReadFile => {
    if (!Object.hasOwn(OPENCODE_NAMES, name)) return left(name, "It is no account of Google's");
    if (entry["type"] === "api") return left(name, "It is an API key: add it with geminitro key add");
    return readAccount({ ...entry, type: undefined }, name, OPENCODE_NAMES[name]);
  });
  return { found: read.flatMap((one) => one.found), skipped: read.flatMap((one) => one.skipped) };
}

function left(name: string, message: string): ReadFile {
  return { found: [], skipped: [{ name, message }] };
}

const TYPES: Readonly<Record<string, Provider>> = {
  "antigravity": "antigravity",
  "gemini": "gemini_cli",
  "gemini-cli": "gemini_cli",
  "gemini_cli": "gemini_cli",
};

function readAccount(entry: Entry, place: string, usual?: Provider): ReadFile {
  const email = [entry["email"], entry["name"]].find((one) => typeof one === "string" && one !== "");
  const name = typeof email === "string" ? email.slice(0, 200) : place;
  const type = [entry["type"], entry["provider"]].find((one) => typeof one === "string" && one !== "");
  const known = typeof type === "string" && type !== "oauth" ? type.toLowerCase() : undefined;
  if (known !== undefined && !Object.hasOwn(TYPES, known)) {
    return left(name, `It is an account of ${known.slice(0, 40)}, not of Google's`);
  }
  const token = tokenIn(entry);
  if (token === undefined) return left(name, "It has no refresh token");
  const provider = known === undefined ? usual ?? providerOf(entry) : TYPES[known];
  const proxy = [entry["proxy_url"], entry["proxyUrl"], entry["proxy"]]
    .find((one) => typeof one === "string" && one !== "");
  return {
    found: [{
      kind: "token",
      name,
      refreshToken: token,
      ...(provider === undefined ? {} : { provider }),
      ...(isOff(entry) ? { off: true } : {}),
      ...(typeof proxy === "string" ? { proxy } : {}),
    }],
    skipped: [],
  };
}

/** The refresh token of an account; opencode's carries projects behind a bar. */
function tokenIn(entry: Entry): string | undefined {
  const inner = isObject(entry["token"]) ? entry["token"] : {};
  const token = [
    entry["refresh_token"],
    entry["refreshToken"],
    entry["refresh"],
    inner["refresh_token"],
    inner["refreshToken"],
  ].find((one) => typeof one === "string" && one.trim() !== "");
  const alone = typeof token === "string" ? token.split("|", 1)[0]!.trim() : "";
  return alone === "" ? undefined : alone;
}

/** The source of an entry that does not name one, by its form. */
function providerOf(entry: Entry): Provider | undefined {
  if (typeof entry["auth_method"] === "string") return "antigravity";
  const isGcli2api = typeof entry["client_id"] === "string" && typeof entry["token"] === "string";
  const isGeminiCli = typeof entry["expiry_date"] === "number" || typeof entry["id_token"] === "string";
  return isGcli2api || isGeminiCli ? "gemini_cli" : undefined;
}

function isOff(entry: Entry): boolean {
  return entry["enabled"] === false || entry["disabled"] === true || entry["proxy_disabled"] === true;
}

/** A refresh token of Google's, in a line of its own or beside an e-mail. */
const TOKEN_REGEXP = /(?:^|[\s,;:|"'=-])(1\/\/[\w.~/-]{1,4096})/;
const EMAIL_REGEXP = /[\w.+-]{1,64}@[\w-]{1,63}\.[\w.-]{1,190}/;
/** A longer line cannot be a token with its e-mail. */
const MOST_LINE = 8_192;

function readLines(text: string): ReadFile {
  const lines = text.split(/\r?\n/).slice(0, MOST_ENTRIES).map((line) => line.trim());
  const read = lines.map((line, index): ReadFile => {
    if (line === "" || line.startsWith("#")) return NOTHING;
    const parsed = line.startsWith("{") ? jsonOf(line) : undefined;
    if (isObject(parsed)) return readAccount(parsed, `line ${index + 1}`);
    const short = line.slice(0, MOST_LINE);
    const token = TOKEN_REGEXP.exec(short)?.[1];
    if (token === undefined) return left(`line ${index + 1}`, "It has no refresh token (1//...)");
    const name = EMAIL_REGEXP.exec(short.replace(token, ""))?.[0] ?? `line ${index + 1}`;
    return { found: [{ kind: "token", name, refreshToken: token }], skipped: [] };
  });
  const found = read.flatMap((one) => one.found);
  // Without anything that looks like a token it is prose or another kind of file.
  return found.length === 0 ? NOTHING : { found, skipped: read.flatMap((one) => one.skipped) };
}

/** Where other programs keep their files, in the user's folder, and the source of accounts there. */
export const USUAL_PLACES: Readonly<Record<Provider | "vertex", readonly string[]>> = {
  antigravity: [
    ".config/opencode/antigravity-accounts.json",
    ".local/share/opencode/antigravity-accounts.json",
    ".gemini/jetski-standalone-oauth-token",
    ".gemini/antigravity-cli/antigravity-oauth-token",
  ],
  gemini_cli: [".gemini/oauth_creds.json"],
  vertex: [".config/gcloud/application_default_credentials.json"],
};
