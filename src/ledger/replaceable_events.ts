import type { LiveEventName } from "./contract.ts";

/** Events whose newest state replaces the older ones: only the last one of a moment is sent. */
export const REPLACEABLE: ReadonlySet<LiveEventName> = new Set<LiveEventName>([
  "stats_update",
  "stats_update_full",
  "traffic_update",
  "usage:cap-updated",
  "pool_update",
]);
