import { err, ok, type Result } from "../core/mod.ts";
import { dataFolder, joinPath } from "./env_file.ts";
import { type Environment, type Option, problemOf, readOption, type SettingsProblem } from "./option.ts";
import { list } from "./parsers.ts";
import type { OAuthClientSettings, Settings } from "./settings.ts";
import { DEFAULT_PROXY_API_KEY } from "./server_options.ts";
import { OPTIONS, QUOTA_GROUP_OPTION, SETTINGS_TABLE } from "./table.ts";

type Options = typeof OPTIONS;
type ValueOf<Name extends keyof Options> = NonNullable<ReturnType<Options[Name]["parse"]>>;
/** Options with a default always have a value. */
type Values = {
  readonly [Name in keyof Options]: Options[Name] extends { readonly fallback: string } ? ValueOf<Name>
    : ValueOf<Name> | undefined;
};

const GROUP_PREFIX = "QUOTA_GROUPS_";

/**
 * Makes the settings of an environment, or lists everything that is wrong with it. Pure: `os` decides how the
 * default data folder is written.
 */
export function loadSettings(
  env: Environment,
  os: typeof Deno.build.os = Deno.build.os,
): Result<Settings, SettingsProblem[]> {
  const problems: SettingsProblem[] = [];
  const values = readAll(env, problems);
  const quotaGroups = readQuotaGroups(env, problems);
  const home = dataFolder(env, os);
  if (home === undefined) problems.push(noHome());
  else if (os !== "windows" && WINDOWS_PATH.test(home)) problems.push(foreignHome(home));
  problems.push(...openAccessProblems(values));
  return problems.length > 0 || home === undefined
    ? err(problems)
    : ok(concealed(assemble(values, quotaGroups, home, joinPath(os, home, "geminitro.sqlite3"))));
}

/** Hides the settings' secrets from error dumps and from logs of the whole object. */
function concealed(settings: Settings): Settings {
  const value = () => "Settings { ... }";
  for (const name of [Symbol.for("Deno.customInspect"), Symbol.for("nodejs.util.inspect.custom"), "toJSON"]) {
    Object.defineProperty(settings, name, { value });
  }
  return settings;
}

function readAll(env: Environment, problems: SettingsProblem[]): Values {
  const options: readonly Option<unknown>[] = Object.values(OPTIONS);
  const entries = options.map((option) => {
    const read = readOption(option, env);
    if (!read.ok) problems.push(read.error);
    return [option.variable, read.ok ? read.value : undefined];
  });
  // The table gives each variable its type; a value that failed to parse is never returned, as problems end the
  // load.
  return Object.fromEntries(entries) as Values;
}

function readQuotaGroups(env: Environment, problems: SettingsProblem[]): Record<string, readonly string[]> {
  const groups: Record<string, readonly string[]> = {};
  for (const [variable, text = ""] of Object.entries(env)) {
    if (!variable.startsWith(GROUP_PREFIX) || text.trim() === "") continue;
    const name = variable.slice(GROUP_PREFIX.length).toLowerCase().replaceAll("_", "-");
    const read = readOption({ ...QUOTA_GROUP_OPTION, variable }, env);
    if (!read.ok) problems.push(read.error);
    else if (name !== "" && read.value !== undefined) groups[name] = read.value;
  }
  return groups;
}

function noHome(): SettingsProblem {
  const allowed = "set, because this user has no home folder that could hold .geminitro";
  return problemOf({ variable: "GEMINITRO_HOME", allowed, secret: false }, "");
}

/** A drive's letter or a network share: elsewhere this would be a new folder of that name in whatever folder is the current one. */
const WINDOWS_PATH = /^(?:[A-Za-z]:[\\/]|\\\\)/;

function foreignHome(home: string): SettingsProblem {
  const allowed =
    "a path of this system, such as /home/me/.geminitro or ~/.geminitro; this one is of Windows";
  return problemOf({ variable: "GEMINITRO_HOME", allowed, secret: false }, home);
}

/** Shortest token of the owner's where others can reach the port: shorter ones are guessed. */
const SHORTEST_OPEN_TOKEN = 12;

/** Refuses the default token and short ones when others can reach the port. */
function openAccessProblems(values: Values): readonly SettingsProblem[] {
  if (values.HOST === undefined || isLoopback(values.HOST)) return [];
  const why = values.PROXY_API_KEY === DEFAULT_PROXY_API_KEY
    ? "has its default value"
    : values.PROXY_API_KEY.length < SHORTEST_OPEN_TOKEN
    ? `is shorter than ${SHORTEST_OPEN_TOKEN} characters`
    : undefined;
  if (why === undefined) return [];
  const allowed = `localhost or another loopback address while PROXY_API_KEY ${why}; ` +
    "set PROXY_API_KEY to a long secret of your own to listen on other addresses";
  return [problemOf({ ...OPTIONS.HOST, allowed }, values.HOST)];
}

/** True for names and addresses that only this machine reaches. */
export function isLoopback(host: string): boolean {
  const bare = host.toLowerCase().replace(/^\[|\]$/g, "");
  return bare === "localhost" || bare.endsWith(".localhost") || bare === "::1" ||
    /^127(?:\.\d{1,3}){3}$/.test(bare) ||
    /^::ffff:127(?:\.\d{1,3}){3}$/.test(bare);
}

function assemble(
  values: Values,
  quotaGroups: Readonly<Record<string, readonly string[]>>,
  home: string,
  defaultKv: string,
): Settings {
  return {
    port: values.PORT,
    host: values.HOST,
    proxyApiKey: values.PROXY_API_KEY,
    autoUpdate: values.AUTO_UPDATE,
    home,
    kv: values.GEMINITRO_KV ?? defaultKv,
    ...(values.GEMINITRO_MASTER_KEY === undefined ? {} : { masterKey: values.GEMINITRO_MASTER_KEY }),
    geminiApiKeys: values.GEMINI_API_KEYS ?? [],
    rotationMode: values.ROTATION_MODE,
    rotationTolerance: values.ROTATION_TOLERANCE,
    affinity: values.AFFINITY,
    maxConcurrentRequestsPerKey: values.MAX_CONCURRENT_REQUESTS_PER_KEY,
    priorityTierMultipliers: values.PRIORITY_TIER_MULTIPLIERS,
    quotaGroups,
    sourceOrder: values.SOURCE_ORDER,
    modelFetchInterval: values.MODEL_FETCH_INTERVAL,
    quotaRefreshInterval: values.QUOTA_REFRESH_INTERVAL,
    timeoutConnect: values.TIMEOUT_CONNECT,
    timeoutWrite: values.TIMEOUT_WRITE,
    timeoutReadStreaming: values.TIMEOUT_READ_STREAMING,
    keepAliveWhole: values.KEEP_ALIVE_WHOLE,
    timeoutReadNonStreaming: values.TIMEOUT_READ_NON_STREAMING,
    timeoutTotal: values.TIMEOUT_TOTAL,
    timeoutClient: values.TIMEOUT_CLIENT,
    maxReplyBytes: values.MAX_REPLY_BYTES,
    queueMaxWait: values.QUEUE_MAX_WAIT,
    queueMaxLength: values.QUEUE_MAX_LENGTH,
    hedgeAfter: values.HEDGE_AFTER,
    streamContinue: values.STREAM_CONTINUE,
    oauth: {
      default: oauthClient(values, ""),
      antigravity: oauthClient(values, "ANTIGRAVITY_"),
      gemini_cli: oauthClient(values, "GEMINI_CLI_"),
    },
    geminiApiUrl: values.GEMINI_API_URL,
    antigravityUrls: values.ANTIGRAVITY_URLS,
    ...(values.OAUTH_CALLBACK_PORT === undefined ? {} : { oauthCallbackPort: values.OAUTH_CALLBACK_PORT }),
    antigravitySearch: values.ANTIGRAVITY_SEARCH,
    ...(values.ANTIGRAVITY_USER_AGENT === undefined
      ? {}
      : { antigravityUserAgent: values.ANTIGRAVITY_USER_AGENT }),
    ...(values.ANTIGRAVITY_VERSION_URL === "off"
      ? {}
      : { antigravityVersionUrl: values.ANTIGRAVITY_VERSION_URL }),
    codeAssistUrl: values.CODE_ASSIST_URL,
    geminiCliUserAgent: values.GEMINI_CLI_USER_AGENT,
    ...(values.VERTEX_URL === undefined ? {} : { vertexUrl: values.VERTEX_URL }),
    googleAuthUrl: values.GOOGLE_AUTH_URL,
    googleTokenUrl: values.GOOGLE_TOKEN_URL,
    googleUserinfoUrl: values.GOOGLE_USERINFO_URL,
    corsOrigins: values.CORS_ORIGINS ?? [],
    publicUrls: values.PUBLIC_URLS ?? [],
    trustedProxies: values.TRUSTED_PROXIES ?? [],
    maxBodyBytes: values.MAX_BODY_BYTES,
    historyRetentionDays: values.HISTORY_RETENTION_DAYS,
    logLevel: values.LOG_LEVEL,
    logFormat: values.LOG_FORMAT,
    ...(values.LOG_FILE === undefined ? {} : { logFile: values.LOG_FILE }),
    logBodies: values.LOG_BODIES,
    ...(values.ALERT_WEBHOOK_URL === undefined ? {} : { alertWebhookUrl: values.ALERT_WEBHOOK_URL }),
    workers: values.WORKERS,
  };
}

function oauthClient(values: Values, prefix: "" | "ANTIGRAVITY_" | "GEMINI_CLI_"): OAuthClientSettings {
  const clientId = values[`${prefix}OAUTH_CLIENT_ID`];
  const clientSecret = values[`${prefix}OAUTH_CLIENT_SECRET`];
  const scopes = values[`${prefix}OAUTH_SCOPES`];
  return {
    ...(clientId === undefined ? {} : { clientId }),
    ...(clientSecret === undefined ? {} : { clientSecret }),
    ...(scopes === undefined ? {} : { scopes: list(scopes.replaceAll(/\s+/g, ",")) }),
  };
}

/** The variables whose change holds at once; the owner's token has a way of its own over all processes. */
export const LIVE_VARIABLES: readonly string[] = SETTINGS_TABLE
  .filter(({ variable, applies }) => applies === "now" && variable !== "PROXY_API_KEY")
  .map(({ variable }) => variable);

/** `LOG_BODIES` is the field `logBodies`. */
function fieldOf(variable: string): string {
  return variable.toLowerCase().replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

/**
 * Copies the settings that apply at once from an environment into the object that every service holds; the
 * others stay. Copies nothing if anything in it does not parse.
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
