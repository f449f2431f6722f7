import type { Admin } from "../admin/mod.ts";
import type { Settings } from "../config/mod.ts";
import { type Clock, type JsonObject, redact } from "../core/mod.ts";
import type { LedgerService } from "../ledger/mod.ts";
import type { Store } from "../store/mod.ts";

/** A job that failed is tried again after this long, or its own interval when that is shorter. */
const RETRY_MS = 5 * 60_000;

/** The cron runs once a minute, some milliseconds early or late: a job due within half a minute runs now. */
const BEAT_SLACK_MS = 30_000;

/**
 * Runs what is due, one process of the database at a time for each job. Never throws: a failure is in the job's
 * report.
 */
export async function runDueJobs(deps: JobDeps, jobs: readonly Job[] = JOBS): Promise<readonly JobReport[]> {
  const reports: JobReport[] = [];
  for (const job of jobs) {
    if (deps.signal.aborted) break;
    const report = await runIfDue(deps, job);
    if (report !== undefined) reports.push(report);
  }
  return reports;
}

async function runIfDue(deps: JobDeps, job: Job): Promise<JobReport | undefined> {
  const every = job.every(deps);
  if (every <= 0 || !await isDue(deps, job, every)) return undefined;
  const lease = await deps.store.lease(`job ${job.name}`, job.lease);
  if (lease === undefined) return undefined;
  try {
    // Another process may have run it between the check and the lease.
    if (!await isDue(deps, job, every)) return undefined;
    return await run(deps, job, every);
  } finally {
    await lease.release();
  }
}

async function isDue({ store, clock }: JobDeps, job: Job, every: number): Promise<boolean> {
  const record = await store.poolState.get(`job ${job.name}`);
  const next = record?.["nextAt"];
  // A clock that was set back must not stop a job for years.
  if (typeof next !== "number") return true;
  const left = next - clock.now();
  return left <= Math.min(BEAT_SLACK_MS, every / 10) || left > every;
}

async function run(deps: JobDeps, job: Job, every: number): Promise<JobReport> {
  const startedAt = deps.clock.now();
  const report = await attempt(deps, job);
  // A job that ends because the server ends has not failed: it stays due.
  if (!report.ok && deps.signal.aborted) return report;
  const wait = report.ok ? every : Math.min(every, RETRY_MS);
  await deps.store.poolState.put(`job ${job.name}`, {
    ranAt: startedAt,
    nextAt: startedAt + wait,
    ok: report.ok,
  });
  const level = report.ok ? "debug" : "warn";
  const what = report.ok ? "is done" : `failed: ${report.error}`;
  deps.ledger.log(level, "job", `The job ${job.name} ${what}`, report.result ?? {});
  return report;
}

async function attempt(deps: JobDeps, job: Job): Promise<JobReport> {
  try {
    const result = await job.run(deps);
    return { name: job.name, ok: true, result };
  } catch (error) {
    const message = redact(error instanceof Error ? error.message : String(error));
    return { name: job.name, ok: false, error: message };
  }
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

const refreshModels: Job = {
  name: "model-refresh",
  every: ({ settings }) => settings.modelFetchInterval,
  lease: 10 * MINUTE_MS,
  async run({ admin, signal }) {
    const results = await admin.refreshModels(signal);
    const failed = results.filter((result) => !result.ok).length;
    return { keys: results.length, failed };
  },
};

/** Updates the model lists of registered agents. */
const refreshAgents: Job = {
  name: "agent-refresh",
  every: ({ settings, refreshAgents }) => refreshAgents === undefined ? 0 : settings.modelFetchInterval,
  lease: MINUTE_MS,
  run: async ({ refreshAgents }) => await refreshAgents?.() ?? {},
};

const refreshQuotas: Job = {
  name: "quota-refresh",
  every: ({ settings, refreshQuotas }) => refreshQuotas === undefined ? 0 : settings.quotaRefreshInterval,
  lease: 5 * MINUTE_MS,
  run: async ({ refreshQuotas, signal }) => await refreshQuotas?.(signal) ?? {},
};

/** Packs call records into segments, so that filters stay quick after quiet hours too. */
const packRecords: Job = {
  name: "record-packing",
  every: () => 5 * MINUTE_MS,
  lease: MINUTE_MS,
  run: async ({ ledger }) => ({ records: await ledger.seal(256) }),
};

const sweepHistory: Job = {
  name: "retention-sweep",
  every: () => HOUR_MS,
  lease: 10 * MINUTE_MS,
  run: async ({ ledger }) => ({ ...await ledger.sweep() }),
};

const mergeCounts: Job = {
  name: "count-merging",
  every: () => HOUR_MS,
  lease: 10 * MINUTE_MS,
  run: async ({ ledger }) => ({ values: await ledger.mergeRollups() }),
};

const backUp: Job = {
  name: "backup",
  every: () => HOUR_MS,
  lease: 10 * MINUTE_MS,
  async run({ admin }) {
    const report = await admin.backUp();
    if (!report.ok) throw new Error(report.error.message);
    return { ...report.value };
  },
};

/** All background work, in the order in which it is looked at. */
export const JOBS: readonly Job[] = [
  refreshModels,
  refreshAgents,
  refreshQuotas,
  packRecords,
  sweepHistory,
  mergeCounts,
  backUp,
];

/** What jobs work with. */
export interface JobDeps {
  readonly store: Store;
  readonly settings: Pick<Settings, "modelFetchInterval" | "quotaRefreshInterval">;
  readonly ledger: LedgerService;
  readonly admin: Admin;
  readonly clock: Clock;
  /** Aborts when the process stops: a running job ends early and runs again later. */
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
