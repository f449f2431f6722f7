import { ok } from "../core/mod.ts";
import type { AliasRecord, FallbackRecord, QuotaGroupRecord } from "../store/mod.ts";
import { type AdminDeps, fromStore, type Outcome, refuse } from "./admin_deps.ts";

export interface AliasView extends AliasRecord {
  /** The model that it resolves to now; null when that is not a known model. */
  readonly resolves: string | null;
}

export async function listAliases({ store, catalog }: AdminDeps): Promise<readonly AliasView[]> {
  return (await store.aliases.list()).map((alias) => {
    const resolved = catalog.resolve(alias.name);
    return { ...alias, resolves: resolved.ok ? resolved.value.id : null };
  });
}

/** `expected` is the `updatedAt` that the editor saw. Cycles are refused. */
export async function putAlias(
  deps: AdminDeps,
  name: string,
  target: string,
  expected?: number,
): Promise<Outcome<AliasRecord>> {
  const problem = deps.catalog.aliasProblem(name, target);
  if (problem !== undefined) return refuse(422, "invalid", problem, "target");
  const put = await deps.store.aliases.put({ name, target }, expected);
  if (!put.ok) return fromStore(put.error, "alias");
  return put;
}

export async function removeAlias(
  deps: AdminDeps,
  name: string,
): Promise<Outcome<{ readonly name: string }>> {
  const removed = await deps.store.aliases.remove(name);
  if (!removed.ok) return fromStore(removed.error, "alias", name);
  return ok({ name });
}

export interface QuotaGroupView extends Omit<QuotaGroupRecord, "updatedAt"> {
  readonly updatedAt: number | null;
  /** `setting`: from QUOTA_GROUPS_<NAME>, changed there or overruled by a group of the same name. */
  readonly origin: "set" | "setting";
}

export async function listQuotaGroups({ store, settings }: AdminDeps): Promise<readonly QuotaGroupView[]> {
  const own = (await store.quotaGroups.list()).map((group) => ({ ...group, origin: "set" as const }));
  const names = new Set(own.map((group) => group.name));
  const given = Object.entries(settings.quotaGroups)
    .filter(([name]) => !names.has(name))
    .map(([name, models]) => ({ name, models, updatedAt: null, origin: "setting" as const }));
  return [...own, ...given];
}

export async function putQuotaGroup(
  deps: AdminDeps,
  name: string,
  models: readonly string[],
  expected?: number,
): Promise<Outcome<QuotaGroupRecord>> {
  const other = (await listQuotaGroups(deps))
    .find((group) => group.name !== name && group.models.some((model) => models.includes(model)));
  if (other !== undefined) {
    return refuse(
      422,
      "invalid",
      `A model can be in one group only: ${
        other.models.find((one) => models.includes(one))
      } is in the group ${other.name}${
        other.origin === "setting" ? `, which QUOTA_GROUPS_${other.name.toUpperCase()} sets` : ""
      }`,
      "models",
    );
  }
  const put = await deps.store.quotaGroups.put({ name, models: [...new Set(models)] }, expected);
  if (!put.ok) return fromStore(put.error, "quota group");
  return put;
}

export async function removeQuotaGroup(
  deps: AdminDeps,
  name: string,
): Promise<Outcome<{ readonly name: string }>> {
  const removed = await deps.store.quotaGroups.remove(name);
  if (!removed.ok) return fromStore(removed.error, "quota group", name);
  return ok({ name });
}

export async function putFallback(
  deps: AdminDeps,
  model: string,
  to: readonly string[],
  expected?: number,
): Promise<Outcome<FallbackRecord>> {
  if (to.includes(model)) return refuse(422, "invalid", "A model cannot be its own fallback", "to");
  const put = await deps.store.fallbacks.put({ model, to: [...new Set(to)] }, expected);
  if (!put.ok) return fromStore(put.error, "fallback");
  return put;
}

export async function removeFallback(
  deps: AdminDeps,
  model: string,
): Promise<Outcome<{ readonly model: string }>> {
  const removed = await deps.store.fallbacks.remove(model);
  if (!removed.ok) return fromStore(removed.error, "fallback", model);
  return ok({ model });
}
