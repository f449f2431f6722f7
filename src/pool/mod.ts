/**
 * Chooses the credential that serves a call. Has buckets (project x model or quota group) with learned limits,
 * paced windows and cooldowns that end early; a fair queue; the user's caps. Sends no call to a credential that
 * is known not to serve it, gives every refusal its reason and true end, and does not access the store on the
 * request path. Never talks to an upstream and never looks at status codes.
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
