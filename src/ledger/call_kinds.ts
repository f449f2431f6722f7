import type { AttemptRecord, CallRecord } from "../core/mod.ts";
import type { Facet } from "./record_filter.ts";

/** Fields of a call that many calls have in common: no number that is measured, no id, no free text. */
const CALL_FIELDS = [
  "dialect",
  "operation",
  "stream",
  "modelAsked",
  "modelUsed",
  "client",
  "agent",
  "status",
  "outcome",
  "failure",
  "finish",
] as const satisfies readonly (keyof CallRecord)[];

/** Fields of an attempt that many attempts have in common. */
const ATTEMPT_FIELDS = [
  "credential",
  "source",
  "name",
  "model",
  "bucket",
  "status",
  "failure",
  "note",
] as const satisfies readonly (keyof AttemptRecord)[];

export type SharedOfCall = Pick<CallRecord, typeof CALL_FIELDS[number]>;
export type SharedOfAttempt = Pick<AttemptRecord, typeof ATTEMPT_FIELDS[number]>;

/** Fields that equal calls, or equal attempts, share; compared by identity. */
export interface Kind<Shared> {
  readonly shared: Shared;
  /** `shared` as JSON. */
  readonly text: string;
  /** Facet values of all calls of the kind, as far as computed. */
  readonly filed: Partial<Record<Facet, string>>;
}
export type CallKind = Kind<SharedOfCall>;
export type AttemptKind = Kind<SharedOfAttempt>;

/** A record with its kinds. */
export interface KnownCall {
  readonly record: CallRecord;
  readonly call: CallKind;
  /** One for each attempt. */
  readonly attempts: readonly AttemptKind[];
}

/** Kinds that are known of one model, or one credential; beyond it they are dropped and collected again. */
const MOST_ALIKE = 60;
/** Models and credentials that kinds are known of. */
const MOST_NAMES = 2_000;

/**
 * Finds the kinds of calls, so that what calls have in common is counted, packed and indexed once for many.
 * Searches short lists: a key made of all fields would be a new string for each call, which costs more.
 */
export class KindTable {
  readonly #calls = new Map<string, CallKind[]>();
  readonly #attempts = new Map<string, AttemptKind[]>();

  known(record: CallRecord): KnownCall {
    const alike = listOf(this.#calls, record.modelAsked);
    const call = alike.find(({ shared }) => isSameCall(shared, record)) ?? learn(alike, record, CALL_FIELDS);
    return { record, call, attempts: record.attempts.map((attempt) => this.#attempt(attempt)) };
  }

  #attempt(attempt: AttemptRecord): AttemptKind {
    const alike = listOf(this.#attempts, attempt.credential);
    return alike.find(({ shared }) => isSameAttempt(shared, attempt)) ??
      learn(alike, attempt, ATTEMPT_FIELDS);
  }
}

function isSameCall(a: SharedOfCall, b: SharedOfCall): boolean {
  return a.stream === b.stream && a.status === b.status && a.outcome === b.outcome && a.client === b.client &&
    a.agent === b.agent && a.dialect === b.dialect && a.operation === b.operation && a.finish === b.finish &&
    a.failure === b.failure && a.modelUsed === b.modelUsed && a.modelAsked === b.modelAsked;
}

function isSameAttempt(a: SharedOfAttempt, b: SharedOfAttempt): boolean {
  return a.model === b.model && a.note === b.note && a.status === b.status && a.failure === b.failure &&
    a.name === b.name && a.bucket === b.bucket && a.source === b.source && a.credential === b.credential;
}

function listOf<Item>(lists: Map<string, Item[]>, name: string): Item[] {
  let list = lists.get(name);
  if (list !== undefined) return list;
  if (lists.size >= MOST_NAMES) lists.clear();
  lists.set(name, list = []);
  return list;
}

function learn<Shared>(alike: Kind<Shared>[], whole: Shared, fields: readonly string[]): Kind<Shared> {
  // Parsed from its own text, so that no part of the record stays in memory with it.
  const text = JSON.stringify(whole, [...fields]);
  // deno-lint-ignore geminitro/foreign-json -- this program wrote it
  const kind: Kind<Shared> = { shared: JSON.parse(text), text, filed: {} };
  if (alike.length >= MOST_ALIKE) alike.length = 0;
  alike.push(kind);
  return kind;
}
