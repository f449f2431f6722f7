import type { CallKind, CallRecord } from "../../../src/core/call_record.ts";
import type { ModelRules } from "../../../src/core/glob.ts";
import type {
  Accounts,
  Agent,
  BoardCell,
  Call,
  CallDetail as LiveCallDetail,
  InstalledAgents,
  LogLine,
  ModelOverview,
  Overview,
  QuotaBoard,
  SetLimit,
  Settings,
} from "../../../src/management/contract.ts";

export type { CallKind, CallRecord };
export type LogEntry = Omit<LogLine, "at"> & { readonly at: number };
export type AgentRow = Agent;
export type AgentChange = InstalledAgents["results"][number];
export type AccountsView = Accounts;
export type SettingsView = Settings;
export type BoardView = QuotaBoard;
export type { BoardCell, SetLimit };
export type OverviewView = Overview;
export type ModelRow = ModelOverview;
export type LiveCall = Call;
export type LiveCallView = LiveCallDetail;

/** What the Overview needs of a call. */
export interface RecentCall
  extends Pick<CallRecord, "id" | "at" | "agent" | "modelAsked" | "outcome" | "totalMs"> {
  readonly tokens: number;
  readonly attempts: readonly Pick<CallRecord["attempts"][number], "credential" | "startedAt" | "failure">[];
}

/** What was sent or answered, and whether it is all of it. */
export interface KeptText {
  readonly text: string;
  readonly whole: boolean;
}

/** A call with what was sent and answered, where it was kept. */
export interface CallDetail extends CallRecord {
  /** US dollars, as if it were paid for; null where the price is not known. */
  readonly cost?: number | null;
  readonly bodies?: { readonly path: string; readonly request: KeptText; readonly reply?: KeptText };
}

/** What the pages show, as plain JSON: it crosses from the server to the islands. Times are epoch milliseconds. */
import type { ClientView as Client, Key, SettingRow } from "../../../src/management/contract.ts";
export type { SettingRow };
export type Tier = Key["tier"];
export type KeyStatus = "active" | "cooldown" | "disabled" | "dead";

export interface CooldownRow {
  readonly scope: string;
  readonly kind: string;
  readonly until?: number;
  readonly reason: string;
}

export interface KeyRow extends ModelRulesView {
  readonly id: string;
  readonly tail: string;
  readonly source: string;
  readonly label: string;
  readonly tags: readonly string[];
  readonly email: string;
  /** Empty while nobody told it and no error named it. */
  readonly project: string;
  readonly tier: Tier;
  readonly status: KeyStatus;
  readonly reason: string;
  readonly link: string;
  /** What brings an account back; empty for keys and for accounts that are ready. */
  readonly remedy: string;
  readonly requests: number;
  readonly errors: number;
  readonly inFlight: number;
  readonly slots?: number;
  readonly lastUsed?: number;
  readonly cooldownUntil?: number;
  readonly cooldowns: readonly CooldownRow[];
  /** Empty in lists, which only count them. */
  readonly models: readonly string[];
  readonly modelCount: number;
  readonly priority: number;
  /** Address of its outbound proxy without the password; empty for none. */
  readonly proxy: string;
  /** For optimistic editing: what the editor saw. */
  readonly updatedAt?: string;
}

/** A key at a glance: its name, how it stands and why. */
export type KeyGlanceRow = Pick<KeyRow, "id" | "label" | "email" | "tail" | "status" | "reason">;

export interface CapRow {
  readonly model: string;
  readonly limit: number;
  readonly unit: string;
  readonly period: string;
  readonly alertThreshold: number;
  readonly action: string;
  readonly enabled: boolean;
  readonly updatedAt?: string;
  /** Used in this period, when the cap is on. */
  readonly current?: number;
  readonly nextReset?: number;
}

export interface CapsView {
  readonly caps: readonly CapRow[];
  readonly resetTime: string;
  readonly timezone: string;
}

export interface HealthView {
  readonly status: string;
  readonly version: string;
  readonly uptimeMs: number;
  readonly keys: {
    readonly total: number;
    readonly active: number;
    readonly cooldown: number;
    readonly dead: number;
    /** 0 when no key cools. */
    readonly minCooldownMs: number;
  };
  readonly models: number;
  readonly queue: { readonly length: number; readonly oldestMs: number; readonly expectedWaitMs: number };
}

export interface StatsView {
  readonly requests: number;
  readonly errors: number;
  readonly tokens: number;
  readonly days: readonly { readonly day: string; readonly requests: number; readonly errors: number }[];
  readonly models: readonly { readonly model: string; readonly requests: number }[];
}

export interface RequestsView {
  readonly items: readonly CallRecord[];
  /** For the next page; empty at the end. */
  readonly cursor: string;
}

/** What all calls of a filter add up to. */
export interface TotalsView {
  readonly requests: number;
  readonly ok: number;
  readonly errors: number;
  readonly tokens: number;
  /** US dollars, as if it were paid for; of `unpriced` calls nothing is in it. */
  readonly cost: number;
  readonly unpriced: number;
  /** Of the answered ones; absent without any. */
  readonly medianMs?: number;
  /** False when only the newest were looked at. */
  readonly complete: boolean;
  /** How many of each kind the other filters leave. */
  readonly kinds: Readonly<Record<CallKind, number>>;
  /** Calls over time by how they ended, oldest first. */
  readonly steps: readonly TimeStep[];
}

/** One bar of the histogram; times are epoch milliseconds. */
export interface TimeStep {
  readonly time: number;
  readonly ms: number;
  readonly ok: number;
  readonly failed: number;
  readonly cancelled: number;
  readonly refused: number;
}

export interface MatrixModel {
  readonly id: string;
  readonly name: string;
  readonly inputLimit?: number;
  readonly outputLimit?: number;
  readonly thinking: boolean;
  /** generateContent, embedContent, ... */
  readonly methods: readonly string[];
  /** What goes in and comes out: text, image, audio, video, file, embeddings. */
  readonly input: readonly string[];
  readonly output: readonly string[];
  /** US dollars for a million tokens. */
  readonly price?: { readonly input: number; readonly output: number };
  readonly sources: readonly string[];
  /** The model of which this is a variant, or another name at some source. */
  readonly variantOf?: string;
  /** How many credentials list it, and the ids of those of them that are among the first hundred. */
  readonly serving: number;
  readonly credentials: readonly string[];
}

export interface NamedModels {
  readonly name: string;
  readonly models: readonly string[];
  /** Of the models, those that no key serves. */
  readonly unserved: readonly string[];
  /** For optimistic editing: what the editor saw. */
  readonly updatedAt?: string;
}

/** Patterns of the models that are offered; empty lists rule nothing. */
export type ModelRulesView = Required<ModelRules>;

export interface CatalogView {
  readonly models: readonly MatrixModel[];
  readonly aliases: readonly NamedModels[];
  readonly groups: readonly NamedModels[];
  readonly fallbacks: readonly NamedModels[];
  readonly rules: ModelRulesView;
}

/** How fast a model answered so far, in milliseconds. */
export interface ModelSpeed {
  readonly requests: number;
  readonly totalMs: number | null;
  readonly firstTokenMs: number | null;
}

/** What one client or project used in the last thirty days. */
export interface UsageRow {
  readonly name: string;
  readonly requests: number;
  readonly errors: number;
  readonly tokens: number;
  /** US dollars, as if it were paid for; of `unpriced` calls nothing is in it. */
  readonly cost: number;
  readonly unpriced: number;
  /** What the client may use; absent without a budget. */
  readonly budget?: { readonly unit: string; readonly limit: number; readonly period: string };
  /** Used of the budget since the start of its period, in its unit. */
  readonly spent?: number;
}

export interface UsageView {
  readonly clients: readonly UsageRow[];
  readonly projects: readonly UsageRow[];
}

/** Keys that seem to share a project. */
export interface SuggestionRow {
  readonly credentials: readonly string[];
  readonly evidence: string;
  /** 0..1 */
  readonly confidence: number;
}

/** How a client reaches the proxy. */
export interface ConnectionView {
  /** The address that the page was asked under, without a slash at its end. */
  readonly root: string;
  /** The token, while it is the one that everybody knows; empty once it is a secret. */
  readonly knownToken: string;
  /** Models for chats, those that can be served now first. */
  readonly models: readonly string[];
}

export interface ClientRow {
  readonly id: string;
  readonly name: string;
  readonly tail: string;
  readonly requestsPerMinute?: number;
  readonly budget?: NonNullable<Client["budget"]>;
  /** Patterns of the only models it may use; empty for all. */
  readonly allowModels: readonly string[];
  readonly expiresAt?: number;
  readonly createdAt: number;
  readonly status: Client["status"];
  /** For optimistic editing: what the editor saw. */
  readonly updatedAt: string;
  /** What it used in the days that records are kept. */
  readonly requests: number;
  readonly tokens: number;
  /** US dollars, as if it were paid for. */
  readonly cost: number;
}
