import type { Job } from "./job.ts";

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

/** Agents that were registered learn of new models, and forget those that are gone. */
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
