import type { AccountView, PooledQuota } from "./contract.ts";

/**
 * What is left of each budget over all accounts that can serve, in the order in which the budgets first come. Accounts of which
 * Google does not say it are counted apart.
 */
export function pooledQuota(accounts: readonly AccountView[]): readonly PooledQuota[] {
  const pools = new Map<string, PooledQuota>();
  for (const { state, source, quota } of accounts) {
    if (state !== "ready" || (source !== "antigravity" && source !== "gemini_cli")) continue;
    for (const { group, label, window, remaining, resetsAt } of quota?.buckets ?? []) {
      const key = `${source} ${group} ${window}`;
      const before = pools.get(key) ?? { source, group, label, window, accounts: 0, unknown: 0, left: 0 };
      const resets = [before.resetsAt, (remaining ?? 1) < 1 ? resetsAt : undefined].filter((at) =>
        at !== undefined
      );
      pools.set(key, {
        ...before,
        accounts: before.accounts + 1,
        unknown: before.unknown + (remaining === undefined ? 1 : 0),
        left: before.left + (remaining ?? 0),
        ...(resets.length === 0 ? {} : { resetsAt: Math.min(...resets) }),
      });
    }
  }
  return [...pools.values()];
}
