import { type CredentialId, isObject, isSourceOf } from "../core/mod.ts";
import type { AccountView, PooledQuota, QuotaBucket } from "./contract.ts";
import type { OAuthOptions } from "./oauth_options.ts";

const list = (value: unknown) => Array.isArray(value) ? value.filter(isObject) : [];
const text = (value: unknown) => typeof value === "string" ? value : "";

/** Antigravity's two budgets: all Gemini models share one, those of all other vendors the second. */
function groupOf(model: string): "gemini" | "third_party" {
  return /^(claude|gpt|3p)/i.test(model) ? "third_party" : "gemini";
}

/** Reads retrieveUserQuotaSummary. A missing fraction is unknown, as unused free accounts lack it. */
export function readSummary(
  answer: Record<string, unknown>,
  models: readonly string[],
): readonly QuotaBucket[] {
  const summary = isObject(answer["quotaSummary"]) ? answer["quotaSummary"] : answer;
  return list(summary["groups"]).flatMap((group) => {
    const label = text(group["displayName"]);
    return inUse(list(group["buckets"])).map((bucket) => {
      const id = text(bucket["bucketId"]);
      const name = groupOf(id === "" ? label : id);
      return {
        group: name,
        label: [label, text(bucket["displayName"])].filter((one) => one !== "").join(": "),
        window: text(bucket["window"]) || id,
        ...numbers(bucket),
        models: models.filter((model) => groupOf(model) === name),
      };
    });
  });
}

/** Reads retrieveUserQuota: one budget for each model and kind of token. */
export function readBuckets(answer: Record<string, unknown>): readonly QuotaBucket[] {
  return list(answer["buckets"]).flatMap((one) => inUse([one])).flatMap((bucket) => {
    const model = text(bucket["modelId"]);
    if (model === "") return [];
    const kind = text(bucket["tokenType"]).toLowerCase();
    return [{
      group: model,
      label: kind === "" ? model : `${model}: ${kind}`,
      window: "daily",
      ...numbers(bucket),
      models: [model],
    }];
  });
}

type Fields = Record<string, unknown>;

/** The budgets that Google has not disabled; if all are disabled, all of them with nothing left. */
function inUse(buckets: readonly Fields[]): readonly Fields[] {
  const on = buckets.filter(({ disabled }) => disabled !== true);
  return on.length > 0 ? on : buckets.map((bucket) => ({ ...bucket, remainingFraction: 0 }));
}

function numbers(bucket: Record<string, unknown>): Pick<QuotaBucket, "remaining" | "resetsAt"> {
  const { remainingFraction, resetTime } = bucket;
  const resetsAt = typeof resetTime === "string" ? Date.parse(resetTime) : NaN;
  return {
    ...(typeof remainingFraction === "number" && Number.isFinite(remainingFraction)
      ? { remaining: Math.min(1, Math.max(0, remainingFraction)) }
      : {}),
    ...(Number.isNaN(resetsAt) ? {} : { resetsAt }),
  };
}

/** The budget that limits a model: the one with the least left, and of several empty ones the last to reset. */
export function worstOf(
  buckets: readonly QuotaBucket[],
  model: string,
  low: number,
): Pick<QuotaBucket, "remaining" | "resetsAt"> {
  const known = buckets.filter((bucket) => bucket.remaining !== undefined && bucket.models.includes(model));
  if (known.length === 0) return {};
  const remaining = Math.min(...known.map((bucket) => bucket.remaining ?? 1));
  const deciding = known.filter((bucket) =>
    remaining < low ? (bucket.remaining ?? 1) < low : bucket.remaining === remaining
  );
  const resets = deciding.flatMap((bucket) => bucket.resetsAt ?? []);
  return { remaining, ...(resets.length === 0 ? {} : { resetsAt: Math.max(...resets) }) };
}

/**
 * What is left of each budget over all accounts that can serve, in the order of first occurrence. Accounts for
 * which Google does not state it are counted separately.
 */
export function pooledQuota(accounts: readonly AccountView[]): readonly PooledQuota[] {
  const pools = new Map<string, PooledQuota>();
  for (const { state, source, quota } of accounts) {
    if (state !== "ready" || !isSourceOf(source, "oauth")) continue;
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

/** `antigravity/<project or account>/<model>`: the name of a bucket. */
const BUCKET_REGEXP = /^antigravity\/[^/]+\/(.+)$/;

/**
 * Follows the pool's closures: when one model of an Antigravity account has used up its budget, the others that
 * share it are closed too, until the same time or until the quota is read again. Returns a function that stops
 * it.
 */
export function followExhaustion(options: OAuthOptions): () => void {
  const { pool, ledger } = options;
  return pool?.subscribe?.((event) => {
    const model = event.type === "cooled" ? BUCKET_REGEXP.exec(event.scope ?? "")?.[1] : undefined;
    if (model === undefined || event.credential === undefined || event.until === undefined) return;
    spread(options, event.credential, model, event.until).catch((error) =>
      ledger.log("warn", "oauth", "A used-up budget could not be told to the other models", {
        error: String(error),
      })
    );
  }) ?? (() => {});
}

async function spread(
  { store, pool }: OAuthOptions,
  id: CredentialId,
  model: string,
  until: number,
): Promise<void> {
  const list = (await store.modelLists.list()).find((one) => one.credential === id);
  for (const other of list?.models ?? []) {
    if (other.id === model || groupOf(other.id) !== groupOf(model)) continue;
    pool?.noteQuota?.(id, other.id, 0, until);
  }
}
