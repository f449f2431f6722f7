/**
 * Which credential serves a call, now. Buckets (project x model or quota group) with learned limits, paced windows and cooldowns
 * that heal; a fair queue; the user's caps. RetryReservations: no call to a credential that is known not to serve it, every refusal with its
 * reason and true end, no store access on the request path. Never talks to an upstream and never looks at status codes.
 *
 * @module
 */
export * from "./contract.ts";
export { capSliceName, capWindow } from "./caps/cap_calendar.ts";
export { type VerdictFacts, verdictOf } from "./leases/verdict.ts";
export type { CapProgress } from "./caps/caps.ts";
export { BUCKET_LIMITS } from "./quota/set_limits.ts";
export { type CappedPool, createPool } from "./create_pool.ts";
export type { PoolCatalog, PoolLog, PoolOptions, PoolSettings, PoolStore } from "./options.ts";
