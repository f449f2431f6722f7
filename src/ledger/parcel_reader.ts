import type { CallRecord } from "../core/mod.ts";
import type { SharedOfAttempt, SharedOfCall } from "./call_kinds.ts";
import { readRecord, unpack } from "./packed.ts";
import { PARCEL_START, type ParcelHead, type ParcelKinds, recordOf, type Row } from "./parcel.ts";

/** The records of one packed value, by position; each is read when it is asked for. */
export interface Parcel {
  readonly count: number;
  /** Undefined for what is not a record: written by another version, or damaged. */
  record(position: number): CallRecord | undefined;
  find(id: string): CallRecord | undefined;
}

export function openParcel(value: Uint8Array): Parcel {
  const lines = unpack(value);
  // Records were packed whole first, one a line.
  return lines[0]?.startsWith(PARCEL_START) ? rowParcel(lines) : parcelOf(lines, 0, readRecord);
}

function rowParcel(lines: readonly string[]): Parcel {
  const head = parsed<ParcelHead>(lines[0]);
  const kinds: ParcelKinds = {
    call: (kind) => parsed<SharedOfCall>(lines[1 + kind]),
    attempt: (kind) => parsed<SharedOfAttempt>(lines[1 + head.calls + kind]),
  };
  return parcelOf(lines, 1 + head.calls + head.attempts, (line) => {
    try {
      return recordOf(parsed<Row>(line), kinds);
    } catch {
      return undefined;
    }
  });
}

function parcelOf(
  lines: readonly string[],
  first: number,
  read: (line: string) => CallRecord | undefined,
): Parcel {
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

function parsed<Shape>(line: string | undefined): Shape {
  return JSON.parse(line ?? "") as Shape;
}
