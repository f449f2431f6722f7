import type { Credential, JsonObject } from "../core/mod.ts";
import type {
  AliasRecord,
  CapRecord,
  CapSchedule,
  ClientRecord,
  CredentialDraft,
  FallbackRecord,
  ModelListRecord,
  QuotaGroupRecord,
} from "../store/mod.ts";

/** What a document brings, whatever program wrote it; nothing is stored yet. */
export interface ImportPlan {
  /** geminitro, seed, gemini-balance, list. */
  readonly format: string;
  /** Whole credentials of our own export: they keep their ids. */
  readonly credentials: readonly Credential[];
  readonly drafts: readonly CredentialDraft[];
  readonly clients: readonly ClientRecord[];
  readonly aliases: readonly Omit<AliasRecord, "updatedAt">[];
  readonly quotaGroups: readonly Omit<QuotaGroupRecord, "updatedAt">[];
  readonly fallbacks: readonly Omit<FallbackRecord, "updatedAt">[];
  readonly caps: readonly Omit<CapRecord, "updatedAt">[];
  readonly capSchedule?: CapSchedule;
  readonly settings: readonly { readonly name: string; readonly value: JsonObject }[];
  /** Settings that are to be sealed with this database's own key under `sealed`. */
  readonly secretSettings: readonly SecretSetting[];
  readonly modelLists: readonly ModelListRecord[];
  /** Cooldowns, learned limits, used-up caps. */
  readonly poolState: readonly { readonly name: string; readonly value: JsonObject }[];
  /** Older programs' figures, keys named by hash: kept to be shown, not added to our own counts. */
  readonly history?: JsonObject;
  /** What is worth knowing, one sentence each. */
  readonly notes: readonly string[];
  /** What was found and cannot be taken over, one sentence each. */
  readonly notTaken: readonly string[];
}

export interface SecretSetting {
  readonly name: string;
  readonly value: JsonObject;
  readonly text: string;
}

export function emptyPlan(format: string): ImportPlan {
  return {
    format,
    credentials: [],
    drafts: [],
    clients: [],
    aliases: [],
    quotaGroups: [],
    fallbacks: [],
    caps: [],
    settings: [],
    secretSettings: [],
    modelLists: [],
    poolState: [],
    notes: [],
    notTaken: [],
  };
}
