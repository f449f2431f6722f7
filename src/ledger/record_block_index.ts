import type { Kind, KnownCall } from "./call_kinds.ts";
import { hash32 } from "./packed.ts";
import { type Facet, facetOf, FACETS } from "./record_filter.ts";

/** What is filed of the records of one packed value, in their order. */
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

/** What nearly all records are filed under is the same for all of a kind, and worked out once. */
function filedUnder(facet: Facet, known: KnownCall): string {
  const kind = kindFor(facet, known);
  if (kind === undefined) return facetOf(facet, known.record);
  return kind.filed[facet] ??= facetOf(facet, known.record);
}

/** The kind that alone decides what the record is filed under; undefined when the record has something of its own. */
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
