import { type Credential, type CredentialId, isObject, isOfType, ok, Secret } from "../core/mod.ts";
import { type AdminDeps, fromFailure, fromStore, type Outcome, refuse } from "./admin_deps.ts";
import { reviveKey } from "./check_keys.ts";
import { discoverModels, keepModels } from "./add_keys.ts";
import { findKey, keyById } from "./list_keys.ts";
import type { SafeKey } from "./safe_key.ts";
import { UNDO_MS } from "./undo.ts";

export interface ReplaceKeyInput {
  readonly key: string;
  /** Check the new key with Google before it replaces the old one. Default true. */
  readonly validate?: boolean;
}

export interface ReplacedKey {
  readonly key: SafeKey;
  /** Give it to `restoreKey` within ten minutes to restore the former key. */
  readonly undo: string;
}

const KIND = "replaced_key";

/**
 * Replaces an API key by another. Its name, tags, project, tier, priority, model rules, caps and history stay,
 * because they belong to its id. Nothing changes when Google refuses the new key.
 */
export async function replaceKey(
  deps: AdminDeps,
  idOrFragment: string,
  { key, validate = true }: ReplaceKeyInput,
  expected?: number,
): Promise<Outcome<ReplacedKey>> {
  const found = await findKey(deps, idOrFragment);
  if (!found.ok) return found;
  const before = found.value;
  if (!isOfType(before, "api_key")) {
    return refuse(422, "invalid", "Only an API key can be replaced: sign in again for an account", "id");
  }
  const text = key.trim();
  const duplicate = holderOf(deps, text);
  if (duplicate !== undefined) {
    return refuse(
      409,
      "duplicate",
      duplicate.id === before.id ? "This is the key that is there" : "This key is there under another name",
      "key",
    );
  }
  const asked = deps.ports.clock.now();
  const models = validate ? await discoverModels(deps, { ...before, key: new Secret(text) }) : undefined;
  if (models?.ok === false) return fromFailure(models.error);
  const updated = await deps.store.credentials.update(before.id, { key: text, dead: null }, expected);
  if (!updated.ok) return fromStore(updated.error, "key");
  if (models !== undefined) await keepModels(deps, updated.value, models.value);
  await reviveKey(deps, before.id, asked);
  const undo = deps.ports.newId("undo_");
  const kept = { id: before.id, key: before.key.reveal(), dead: before.dead ?? null };
  await deps.store.expiring.put(KIND, undo, await deps.store.vault.seal(JSON.stringify(kept)), UNDO_MS);
  const view = await keyById(deps, before.id);
  return view === undefined ? refuse(404, "not_found", "There is no such key") : ok({ key: view, undo });
}

/** Restores the former secret; undefined when this undo is not one of a replacement. */
export async function takeBack(deps: AdminDeps, undo: string): Promise<Outcome<SafeKey> | undefined> {
  const sealed = await deps.store.expiring.take(KIND, undo);
  if (typeof sealed !== "string") return undefined;
  // deno-lint-ignore geminitro/foreign-json -- this program wrote it
  const kept: unknown = JSON.parse(await deps.store.vault.open(sealed));
  if (!isObject(kept) || typeof kept["key"] !== "string") return undefined;
  const id = String(kept["id"]) as CredentialId;
  // Written and sealed by `replaceKey`.
  const dead = kept["dead"] as unknown as NonNullable<Credential["dead"]> | null;
  const updated = await deps.store.credentials.update(id, { key: kept["key"], dead });
  if (!updated.ok) {
    // Kept, so that the owner may remove the conflict and try again.
    await deps.store.expiring.put(KIND, undo, sealed, UNDO_MS);
    return fromStore(updated.error, "key");
  }
  // The cooldowns were those of the replacement.
  deps.pool.lift(id);
  const view = await keyById(deps, id);
  return view === undefined ? refuse(404, "not_found", "There is no such key") : ok(view);
}

function holderOf({ store }: AdminDeps, key: string): Credential | undefined {
  return store.config.current().credentials.find((one) =>
    isOfType(one, "api_key") && one.key.reveal() === key
  );
}
