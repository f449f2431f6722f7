import type { SourceName, SourceOf, Tier } from "../core/mod.ts";
import type { RotationMode } from "./pool_options.ts";

/** Every setting, parsed once at start and never read from the environment again. Times are milliseconds. */
export interface Settings {
  readonly port: number;
  /** `localhost` means 127.0.0.1 and ::1 both. */
  readonly host: string;
  readonly proxyApiKey: string;
  readonly autoUpdate: boolean;
  /** Data folder: database, secret, logs, pid file, backups. */
  readonly home: string;
  /** A file, `:memory:`, or the https URL of a KV Connect server. */
  readonly kv: string;
  /** Base64 or hex of 32 bytes, or a passphrase; absent: a 0600 file in `home`. */
  readonly masterKey?: string;
  readonly geminiApiKeys: readonly string[];
  readonly rotationMode: RotationMode;
  /** 0 deterministic .. 1 uniformly random. */
  readonly rotationTolerance: number;
  /** Keeps a conversation on its key while that costs nothing, so that Google's implicit cache hits. Default true. */
  readonly affinity: boolean;
  readonly maxConcurrentRequestsPerKey: number;
  readonly priorityTierMultipliers: Readonly<Record<Tier, number>>;
  /** From QUOTA_GROUPS_<NAME>; name in lower case with dashes. */
  readonly quotaGroups: Readonly<Record<string, readonly string[]>>;
  readonly sourceOrder: readonly SourceName[];
  readonly modelFetchInterval: number;
  readonly quotaRefreshInterval: number;
  readonly timeoutConnect: number;
  readonly timeoutWrite: number;
  readonly timeoutReadStreaming: number;
  readonly timeoutReadNonStreaming: number;
  /** Blanks before the JSON of replies that take long. */
  readonly keepAliveWhole: boolean;
  readonly timeoutTotal: number;
  readonly timeoutClient: number;
  readonly maxReplyBytes: number;
  readonly queueMaxWait: number;
  readonly queueMaxLength: number;
  /** Milliseconds after which a stuck attempt is raced on another key; 0 = off. */
  readonly hedgeAfter: number;
  /** Continue text-only turns on another attempt when a stream is cut. */
  readonly streamContinue: boolean;
  readonly oauth: Readonly<Record<"default" | SourceOf<"oauth">, OAuthClientSettings>>;
  readonly geminiApiUrl: string;
  readonly antigravityUrls: readonly string[];
  /** How a search beside functions is handled. */
  readonly antigravitySearch: "leave_out" | "separate";
  /** Absent: built from the version of Google's own client. */
  readonly antigravityUserAgent?: string;
  /** Where that version is read; absent: nowhere. */
  readonly antigravityVersionUrl?: string;
  /** Where sign-ins of the command line listen for the browser. */
  readonly oauthCallbackPort?: number;
  readonly codeAssistUrl: string;
  readonly geminiCliUserAgent?: string;
  readonly vertexUrl?: string;
  readonly googleAuthUrl: string;
  readonly googleTokenUrl: string;
  readonly googleUserinfoUrl: string;
  /** Origins whose pages may call the client APIs, as patterns in lower case. */
  readonly corsOrigins: readonly string[];
  /** Addresses of fronts, each an origin with a path or none, without a slash at the end. */
  readonly publicUrls: readonly string[];
  /** Addresses and networks of reverse proxies whose headers are trusted. */
  readonly trustedProxies: readonly string[];
  readonly maxBodyBytes: number;
  readonly historyRetentionDays: number;
  readonly logLevel: "debug" | "info" | "warn" | "error";
  readonly logFormat: "human" | "json";
  /** Lines go here instead of the console. */
  readonly logFile?: string;
  readonly logBodies: boolean;
  readonly alertWebhookUrl?: string;
  readonly workers: number;
}

export interface OAuthClientSettings {
  readonly clientId?: string;
  readonly clientSecret?: string;
  readonly scopes?: readonly string[];
}
