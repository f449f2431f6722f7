/**
 * Background work that the platform's cron wakes each minute: model lists, quotas, packing, retention, counts, backups. Each
 * runs when it is due, under a lease of the database, so that of several processes one does it; each is harmless to repeat.
 * Registers no cron itself.
 *
 * @module
 */
export type { Job, JobDeps, JobReport } from "./jobs.ts";
export { JOBS, runDueJobs } from "./jobs.ts";
