import type { Failure, SourceName } from "../core/mod.ts";

/** Requests that two accounts of a source refused without naming a limit: Google filters their content. */
export interface FilteredRequests {
  /** Number of known requests; while 0 no request need be hashed. */
  readonly size: number;
  of(fingerprint: string): { readonly sources: readonly SourceName[]; readonly failure: Failure } | undefined;
  note(fingerprint: string, source: SourceName, failure: Failure): void;
}

/** An agent repeats such a request every few seconds; filters change, so this is remembered no longer. */
const KEEP_MS = 5 * 60_000;
const MOST = 500;

interface Filtered {
  readonly sources: readonly SourceName[];
  readonly failure: Failure;
  readonly until: number;
}

/** In memory, by a hash of the request: a restart asks again. */
export function createFilteredRequests(clock: { now(): number }): FilteredRequests {
  const known = new Map<string, Filtered>();
  const current = (fingerprint: string): Filtered | undefined => {
    const found = known.get(fingerprint);
    if (found === undefined || found.until > clock.now()) return found;
    known.delete(fingerprint);
    return undefined;
  };
  return {
    get size() {
      return known.size;
    },
    of: current,
    note(fingerprint, source, failure) {
      const sources = [...new Set([...current(fingerprint)?.sources ?? [], source])];
      known.delete(fingerprint);
      known.set(fingerprint, { sources, failure, until: clock.now() + KEEP_MS });
      if (known.size > MOST) known.delete(known.keys().next().value!);
    },
  };
}
