import { type CallRecord, isObject } from "../core/mod.ts";
import { readRecord, unpackText } from "./packed.ts";
import { PARCEL_START, type ParcelBody, recordOf, type Row } from "./parcel.ts";
import { type Facet, facetOf, type Filed } from "./record_filter.ts";

/** The records of one packed value, by position. */
export interface Parcel {
  readonly count: number;
  /** Empty where nothing can be read. */
  id(position: number): string;
  /** Epoch milliseconds; NaN where nothing can be read. */
  at(position: number): number;
  /** Undefined for what is not a record: written by another version, or damaged. */
  record(position: number): CallRecord | undefined;
  /** What a readable record is filed under. */
  facet(facet: Facet, position: number): string;
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
  readonly #records: (CallRecord | undefined)[] = [];

  constructor(lines: readonly string[]) {
    this.#lines = lines;
  }

  get count(): number {
    return this.#lines.length;
  }

  id(position: number): string {
    return this.record(position)?.id ?? "";
  }

  at(position: number): number {
    return this.record(position)?.at ?? NaN;
  }

  record(position: number): CallRecord | undefined {
    return this.#records[position] ??= readRecord(this.#lines[position] ?? "");
  }

  facet(facet: Facet, position: number): string {
    const record = this.record(position);
    return record === undefined ? "" : facetOf(facet, record);
  }
}

/** Records as rows: built when they are asked for, and most facets known without. */
class RowParcel implements Parcel {
  readonly #body: ParcelBody;
  /** What rows of one kind are filed under. */
  readonly #filed: Partial<Record<Facet, string[]>> = {};

  constructor(body: ParcelBody) {
    this.#body = body;
  }

  get count(): number {
    return this.#body.rows.length;
  }

  id(position: number): string {
    return this.#body.rows[position]?.[ID] ?? "";
  }

  at(position: number): number {
    return this.#body.rows[position]?.[AT] ?? NaN;
  }

  record(position: number): CallRecord | undefined {
    const row = this.#body.rows[position];
    return row === undefined ? undefined : recordOf(this.#body, row);
  }

  facet(facet: Facet, position: number): string {
    const row = this.#body.rows[position];
    if (row === undefined) return "";
    const kind = kindFor(facet, row, this.#body);
    if (kind === undefined) return facetOf(facet, recordOf(this.#body, row));
    return (this.#filed[facet] ??= [])[kind] ??= facetOf(facet, this.#kindOf(facet, row));
  }

  /** As much of a record as its kinds tell. */
  #kindOf(facet: Facet, row: Row): Filed {
    const call = this.#body.calls[row[CALL]];
    if (call === undefined) throw new RangeError(`A parcel has no kind ${row[CALL]}`);
    const attempt = this.#body.attempts[row[ATTEMPTS][0]?.[0] ?? -1];
    return { ...call, attempts: facet === "key" && attempt !== undefined ? [attempt] : [] };
  }
}

/** Places in a row; taken one by one, as this runs for each record and facet and destructuring makes an iterator. */
const [CALL, ID, AT, ATTEMPTS, TEXTS] = [0, 1, 2, 9, 10] as const;

/** Rows with the same number here are filed under the same value of a facet; undefined when nothing is known of that. */
function kindFor(facet: Facet, row: Row, body: ParcelBody): number | undefined {
  const attempts = row[ATTEMPTS];
  switch (facet) {
    case "text":
      return row[TEXTS] === undefined && attempts.every((attempt) => attempt[6] === undefined)
        ? 0
        : undefined;
    case "key":
      return attempts.length === 1 ? attempts[0]?.[0] : undefined;
    case "class":
      return attempts.every((attempt) => body.attempts[attempt[0]]?.failure === undefined)
        ? row[CALL]
        : undefined;
    default:
      return row[CALL];
  }
}

function bodyOf(value: unknown): ParcelBody {
  const whole = isObject(value) && ["calls", "attempts", "rows"].every((name) => Array.isArray(value[name]));
  if (!whole) throw new TypeError("A parcel has no rows");
  return value as unknown as ParcelBody;
}
