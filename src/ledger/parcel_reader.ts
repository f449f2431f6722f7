import { type CallRecord, isObject } from "../core/mod.ts";
import { readRecord, unpackText } from "./packed.ts";
import { PARCEL_START, type ParcelBody, recordOf } from "./parcel.ts";

/** The records of one packed value, by position. */
export interface Parcel {
  readonly count: number;
  /** Empty where nothing can be read. */
  id(position: number): string;
  /** Undefined for what is not a record: written by another version, or damaged. */
  record(position: number): CallRecord | undefined;
}

/** Opens a packed value; one that nothing can be read of has no records. */
export function openParcel(value: Uint8Array): Parcel {
  const text = unpackText(value);
  if (!text.startsWith(PARCEL_START)) return new LineParcel(text.split("\n"));
  try {
    return new RowParcel(bodyOf(JSON.parse(text)));
  } catch {
    return new LineParcel([]);
  }
}

/** As records were packed first: one JSON text a line. */
class LineParcel implements Parcel {
  readonly #lines: readonly string[];

  constructor(lines: readonly string[]) {
    this.#lines = lines;
  }

  get count(): number {
    return this.#lines.length;
  }

  id(position: number): string {
    return this.record(position)?.id ?? "";
  }

  record(position: number): CallRecord | undefined {
    return readRecord(this.#lines[position] ?? "");
  }
}

/** Records as rows, built when they are asked for. */
class RowParcel implements Parcel {
  readonly #body: ParcelBody;

  constructor(body: ParcelBody) {
    this.#body = body;
  }

  get count(): number {
    return this.#body.rows.length;
  }

  id(position: number): string {
    return this.#body.rows[position]?.[1] ?? "";
  }

  record(position: number): CallRecord | undefined {
    const row = this.#body.rows[position];
    return row === undefined ? undefined : recordOf(this.#body, row);
  }
}

function bodyOf(value: unknown): ParcelBody {
  const whole = isObject(value) && ["calls", "attempts", "rows"].every((name) => Array.isArray(value[name]));
  if (!whole) throw new TypeError("A parcel has no rows");
  return value as unknown as ParcelBody;
}
