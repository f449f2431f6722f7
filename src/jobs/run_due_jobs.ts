import { redact } from "../core/mod.ts";
import type { Job, JobDeps, JobReport } from "./job.ts";
import { JOBS } from "./jobs.ts";

/** A job that failed is tried again after this long, or its own interval when that is shorter. */
const RETRY_MS = 5 * 60_000;

/** The cron wakes once a minute, some milliseconds early or late: what is due within half a beat is due now, not a beat later. */
const BEAT_SLACK_MS = 30_000;

/** Runs what is due, one process of the database at a time for each job. Never throws: a failed job says so in its report. */
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
    // Another process may have run it between the look and the lease.
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
