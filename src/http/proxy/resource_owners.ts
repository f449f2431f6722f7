import type { CredentialId } from "../../core/mod.ts";
import type { Store } from "../../store/mod.ts";
import type { ResourceOwners } from "./proxy_deps.ts";

const KIND = "owner";
/** Files live two days and cached contents as long as their maker pays for; the owner is of no use after that. */
const KEEP_MS = 30 * 24 * 60 * 60 * 1000;

/** Remembers in the store which key made a file or a cached content, as only that key's project can use it. */
export function createResourceOwners(store: Pick<Store, "expiring">): ResourceOwners {
  return {
    async find(name) {
      const owner = await store.expiring.get(KIND, name);
      return typeof owner === "string" ? owner as CredentialId : undefined;
    },
    remember: (name, credential) => store.expiring.put(KIND, name, credential, KEEP_MS),
  };
}
