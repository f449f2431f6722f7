import type { LiveData } from "../data/live_data.ts";
import type { PageEventName } from "./live_events.ts";

/** How a page keeps a value current. */
export interface LiveRead<Value> {
  readonly load: (data: LiveData) => Promise<Value>;
  /** What it is read again on. */
  readonly events: readonly Exclude<PageEventName, "stale">[];
  /** At most once in so many milliseconds. */
  readonly leastMs: number;
  /** Also without an event, every so many milliseconds while somebody looks. */
  readonly everyMs?: number;
}

function liveRead<Value>(read: LiveRead<Value>): LiveRead<Value> {
  return read;
}

/** What an open Overview reads again and again; the benchmark of an open page does the same. */
export const OVERVIEW_READS = {
  /** The verdict of every page: a model comes back without an event when its time has come. */
  overview: liveRead({
    load: (data) => data.overview(),
    events: ["request", "pool_update", "stats_update", "usage:cap-updated"],
    leastMs: 2_000,
    everyMs: 10_000,
  }),
  stats: liveRead({ load: (data) => data.stats(), events: ["stats_update_full"], leastMs: 3_000 }),
  keys: liveRead({
    load: (data) => data.worstKeys(),
    events: ["stats_update", "pool_update"],
    leastMs: 3_000,
  }),
  /** Each call comes with its event; the list is read again only when events were missed. */
  calls: liveRead({ load: (data) => data.recentCalls(), events: [], leastMs: 10_000 }),
} as const;
