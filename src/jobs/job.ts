import type { Admin } from "../admin/mod.ts";
import type { Settings } from "../config/mod.ts";
import type { Clock, JsonObject } from "../core/mod.ts";
import type { LedgerService } from "../ledger/mod.ts";
import type { Store } from "../store/mod.ts";

/** What jobs work with. */
export interface JobDeps {
  readonly store: Store;
  readonly settings: Pick<Settings, "modelFetchInterval" | "quotaRefreshInterval">;
  readonly ledger: LedgerService;
  readonly admin: Admin;
  readonly clock: Clock;
  /** Aborts when the process stops: a running job ends early and is done again later. */
  readonly signal: AbortSignal;
  /** Brings the model lists of registered agents up to date. */
  readonly refreshAgents?: () => Promise<JsonObject>;
  /** Reads the quotas of accounts; absent while no such source is switched on. */
  readonly refreshQuotas?: (signal: AbortSignal) => Promise<JsonObject>;
}

/** One piece of background work. Running it twice does no harm. */
export interface Job {
  readonly name: string;
  /** Milliseconds between two runs; 0 switches it off. */
  readonly every: (deps: JobDeps) => number;
  /** Longest run, in milliseconds: the lease's time. */
  readonly lease: number;
  readonly run: (deps: JobDeps) => Promise<JsonObject>;
}

export interface JobReport {
  readonly name: string;
  readonly ok: boolean;
  readonly result?: JsonObject;
  readonly error?: string;
}
