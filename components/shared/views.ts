import type { CallRecord } from "../../src/core/call_record.ts";
import type { ModelRules } from "../../src/core/glob.ts";
import type { Key, ModelOverview, Overview } from "../../src/management/contract.ts";

/** Data of several pages, as plain JSON: it is passed from the server to the islands. Times are epoch milliseconds. */

export type { CallRecord };
export type OverviewView = Overview;
export type ModelRow = ModelOverview;
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
  /** Empty while neither the user nor an error named it. */
  readonly project: string;
  readonly tier: Tier;
  readonly status: KeyStatus;
  readonly reason: string;
  readonly link: string;
  /** The remedy for an account; empty for keys and for accounts that are ready. */
  readonly remedy: string;
  readonly requests: number;
  readonly errors: number;
  /** Attempts that failed here while their call went on. */
  readonly retried: number;
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

/** A key at a glance: its name, state and reason. */
export type KeyGlanceRow = Pick<KeyRow, "id" | "label" | "email" | "tail" | "status" | "reason">;

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

export interface MatrixModel {
  readonly id: string;
  readonly name: string;
  readonly inputLimit?: number;
  readonly outputLimit?: number;
  readonly thinking: boolean;
  /** generateContent, embedContent, ... */
  readonly methods: readonly string[];
  /** Input and output: text, image, audio, video, file, embeddings. */
  readonly input: readonly string[];
  readonly output: readonly string[];
  /** US dollars for a million tokens. */
  readonly price?: { readonly input: number; readonly output: number };
  readonly sources: readonly string[];
  /** The model of which this is a variant, or another name at some source. */
  readonly variantOf?: string;
  /** Number of credentials that list it, and the ids of those of them that are among the first hundred. */
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

/** The speed of a model so far, in milliseconds. */
export interface ModelSpeed {
  readonly requests: number;
  readonly totalMs: number | null;
  readonly firstTokenMs: number | null;
}

/** The connection data for clients. */
export interface ConnectionView {
  /** The address that the page was asked under, without a slash at its end. */
  readonly root: string;
  /** The token, while it is the one that everybody knows; empty once it is a secret. */
  readonly knownToken: string;
  /** Models for chats, those that can be served now first. */
  readonly models: readonly string[];
}
