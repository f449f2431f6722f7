import { ok, OWNER } from "../core/mod.ts";
import type { CapRecord, CapSchedule } from "../store/mod.ts";
import { type AdminDeps, fromStore, type Outcome, refuse } from "./admin_deps.ts";
import { isTime, isTimezone, SETTING } from "../state/mod.ts";
import { type Cell, PERIOD_MS } from "../ledger/mod.ts";
import { capSliceName, capWindow } from "../pool/mod.ts";

export interface CapsView extends CapSchedule {
  readonly caps: readonly CapRecord[];
}

export async function capsView({ store }: AdminDeps): Promise<CapsView> {
  const { caps, schedule } = await store.config.refresh();
  return { caps, ...schedule };
}

export type CapInput =
  & Pick<CapRecord, "model" | "limit">
  & Partial<Pick<CapRecord, "unit" | "period" | "alertThreshold" | "action" | "enabled">>;

/** Adds a cap, or changes the one of the same model; a field that is not given keeps its value or gets the default. */
export async function putCap(
  deps: AdminDeps,
  input: CapInput,
  expected?: number,
): Promise<Outcome<CapRecord>> {
  const target = await targetOf(deps, input.model);
  if (!target.ok) return target;
  const model = target.value;
  const before = await deps.store.caps.get(model);
  const cap = {
    model,
    limit: input.limit,
    unit: input.unit ?? before?.unit ?? "requests",
    period: input.period ?? before?.period ?? "daily",
    alertThreshold: input.alertThreshold ?? before?.alertThreshold ?? 80,
    action: input.action ?? before?.action ?? "try_next",
    enabled: input.enabled ?? before?.enabled ?? true,
  };
  const counting = before?.enabled === true && before.unit === cap.unit && before.period === cap.period;
  if (cap.enabled && !counting) await recountCap(deps, cap, deps.store.config.current().schedule);
  const put = await deps.store.caps.put(cap, expected);
  if (!put.ok) return fromStore(put.error, "cap");
  await publishCaps(deps);
  return put;
}

/**
 * The subject of a cap: a model by its own name, a quota group, or a client by its id. An alias and a client's
 * name are resolved.
 */
async function targetOf({ catalog, store }: AdminDeps, name: string): Promise<Outcome<string>> {
  if (name.startsWith("group:")) return ok(name);
  if (name.startsWith("client:")) {
    const asked = name.slice("client:".length);
    const client = (await store.clients.list()).find((one) => one.id === asked || one.name === asked);
    return client === undefined && asked !== OWNER
      ? refuse(
        422,
        "invalid",
        `There is no client "${asked.slice(0, 100)}"; see the list of clients`,
        "model",
      )
      : ok(`client:${client?.id ?? asked}`);
  }
  const resolved = catalog.resolve(name);
  return resolved.ok ? ok(resolved.value.id) : refuse(422, "invalid", resolved.error.message, "model");
}

export async function removeCap(
  deps: AdminDeps,
  model: string,
): Promise<Outcome<{ readonly model: string }>> {
  const bare = model.replace(/^models\//, "");
  const target = await targetOf(deps, bare);
  // A cap whose model no longer exists can still be removed by its name.
  const there = await deps.store.caps.get(bare) !== undefined || !target.ok;
  const removed = await deps.store.caps.remove(there ? bare : target.value);
  if (!removed.ok) return fromStore(removed.error, "cap", model);
  await publishCaps(deps);
  return ok({ model });
}

export async function setCapSchedule(
  deps: AdminDeps,
  change: Partial<CapSchedule>,
): Promise<Outcome<CapSchedule>> {
  const schedule = { ...deps.store.config.current().schedule, ...change };
  if (!isTime(schedule.resetTime)) {
    return refuse(422, "invalid", "The reset time must be HH:MM, from 00:00 to 23:59", "resetTime");
  }
  if (!isTimezone(schedule.timezone)) {
    return refuse(422, "invalid", "The time zone must be local or a name such as Europe/Berlin", "timezone");
  }
  // A window with another start has counted nothing yet: past calls in it are counted first.
  const caps = (await deps.store.caps.list()).filter(({ enabled }) => enabled);
  for (const cap of caps) await recountCap(deps, cap, schedule);
  await deps.store.settings.put(SETTING.schedule, { ...schedule });
  await publishCaps(deps);
  return ok(schedule);
}

async function publishCaps(deps: AdminDeps): Promise<void> {
  const { caps, resetTime, timezone } = await capsView(deps);
  deps.ledger.publish("usage:cap-updated", { caps: caps.map((cap) => ({ ...cap })), resetTime, timezone });
}

type Counted = Pick<CapRecord, "model" | "limit" | "unit" | "period">;

type Deps = Pick<AdminDeps, "store" | "ledger" | "catalog" | "ports">;

/**
 * Counts the calls in the running window of a cap from the ledger: a cap on today's calls includes those of this
 * morning, whenever the cap was created and whenever its day begins. Calls already counted are not counted
 * twice.
 */
async function recountCap(deps: Deps, cap: Counted, schedule: CapSchedule): Promise<void> {
  const window = capWindow(cap.period, schedule, deps.ports.clock.now());
  const used = await usedIn(deps, cap, window.startsAt);
  const name = capSliceName(cap, window);
  const { taken } = await deps.store.takeSlice(name, 0, cap.limit, window.endsAt);
  // A limit lower than the use so far does not reduce the counted use.
  if (used > taken) await deps.store.takeSlice(name, used - taken, Math.max(cap.limit, used), window.endsAt);
}

async function usedIn(deps: Deps, cap: Counted, from: number): Promise<number> {
  const { ledger, ports } = deps;
  await ledger.flush();
  const to = ports.clock.now();
  const dim = cap.model.startsWith("client:") ? "client" : "model";
  const wholeHour = Math.ceil(from / PERIOD_MS.hour) * PERIOD_MS.hour;
  // Whole hours come from hourly sums; the rest of the first hour, and a window of one hour, from sums by
  // minute.
  const parts = cap.period === "hourly" || wholeHour > to
    ? [await ledger.totals({ grain: "minute", dim, from, to })]
    : await Promise.all([
      ledger.totals({ grain: "minute", dim, from, to: wholeHour - 1 }),
      ledger.totals({ grain: "hour", dim, from: wholeHour, to }),
    ]);
  const names = namesOf(deps, cap.model);
  return parts.reduce(
    (sum, cells) => names.reduce((inner, name) => inner + usedOf(cells.get(name), cap.unit), sum),
    0,
  );
}

function usedOf(cell: Cell | undefined, unit: CapRecord["unit"]): number {
  return cell === undefined ? 0 : unit === "requests" ? cell.ok : cell.totalTokens;
}

/** The ledger's name for the calls that a cap covers. */
function namesOf({ catalog }: Deps, model: string): readonly string[] {
  if (model.startsWith("client:")) return [model.slice("client:".length)];
  if (!model.startsWith("group:")) return [model];
  const group = model.slice("group:".length);
  return catalog.list().map(({ id }) => id).filter((id) => catalog.groupOf(id) === group);
}
