/**
 * Serves one call: tries one credential after another until one answers, retries only before the commit point,
 * and settles the lease exactly once at the end of the reply. Knows no dialect and no source by name; never
 * looks at an upstream's status codes (the upstream classifies), never changes a request in place.
 *
 * @module
 */
export { ActiveCalls, ownFault } from "./trace.ts";
export { ActiveSet } from "./active_set.ts";
export * from "./client_watch.ts";
export { continuedTurn } from "./continued_turn.ts";
export * from "./deadlines.ts";
export * from "./deps.ts";
export * from "./failures.ts";
export { createFilteredRequests, FirstBytes } from "./call_memory.ts";
export { joinTurns } from "./fan_out.ts";
export { emptyTurn } from "./inspect_first_chunk.ts";
export { outletOf } from "./pumped_stream.ts";
export * from "./pumped_stream.ts";
export * from "./relay_json.ts";
export { type NativeCall, type NativeRefusal, type NativeReply } from "./native_call.ts";
export * from "./relay_live.ts";
export * from "./relay_native.ts";
export * from "./relay_resource.ts";
export { safeType } from "./reply_type.ts";
export { createRepairMemory, type RepairMemory, type Repairs } from "./repair_memory.ts";
export { withSearch } from "./separate_search.ts";
export { type ServedTurn } from "./relay_turn.ts";
export * from "./call_memory.ts";
export * from "./signature_memory.ts";
export * from "./trace.ts";
export * from "./turn_call.ts";
export type { TurnSource, TurnStep } from "./turn_source.ts";
export type { Attempt as Try } from "./run_attempts.ts";
