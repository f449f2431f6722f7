import { type AttemptRecord, type CallRecord, storedFailureClass, type Usage } from "../core/mod.ts";
import {
  type AttemptKind,
  type CallKind,
  type Kind,
  KindTable,
  type KnownCall,
  type SharedOfAttempt,
  type SharedOfCall,
} from "./call_kinds.ts";
import { hash32, pack, readRecord, unpack, VALUE_BYTES } from "./packed.ts";
import { type Facet, facetOf, FACETS } from "./record_filter.ts";

/*
 * A block's text is lines of JSON: a head with the numbers of kinds, the kinds of calls and attempts, and a row
 * for each record. It has a third of the characters of whole records, so packing and reading take a third of the
 * time; each record can be read alone.
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

type Row = [
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
interface BlockHead {
  readonly v: 2;
  readonly calls: number;
  readonly attempts: number;
}

/** The kinds of calls and attempts, by number. */
interface BlockDictionary {
  call(kind: number): SharedOfCall;
  attempt(kind: number): SharedOfAttempt;
}

/** The beginning of every block, and of nothing else. */
const BLOCK_START = '{"v":2,';

/** The text of a block of these calls. */
function blockText(known: readonly KnownCall[]): string {
  const calls = new Map<CallKind, number>();
  const attempts = new Map<AttemptKind, number>();
  const rows = known.map((one) => JSON.stringify(rowOf(one, calls, attempts)));
  const head = `${BLOCK_START}"calls":${calls.size},"attempts":${attempts.size}}`;
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

/** Restores a record. */
function recordOf(row: Row, kinds: BlockDictionary): CallRecord {
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

/** Facet values of the records in one packed value, in their order. */
export interface BlockIndex {
  readonly count: number;
  /** Hashes of their ids. */
  readonly ids: Uint32Array;
  /** Earliest and latest start of its calls, epoch milliseconds. */
  readonly from: number;
  readonly to: number;
  readonly facets: Readonly<Record<Facet, readonly string[]>>;
}

export function indexOf(calls: readonly KnownCall[]): BlockIndex {
  const at = calls.map(({ record }) => record.at);
  const facets = FACETS.map((facet) => [facet, calls.map((call) => filedUnder(facet, call))]);
  return {
    count: calls.length,
    ids: Uint32Array.from(calls, ({ record }) => hash32(record.id)),
    from: Math.min(...at),
    to: Math.max(...at),
    facets: Object.fromEntries(facets) as Record<Facet, string[]>,
  };
}

/** A record's value of a facet; nearly always the same for all records of a kind, and then computed once. */
function filedUnder(facet: Facet, known: KnownCall): string {
  const kind = kindFor(facet, known);
  if (kind === undefined) return facetOf(facet, known.record);
  return kind.filed[facet] ??= facetOf(facet, known.record);
}

/** The kind that determines the facet's value; undefined when the record has its own. */
function kindFor(facet: Facet, { record, call, attempts }: KnownCall): Kind<unknown> | undefined {
  switch (facet) {
    case "text":
      return record.message === undefined && record.attempts.every(({ message }) => message === undefined)
        ? call
        : undefined;
    case "key":
      return attempts.length === 1 ? attempts[0] : undefined;
    case "class":
      return attempts.every(({ shared }) => shared.failure === undefined) ? call : undefined;
    default:
      return call;
  }
}

/**
 * Records in one value: their text fits the 16 KiB that zlib unpacks at once. More would compress little better
 * and cost more to read.
 */
export const BLOCK_RECORDS = 96;

/** A packed value and what is in it. */
export interface PackedBlock {
  readonly value: Uint8Array;
  readonly index: BlockIndex;
}

/** Packs records into values that fit; a record that fits in none is shortened. */
export function packCalls(calls: readonly KnownCall[]): PackedBlock[] {
  const out: PackedBlock[] = [];
  for (let start = 0; start < calls.length; start += BLOCK_RECORDS) {
    out.push(...packSome(calls.slice(start, start + BLOCK_RECORDS)));
  }
  return out;
}

function packSome(calls: readonly KnownCall[]): readonly PackedBlock[] {
  const value = pack([blockText(calls)]);
  const [first] = calls;
  if (value.length <= VALUE_BYTES || first === undefined) return [{ value, index: indexOf(calls) }];
  if (calls.length === 1) return packSome([shortened(first)]);
  const half = Math.ceil(calls.length / 2);
  return [...packSome(calls.slice(0, half)), ...packSome(calls.slice(half))];
}

/** Keeps what identifies the call and drops its attempts. */
function shortened({ record }: KnownCall): KnownCall {
  const short: CallRecord = {
    ...record,
    attempts: record.attempts.slice(-8),
    warnings: ["The record was too large; earlier attempts and warnings are left out"],
  };
  return new KindTable().known(short);
}

/** The records of one packed value, by position; each is decoded on access. */
export interface RecordBlock {
  readonly count: number;
  /** Undefined for what is not a record: written by another version, or damaged. */
  record(position: number): CallRecord | undefined;
  find(id: string): CallRecord | undefined;
}

export function openBlock(value: Uint8Array): RecordBlock {
  const lines = unpack(value);
  // Earlier versions packed whole records, one per line.
  return lines[0]?.startsWith(BLOCK_START) ? rowBlock(lines) : blockOf(lines, 0, readRecord);
}

function rowBlock(lines: readonly string[]): RecordBlock {
  const head = parsed<BlockHead>(lines[0]);
  const kinds: BlockDictionary = {
    call: (kind) => current(parsed<SharedOfCall>(lines[1 + kind])),
    attempt: (kind) => current(parsed<SharedOfAttempt>(lines[1 + head.calls + kind])),
  };
  return blockOf(lines, 1 + head.calls + head.attempts, (line) => {
    try {
      return recordOf(parsed<Row>(line), kinds);
    } catch {
      return undefined;
    }
  });
}

function blockOf(
  lines: readonly string[],
  first: number,
  read: (line: string) => CallRecord | undefined,
): RecordBlock {
  const record = (position: number) => read(lines[first + position] ?? "");
  return {
    count: Math.max(0, lines.length - first),
    record,
    find(id) {
      for (let position = 0; first + position < lines.length; position++) {
        if (!lines[first + position]?.includes(id)) continue;
        const found = record(position);
        if (found?.id === id) return found;
      }
      return undefined;
    },
  };
}

/** Renames a failure class from an earlier version. */
function current<Shared extends SharedOfCall | SharedOfAttempt>(shared: Shared): Shared {
  const failure = storedFailureClass(shared.failure);
  return failure === undefined || failure === shared.failure ? shared : { ...shared, failure };
}

function parsed<Shape>(line: string | undefined): Shape {
  // deno-lint-ignore geminitro/foreign-json -- this program wrote it
  return JSON.parse(line ?? "") as Shape;
}
