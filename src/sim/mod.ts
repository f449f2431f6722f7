/**
 * A stand-in for the Gemini API: for tests, demonstrations and benchmarks. It owns projects with keys and quotas, validates
 * requests as Google does, answers as a model would, and fails on demand. It promises the same bytes for the same seed and
 * the same calls. It imports nothing of the product but `core`, so that it is an independent check of the product, and makes
 * no outgoing call.
 *
 * @module
 */
export type { SimulatorControl } from "./control.ts";
export type { Fault, FaultKind, FaultMatch } from "./faults.ts";
export type { KeyState, SimProject } from "./keys.ts";
export { sampleProjects } from "./keys.ts";
export { createManualClock, type ManualClock } from "./manual_clock.ts";
export { DEFAULT_MODELS, type SimModel, simModel } from "./models.ts";
export type { SimAccount, SimTier, SimTrouble } from "./oauth/accounts.ts";
export { SAMPLE_ACCOUNTS, sampleEmail } from "./oauth/accounts.ts";
export type { OAuthLogEntry } from "./oauth/oauth_state.ts";
export {
  type OAuthSimulatorControl,
  type OAuthSimulatorOptions,
  type ServedOAuthSimulator,
  serveOAuthSimulator,
} from "./oauth/serve_oauth_simulator.ts";
export type { Answerer, BenchmarkReply, SimCall, SimulatorOptions } from "./options.ts";
export type { QuotaLimits } from "./quota.ts";
export { type PlannedCall, type ReplyPlan, textPlan } from "./reply_plan.ts";
export type { SimLogEntry } from "./request_log.ts";
export { type ServedSimulator, type ServeOptions, serveSimulator } from "./serve.ts";
export { createSimulator, type Simulator } from "./simulator.ts";
