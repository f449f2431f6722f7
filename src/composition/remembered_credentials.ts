import type { Credential } from "../core/mod.ts";
import type { Store } from "../store/mod.ts";

/**
 * Credentials whose list is decrypted once for as long as nothing is written: in a visit, several rooms ask for it. Writes
 * of this visit are seen at once, those of others at the next epoch.
 */
export function rememberedCredentials(
  credentials: Store["credentials"],
  epoch: () => string,
): Store["credentials"] {
  let remembered: { readonly epoch: string; readonly list: Promise<readonly Credential[]> } | undefined;
  const afterwards = async <Answer>(write: Promise<Answer>): Promise<Answer> => {
    try {
      return await write;
    } finally {
      remembered = undefined;
    }
  };
  return {
    list() {
      if (remembered?.epoch !== epoch()) remembered = { epoch: epoch(), list: credentials.list() };
      return remembered.list;
    },
    get: (id) => credentials.get(id),
    add: (draft) => afterwards(credentials.add(draft)),
    update: (id, patch, expected) => afterwards(credentials.update(id, patch, expected)),
    remove: (id) => afterwards(credentials.remove(id)),
    restore: (credential) => afterwards(credentials.restore(credential)),
  };
}
