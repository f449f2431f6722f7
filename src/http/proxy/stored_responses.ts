import { isObject, type Json } from "../../core/mod.ts";
import type { Store } from "../../store/mod.ts";
import type { ClientIdentity } from "../auth.ts";

const KIND = "response";
/** How long a stored response can be referred to, as OpenAI keeps it. */
const KEEP_MS = 30 * 24 * 60 * 60 * 1000;

type Expiring = Pick<Store, "expiring">;

/** Stores a response for the client that made it. */
export function keepResponse(
  { expiring }: Expiring,
  { id: client }: ClientIdentity,
  id: string,
  value: Json,
): Promise<void> {
  return expiring.put(KIND, id, { client, kept: value }, KEEP_MS);
}

/** Finds a response that this client made (for the owner: that anybody made); undefined otherwise. */
export async function findResponse(
  { expiring }: Expiring,
  client: ClientIdentity,
  id: string,
): Promise<Json | undefined> {
  const found = await expiring.get(KIND, id);
  if (!isObject(found)) return undefined;
  // Responses stored before clients existed belong to the owner.
  const { client: maker, kept = found } = found as Record<string, Json>;
  return client.owner || maker === client.id ? kept : undefined;
}

/** Removes a response of this client's; false when there is none. */
export async function removeResponse(store: Expiring, client: ClientIdentity, id: string): Promise<boolean> {
  if (await findResponse(store, client, id) === undefined) return false;
  await store.expiring.remove(KIND, id);
  return true;
}
