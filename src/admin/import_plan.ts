import { type Credential, type JsonObject, trimEndOf, trimStartOf } from "../core/mod.ts";
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

/** The contents of a document, whatever program wrote it; nothing is stored yet. */
export interface ImportPlan {
  /** geminitro, seed, gemini-balance, list. */
  readonly format: string;
  /** Complete credentials of our own export; they keep their ids. */
  readonly credentials: readonly Credential[];
  readonly drafts: readonly CredentialDraft[];
  readonly clients: readonly ClientRecord[];
  readonly aliases: readonly Omit<AliasRecord, "updatedAt">[];
  readonly quotaGroups: readonly Omit<QuotaGroupRecord, "updatedAt">[];
  readonly fallbacks: readonly Omit<FallbackRecord, "updatedAt">[];
  readonly caps: readonly Omit<CapRecord, "updatedAt">[];
  readonly capSchedule?: CapSchedule;
  readonly settings: readonly { readonly name: string; readonly value: JsonObject }[];
  /** Settings to be sealed with this database's own key under `sealed`. */
  readonly secretSettings: readonly SecretSetting[];
  readonly modelLists: readonly ModelListRecord[];
  /** Cooldowns, learned limits, used-up caps. */
  readonly poolState: readonly { readonly name: string; readonly value: JsonObject }[];
  /** Older programs' figures, keys named by hash: kept to be shown, not added to our own counts. */
  readonly history?: JsonObject;
  /** Notes for the user, one sentence each. */
  readonly notes: readonly string[];
  /** Parts that cannot be imported, one sentence each. */
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

/** Longest list that one request may bring. */
export const MOST_KEYS = 5_000;

/**
 * Extracts keys from pasted text: one per line or separated by commas, without quotes, a leading `NAME=`, list
 * marks, and comments after `#`. Keeps the order and repetitions (they are reported as duplicates).
 */
export function keysIn(text: string): string[] {
  return text
    .split(/\r?\n/)
    .map(withoutComment)
    .flatMap((line) => line.split(/[,;\s]+/))
    .map(bare)
    .filter((key) => key !== "");
}

function withoutComment(line: string): string {
  const at = line.search(/(?:^|\s)#/);
  return at < 0 ? line : line.slice(0, at);
}

function bare(piece: string): string {
  const value = piece.replace(/^export$/, "").replace(/^[A-Z][A-Z0-9_]*=/, "");
  return trimEndOf(trimStartOf(value, "-*[\"'`"), "\"'`]");
}

/** Google's own forms: standard keys, and the authorization keys that follow them. */
const GOOGLE_KEY = /^(?:AIza[\w-]{20,}|AQ\.[\w-]{20,})$/;
/**
 * Another form of key, accepted where a file contains only keys: one word of letters and digits that is not a
 * model's name.
 */
const WORD_KEY = /^(?=[^\d]*\d)(?=[^A-Za-z]*[A-Za-z])(?!models\/|gemini-|gemma-|imagen-|veo-)[\w.-]{16,200}$/;

/**
 * Keys in a text of any kind. A file that contains only keys may have keys of any form; from any other text only
 * words in Google's own forms are taken. `passed` counts the words that were not taken.
 */
export function keysAmong(text: string): { readonly keys: readonly string[]; readonly passed: number } {
  const words = keysIn(text);
  const list = words.length > 0 && words.every((word) => GOOGLE_KEY.test(word) || WORD_KEY.test(word));
  const keys = list ? words : words.filter((word) => GOOGLE_KEY.test(word));
  return { keys, passed: words.length - keys.length };
}
