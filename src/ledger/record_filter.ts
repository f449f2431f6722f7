import { type CallKind, type CallRecord, isOfKind } from "../core/mod.ts";
import { classOf } from "./rollup_dims.ts";

/** Filters of a page of call records. All given filters must match. */
export interface RecordFilter {
  /** Epoch milliseconds, inclusive, of the call's start. */
  readonly since?: number;
  readonly until?: number;
  /** As asked or as served. */
  readonly model?: string;
  /** Credential id, label or tail of any attempt. */
  readonly key?: string;
  readonly client?: string;
  /** Beginning of the agent's name, case-insensitive. */
  readonly agent?: string;
  /** Failure class, `ok` or `refused`. */
  readonly class?: string;
  /** `429`, or `4xx`. */
  readonly status?: string;
  /** Part of an error message, case-insensitive. */
  readonly text?: string;
  /** Calls of one conversation. */
  readonly session?: string;
  readonly is?: CallKind;
}

export const FACETS = ["model", "key", "client", "agent", "class", "status", "text"] as const;
export type Facet = typeof FACETS[number];

/** Longest message text kept in the index of a segment. */
const TEXT_CHARACTERS = 300;

/** A record's value for a facet; several values are separated by line feeds. */
export function facetOf(facet: Facet, record: CallRecord): string {
  switch (facet) {
    case "model":
      return lines([record.modelAsked, record.modelUsed]);
    case "key":
      return lines(record.attempts.flatMap((attempt) => [attempt.credential, attempt.name]));
    case "client":
      return record.client;
    case "agent":
      return record.agent;
    case "class":
      return lines([
        classOf(record),
        record.outcome === "refused" ? record.failure : undefined,
        ...record.attempts.map((attempt) => attempt.failure),
      ]);
    case "status":
      return String(record.status);
    case "text":
      return lines([record.message, ...record.attempts.map((attempt) => attempt.message)])
        .slice(0, TEXT_CHARACTERS);
  }
}

/** Whether a facet's stored value matches the wanted one. */
export function facetMatches(facet: Facet, filed: string, wanted: string): boolean {
  switch (facet) {
    case "text":
      return filed.toLowerCase().includes(wanted.toLowerCase());
    case "agent":
      return filed.toLowerCase().startsWith(wanted.toLowerCase());
    case "status":
      return /^[1-5]xx$/i.test(wanted) ? filed[0] === wanted[0] : filed === wanted;
    default:
      return filed === wanted || (filed.includes("\n") && filed.split("\n").includes(wanted));
  }
}

/** The facets of a filter, with the wanted value of each. */
export function wantedFacets(filter: RecordFilter): readonly (readonly [Facet, string])[] {
  return FACETS.flatMap((facet) => {
    const wanted = filter[facet];
    return wanted === undefined || wanted === "" ? [] : [[facet, wanted] as const];
  });
}

export function recordMatches(filter: RecordFilter, record: CallRecord): boolean {
  if (!inTime(filter, record.at)) return false;
  if (filter.session !== undefined && filter.session !== record.session) return false;
  if (filter.is !== undefined && !isOfKind(record, filter.is)) return false;
  return wantedFacets(filter).every(([facet, wanted]) => facetMatches(facet, facetOf(facet, record), wanted));
}

function inTime(filter: RecordFilter, at: number): boolean {
  return at >= (filter.since ?? -Infinity) && at <= (filter.until ?? Infinity);
}

function lines(values: readonly (string | undefined)[]): string {
  return [...new Set(values.filter((value) => value !== undefined && value !== ""))].join("\n");
}
