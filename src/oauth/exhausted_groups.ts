import type { CredentialId } from "../core/mod.ts";
import type { OAuthOptions } from "./oauth_options.ts";
import { groupOf } from "./quota_answer.ts";

/** `antigravity/<project or account>/<model>`: the name of a bucket. */
const BUCKET_REGEXP = /^antigravity\/[^/]+\/(.+)$/;

/**
 * Follows what the pool closes: when one model of an Antigravity account has used its budget up, the others that share it are
 * left out too, until the same time or until a look at the quota finds more. The returned function stops following.
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
