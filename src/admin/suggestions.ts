import { type CredentialId, ok } from "../core/mod.ts";
import type { ProjectSuggestion } from "../pool/contract.ts";
import type { AdminDeps } from "./admin_deps.ts";
import { fromStore, type Outcome, refuse } from "./problem.ts";

/** Keys that seem to share a project, for the user to confirm. */
export function suggestions({ pool }: AdminDeps): readonly ProjectSuggestion[] {
  return pool.view().suggestions;
}

/** Puts credentials into one project by the user's word. */
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
