import type { AttemptRecord, CallRecord, Usage } from "../core/mod.ts";
import type { AttemptKind, CallKind, Kind, KnownCall, SharedOfAttempt, SharedOfCall } from "./call_kinds.ts";

/*
 * The text of a block is lines of JSON: how many kinds of calls and of attempts follow, those, and a row for each record. A
 * third of the characters of whole records, so it is packed and read in a third of the time; each record is read by itself.
 */

/** Milliseconds, and the message when there is one. Starts count from the start of the call. */
type AttemptRow = [
  kind: number,
  startedAfter: number,
  queuedMs: number,
  totalMs: number,
  connectMs: number | null,
  firstTokenMs: number | null,
  message?: string,
];

type UsageDetails = Pick<Usage, "promptDetails" | "candidatesDetails" | "serviceTier">;
type UsageRow = [
  prompt: number,
  cached: number,
  candidates: number,
  thoughts: number,
  toolUse: number,
  total: number,
  details?: UsageDetails,
];

interface Texts {
  readonly message?: string;
  readonly warnings: readonly string[];
}

export type Row = [
  kind: number,
  id: string,
  at: number,
  session: string,
  queuedMs: number,
  totalMs: number,
  requestBytes: number,
  firstTokenMs: number | null,
  usage: UsageRow | null,
  attempts: AttemptRow[],
  texts?: Texts,
];

/** The first line of a block. */
export interface BlockHead {
  readonly v: 2;
  readonly calls: number;
  readonly attempts: number;
}

/** Where the kinds of a row are found, by their number. */
export interface BlockDictionary {
  call(kind: number): SharedOfCall;
  attempt(kind: number): SharedOfAttempt;
}

/** How every block begins, and nothing else that is in its place. */
export const PARCEL_START = '{"v":2,';

/** The text of a block of these calls. */
export function blockText(known: readonly KnownCall[]): string {
  const calls = new Map<CallKind, number>();
  const attempts = new Map<AttemptKind, number>();
  const rows = known.map((one) => JSON.stringify(rowOf(one, calls, attempts)));
  const head = `${PARCEL_START}"calls":${calls.size},"attempts":${attempts.size}}`;
  return [head, ...texts(calls), ...texts(attempts), ...rows].join("\n");
}

function texts(kinds: ReadonlyMap<Kind<unknown>, number>): readonly string[] {
  return Array.from(kinds.keys(), ({ text }) => text);
}

function rowOf(known: KnownCall, calls: Map<CallKind, number>, kinds: Map<AttemptKind, number>): Row {
  const { record, call } = known;
  const attempts = record.attempts.map((attempt, index) =>
    attemptRow(placeOf(kinds, known.attempts[index]), attempt, record.at)
  );
  const row: Row = [
    placeOf(calls, call),
    record.id,
    record.at,
    record.session,
    record.queuedMs,
    record.totalMs,
    record.requestBytes,
    record.firstTokenMs ?? null,
    record.usage === undefined ? null : usageRow(record.usage),
    attempts,
  ];
  const { message, warnings } = record;
  if (message !== undefined) row.push({ message, warnings });
  else if (warnings.length > 0) row.push({ warnings });
  return row;
}

function placeOf<Key>(places: Map<Key, number>, key: Key | undefined): number {
  if (key === undefined) throw new RangeError("A call has fewer kinds than attempts");
  let place = places.get(key);
  if (place === undefined) places.set(key, place = places.size);
  return place;
}

function usageRow(usage: Usage): UsageRow {
  const row: UsageRow = [
    usage.promptTokens,
    usage.cachedTokens,
    usage.candidatesTokens,
    usage.thoughtsTokens,
    usage.toolUseTokens,
    usage.totalTokens,
  ];
  const { promptDetails, candidatesDetails, serviceTier } = usage;
  if (promptDetails === undefined && candidatesDetails === undefined && serviceTier === undefined) return row;
  row.push({
    ...(promptDetails === undefined ? {} : { promptDetails }),
    ...(candidatesDetails === undefined ? {} : { candidatesDetails }),
    ...(serviceTier === undefined ? {} : { serviceTier }),
  });
  return row;
}

function attemptRow(kind: number, attempt: AttemptRecord, at: number): AttemptRow {
  const { startedAt, queuedMs, totalMs, connectMs, firstTokenMs, message } = attempt;
  const row: AttemptRow = [kind, startedAt - at, queuedMs, totalMs, connectMs ?? null, firstTokenMs ?? null];
  if (message !== undefined) row.push(message);
  return row;
}

/** A record as it was. */
export function recordOf(row: Row, kinds: BlockDictionary): CallRecord {
  const [kind, id, at, session, queuedMs, totalMs, requestBytes, firstTokenMs, usage, attempts, texts] = row;
  return {
    ...kinds.call(kind),
    id: id as CallRecord["id"],
    at,
    session,
    queuedMs,
    totalMs,
    requestBytes,
    ...(firstTokenMs === null ? {} : { firstTokenMs }),
    ...(usage === null ? {} : { usage: usageOf(usage) }),
    warnings: texts?.warnings ?? [],
    ...(texts?.message === undefined ? {} : { message: texts.message }),
    attempts: attempts.map((attempt) => attemptOf(attempt, at, kinds)),
  };
}

function usageOf([prompt, cached, candidates, thoughts, toolUse, total, details]: UsageRow): Usage {
  return {
    promptTokens: prompt,
    cachedTokens: cached,
    candidatesTokens: candidates,
    thoughtsTokens: thoughts,
    toolUseTokens: toolUse,
    totalTokens: total,
    ...details,
  };
}

function attemptOf(row: AttemptRow, at: number, kinds: BlockDictionary): AttemptRecord {
  const [kind, startedAfter, queuedMs, totalMs, connectMs, firstTokenMs, message] = row;
  return {
    ...kinds.attempt(kind),
    startedAt: at + startedAfter,
    queuedMs,
    totalMs,
    ...(connectMs === null ? {} : { connectMs }),
    ...(firstTokenMs === null ? {} : { firstTokenMs }),
    ...(message === undefined ? {} : { message }),
  };
}
