import { type Credential, type CredentialId, isSourceOf, ok } from "../core/mod.ts";
import type { KeyEdit } from "../management/contract.ts";
import { type AdminDeps, fromStore, missing, type Outcome, refuse } from "./admin_deps.ts";
import { closeCredential, openCredential } from "./export_file.ts";
import { findKey, keyById } from "./list_keys.ts";
import { takeBack } from "./replace_key.ts";
import type { SafeKey } from "./safe_key.ts";
import { UNDO_MS } from "./undo.ts";
import type { ProjectSuggestion } from "../pool/contract.ts";

/** Finds one key by its id, the beginning of its id, or its last characters. */
export async function oneKey(deps: AdminDeps, idOrFragment: string): Promise<Outcome<SafeKey>> {
  const found = await findKey(deps, idOrFragment);
  return found.ok ? await keyView(deps, found.value.id) : found;
}

/** `expected` is the `updatedAt` that the editor saw. */
export async function editKey(
  deps: AdminDeps,
  idOrFragment: string,
  edit: KeyEdit,
  expected?: number,
): Promise<Outcome<SafeKey>> {
  const found = await findKey(deps, idOrFragment);
  if (!found.ok) return found;
  const updated = await deps.store.credentials.update(found.value.id, edit, expected);
  if (!updated.ok) return fromStore(updated.error, "key");
  return await keyView(deps, found.value.id);
}

async function keyView(deps: AdminDeps, id: string): Promise<Outcome<SafeKey>> {
  const view = await keyById(deps, id);
  return view === undefined ? missing("key", id) : ok(view);
}

export interface RemovedKey {
  readonly id: string;
  readonly tail: string;
  readonly label: string;
  /** Give it to `restoreKey` within ten minutes to undo; empty for an account, whose sign-in has ended at Google. */
  readonly undo: string;
  /** Only for an account: whether Google ended its sign-in. */
  readonly revoked?: boolean;
  /** Only for an account: one sentence on whether its sign-in was ended, and what is left to do. */
  readonly note?: string;
}

export async function removeKey(deps: AdminDeps, idOrFragment: string): Promise<Outcome<RemovedKey>> {
  const found = await findKey(deps, idOrFragment);
  if (!found.ok) return found;
  const { source } = found.value;
  const { oauth } = deps;
  // A service account has no sign-in to end, so its removal can be undone as that of a key.
  if (oauth !== undefined && isSourceOf(source, "oauth")) {
    return await signOut(oauth, found.value);
  }
  const models = deps.store.config.current().modelLists
    .find(({ credential }) => credential === found.value.id);
  const removed = await deps.store.credentials.remove(found.value.id);
  if (!removed.ok) return fromStore(removed.error, "key");
  const undo = deps.ports.newId("undo_");
  const kept = { credential: openCredential(removed.value), ...(models === undefined ? {} : { models }) };
  const sealed = await deps.store.vault.seal(JSON.stringify(kept));
  await deps.store.expiring.put("removed_key", undo, sealed, UNDO_MS);
  return ok({ id: removed.value.id, tail: removed.value.tail, label: removed.value.label, undo });
}

async function signOut(
  oauth: NonNullable<AdminDeps["oauth"]>,
  { id, tail, label }: Credential,
): Promise<Outcome<RemovedKey>> {
  const out = await oauth.signOut(id);
  if (!out.ok) return out;
  const { revoked } = out.value;
  const note = revoked
    ? "It was signed out at Google"
    : "Google could not be told: end its access at https://myaccount.google.com/permissions as well";
  return ok({ id, tail, label, undo: "", revoked, note });
}

/** Restores a removed key, or the former secret of a replaced key. */
export async function restoreKey(deps: AdminDeps, undo: string): Promise<Outcome<SafeKey>> {
  const replaced = await takeBack(deps, undo);
  if (replaced !== undefined) return replaced;
  const sealed = await deps.store.expiring.take("removed_key", undo);
  // deno-lint-ignore geminitro/foreign-json -- this program wrote it
  const kept = typeof sealed === "string" ? JSON.parse(await deps.store.vault.open(sealed)) : undefined;
  const credential = closeCredential(kept?.credential);
  if (credential === undefined) {
    return refuse(404, "not_found", "This removal cannot be undone any more: add the key again");
  }
  // Restored with its models, so that they are offered again without asking Google.
  const restored = await deps.store.credentials.restore(credential, kept.models);
  if (!restored.ok) return fromStore(restored.error, "key");
  return await keyView(deps, credential.id);
}

/** Keys that seem to share a project, for the user to confirm. */
export function suggestions({ pool }: AdminDeps): readonly ProjectSuggestion[] {
  return pool.view().suggestions;
}

/** Assigns credentials to one project, as the user confirmed. */
export async function confirmProject(
  deps: AdminDeps,
  credentials: readonly CredentialId[],
  project: string,
): Promise<Outcome<{ readonly project: string; readonly credentials: readonly CredentialId[] }>> {
  if (credentials.length === 0) return refuse(422, "invalid", "Name at least one credential", "credentials");
  for (const id of credentials) {
    const updated = await deps.store.credentials.update(id, { project });
    if (!updated.ok) return fromStore(updated.error, "key");
  }
  return ok({ project, credentials });
}
