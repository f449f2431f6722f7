import { type CallRecord, storedFailureClass } from "../core/mod.ts";
import type { SharedOfAttempt, SharedOfCall } from "./call_kinds.ts";
import { readRecord, unpack } from "./packed.ts";
import { type BlockDictionary, type BlockHead, PARCEL_START, recordOf, type Row } from "./record_block.ts";

/** The records of one packed value, by position; each is read when it is asked for. */
export interface RecordBlock {
  readonly count: number;
  /** Undefined for what is not a record: written by another version, or damaged. */
  record(position: number): CallRecord | undefined;
  find(id: string): CallRecord | undefined;
}

export function openBlock(value: Uint8Array): RecordBlock {
  const lines = unpack(value);
  // Records were packed whole first, one a line.
  return lines[0]?.startsWith(PARCEL_START) ? rowBlock(lines) : blockOf(lines, 0, readRecord);
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

/** A record of an earlier version may hold a failure class by its old name. */
function current<Shared extends SharedOfCall | SharedOfAttempt>(shared: Shared): Shared {
  const failure = storedFailureClass(shared.failure);
  return failure === undefined || failure === shared.failure ? shared : { ...shared, failure };
}

function parsed<Shape>(line: string | undefined): Shape {
  return JSON.parse(line ?? "") as Shape;
}
