/** The operation that a call asks of a model. Google serves, counts and refuses each on its own. */
export type Operation = "generate" | "count" | "embed" | "predict" | "live" | "resource";

/** The kinds of secret that sources take: a key, a person who signed in with a Google account, or a service account's file. */
export const CREDENTIAL_TYPES = ["api_key", "oauth", "service_account"] as const;
export type CredentialType = typeof CREDENTIAL_TYPES[number];

/** The traits of a source that other modules use instead of its name. */
interface SourceTraits {
  readonly credential: CredentialType;
  /** The operations of its models. A source with an envelope has only turns and counts. */
  readonly operations: readonly Operation[];
  /** Whose quota Google counts: each project's, or each account's, whichever project it calls through. */
  readonly countedBy: "project" | "account";
  /** Whether it lists some models as one id for each effort, so that a request's effort chooses among them. */
  readonly variants: boolean;
  /** Whether its ids keep the `-preview` that the public API's ids have. */
  readonly keepsPreview: boolean;
  /**
   * Whether the times that its refusals state for a daily quota and for overload are true. The public API states
   * a few seconds even when a daily quota is used up.
   */
  readonly statesTrueTimes: boolean;
  /**
   * The longest window in which Google counts there, in milliseconds. A refusal that states a longer wait is
   * mistaken: believed, it would keep a healthy credential out for days.
   */
  readonly longestWaitMs: number;
  /** Pause after a refusal by a per-minute limit that states no time, in milliseconds. */
  readonly minutePauseMs: number;
  /** The setting of its address, and the beginning of its other settings. */
  readonly addressSetting: string;
  readonly settingPrefix: string;
}

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
/** Weekly budgets, with a day for clocks and time zones. */
const WEEK_MS = 8 * DAY_MS;

/**
 * Every source of Gemini, each with one upstream folder. SOURCE_ORDER's default, the schemas and the lists
 * follow this order. A new row does not compile until each table by source has one for it too.
 */
const TABLE = {
  api_key: {
    credential: "api_key",
    operations: ["generate", "count", "embed", "predict", "live", "resource"],
    countedBy: "project",
    variants: false,
    keepsPreview: true,
    statesTrueTimes: false,
    longestWaitMs: DAY_MS,
    minutePauseMs: MINUTE_MS,
    addressSetting: "GEMINI_API_URL",
    settingPrefix: "GEMINI_",
  },
  antigravity: {
    credential: "oauth",
    operations: ["generate", "count"],
    countedBy: "account",
    variants: true,
    keepsPreview: false,
    statesTrueTimes: true,
    longestWaitMs: WEEK_MS,
    minutePauseMs: MINUTE_MS / 2,
    addressSetting: "ANTIGRAVITY_URLS",
    settingPrefix: "ANTIGRAVITY_",
  },
  gemini_cli: {
    credential: "oauth",
    operations: ["generate", "count"],
    countedBy: "account",
    variants: true,
    keepsPreview: true,
    statesTrueTimes: true,
    longestWaitMs: WEEK_MS,
    minutePauseMs: MINUTE_MS / 2,
    addressSetting: "CODE_ASSIST_URL",
    settingPrefix: "GEMINI_CLI_",
  },
  vertex: {
    credential: "service_account",
    operations: ["generate", "count", "embed"],
    countedBy: "project",
    variants: false,
    keepsPreview: true,
    statesTrueTimes: true,
    longestWaitMs: DAY_MS,
    minutePauseMs: MINUTE_MS / 2,
    addressSetting: "VERTEX_URL",
    settingPrefix: "VERTEX_",
  },
} as const satisfies Readonly<Record<string, SourceTraits>>;

/** Where a credential comes from. */
export type SourceName = keyof typeof TABLE;
export const SOURCES = Object.keys(TABLE) as readonly SourceName[] as readonly [SourceName, ...SourceName[]];

/** Sources whose credentials are of one type. */
export type SourceOf<Type extends CredentialType> = {
  [Name in SourceName]: typeof TABLE[Name]["credential"] extends Type ? Name : never;
}[SourceName];

/** The row of each source. */
export const SOURCE_TABLE: Readonly<Record<SourceName, SourceTraits>> = TABLE;

/** Whether the credentials of a source are of a type. */
export function isSourceOf<Type extends CredentialType>(
  source: SourceName,
  type: Type,
): source is SourceOf<Type> {
  return SOURCE_TABLE[source].credential === type;
}

/** Sources with credentials of one type, in the order of the table. */
export function sourcesOf<Type extends CredentialType>(type: Type): readonly SourceOf<Type>[] {
  return SOURCES.filter((source) => isSourceOf(source, type));
}

/** Sources that take an operation, in the order of the table. */
export function sourcesServing(operation: Operation): readonly SourceName[] {
  return SOURCES.filter((source) => SOURCE_TABLE[source].operations.includes(operation));
}
