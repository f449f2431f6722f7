import { isObject, type JsonObject, ok } from "../core/mod.ts";
import type { SetLimit } from "../management/contract.ts";
import { BUCKET_LIMITS } from "../pool/mod.ts";
import { type AdminDeps, type Outcome, refuse } from "./admin_deps.ts";

/** The most limits that can be set: one record holds them all, and a record has at most 60 KiB. */
const MOST = 150;

const FIELDS = {
  requestsPerMinute: "requests_per_minute",
  tokensPerMinute: "tokens_per_minute",
  requestsPerDay: "requests_per_day",
} as const;
type Field = keyof typeof FIELDS;

/** Changes to a limit; null removes a number, an absent field keeps it. */
export type LimitChange = { readonly [Name in Field]?: number | null | undefined };

/** Limits that the user set by hand, by name. */
export async function listLimits({ store }: AdminDeps): Promise<readonly SetLimit[]> {
  const record = await store.settings.get(BUCKET_LIMITS) ?? {};
  return Object.entries(record).flatMap(([name, limits]) => isObject(limits) ? [viewOf(name, limits)] : [])
    .sort((a, b) => a.name < b.name ? -1 : 1);
}

function viewOf(name: string, limits: Readonly<Record<string, unknown>>): SetLimit {
  const number = (field: Field) => {
    const value = limits[FIELDS[field]];
    return typeof value === "number" ? value : null;
  };
  const { at } = limits;
  return {
    name,
    requestsPerMinute: number("requestsPerMinute"),
    tokensPerMinute: number("tokensPerMinute"),
    requestsPerDay: number("requestsPerDay"),
    setAt: typeof at === "number" ? new Date(at).toISOString() : null,
  };
}

/** Sets limits of a model, a quota group or `*`, in all projects or in one (`model@project`). */
export async function putLimit(
  deps: AdminDeps,
  name: string,
  change: LimitChange,
): Promise<Outcome<SetLimit>> {
  const { store, ports } = deps;
  const record = await store.settings.get(BUCKET_LIMITS) ?? {};
  const before = Object.hasOwn(record, name) ? record[name] : undefined;
  if (before === undefined && Object.keys(record).length >= MOST) {
    return refuse(422, "invalid", `At most ${MOST} names can have limits set by hand`, "name");
  }
  const next: Record<string, number> = { at: ports.clock.now() };
  for (const [field, stored] of Object.entries(FIELDS)) {
    const old = isObject(before) ? before[stored] : undefined;
    const value = change[field as Field] === undefined ? old : change[field as Field];
    if (typeof value === "number") next[stored] = value;
  }
  if (Object.keys(next).length === 1) {
    return refuse(422, "invalid", "Give at least one of the limits, or remove them", "requestsPerDay");
  }
  await store.settings.put(BUCKET_LIMITS, { ...record, [name]: next });
  return ok(viewOf(name, next));
}

export async function removeLimit(
  { store }: AdminDeps,
  name: string,
): Promise<Outcome<{ readonly name: string }>> {
  const record: JsonObject = await store.settings.get(BUCKET_LIMITS) ?? {};
  if (!Object.hasOwn(record, name)) return refuse(404, "not_found", "No limit of this name was set by hand");
  const { [name]: _removed, ...rest } = record;
  await store.settings.put(BUCKET_LIMITS, rest);
  return ok({ name });
}
