import type { BucketView } from "../pool/contract.ts";
import type { AdminDeps } from "./admin_deps.ts";
import { type SafeKey, safeKey } from "./safe_key.ts";

/** Every credential as everybody may see it, in the order in which they were added. */
export async function listKeys(deps: AdminDeps): Promise<readonly SafeKey[]> {
  const { store, pool, ledger, ports } = deps;
  const [{ credentials, modelLists }, counts] = await Promise.all([
    store.config.refresh(),
    ledger.lifetime("key"),
  ]);
  const view = pool.view();
  const states = new Map(view.credentials.map((state) => [state.id, state]));
  const models = new Map(modelLists.map((list) => [list.credential, list]));
  const buckets = new Map<string, BucketView[]>();
  for (const bucket of view.buckets) {
    for (const id of bucket.credentials) buckets.set(id, [...buckets.get(id) ?? [], bucket]);
  }
  const now = ports.clock.now();
  return credentials.map((credential) => {
    const [state, list, cell] = [
      states.get(credential.id),
      models.get(credential.id),
      counts.get(credential.id),
    ];
    return safeKey(credential, {
      now,
      buckets: buckets.get(credential.id) ?? [],
      ...(state === undefined ? {} : { state }),
      ...(list === undefined ? {} : { models: list }),
      ...(cell === undefined ? {} : { counts: cell }),
    });
  });
}
