import { isObject, type Json } from "../../core/mod.ts";
import type { Store } from "../../store/mod.ts";
import type { ClientIdentity } from "../auth.ts";

const KIND = "response";
/** How long a stored response can be referred to, as OpenAI keeps it. */
const KEEP_MS = 30 * 24 * 60 * 60 * 1000;

type Expiring = Pick<Store, "expiring">;

/** Keeps a response under the client that made it. */
export function keepResponse(
  { expiring }: Expiring,
  { id: client }: ClientIdentity,
  id: string,
  value: Json,
): Promise<void> {
  return expiring.put(KIND, id, { client, kept: value }, KEEP_MS);
}

/** A response that this client made, or, for the owner, anybody; undefined for others, as if there were none. */
export async function findResponse(
  { expiring }: Expiring,
  client: ClientIdentity,
  id: string,
): Promise<Json | undefined> {
  const found = await expiring.get(KIND, id);
  if (!isObject(found)) return undefined;
  // What was stored before clients were told apart is the owner's to see.
  const { client: maker, kept = found } = found as Record<string, Json>;
  return client.owner || maker === client.id ? kept : undefined;
}

/** Removes a response of this client's; false when there is none. */
export async function removeResponse(store: Expiring, client: ClientIdentity, id: string): Promise<boolean> {
  if (await findResponse(store, client, id) === undefined) return false;
  await store.expiring.remove(KIND, id);
  return true;
}
