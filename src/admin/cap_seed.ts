import { type Cell, PERIOD_MS } from "../ledger/mod.ts";
import { capSliceName, capWindow } from "../pool/mod.ts";
import type { CapRecord, CapSchedule } from "../store/mod.ts";
import type { AdminDeps } from "./admin_deps.ts";

type Counted = Pick<CapRecord, "model" | "limit" | "unit" | "period">;

type Deps = Pick<AdminDeps, "store" | "ledger" | "catalog" | "ports">;

/**
 * Counts what was already used in the running window of a cap, from the ledger's figures: a cap of today's calls must know those
 * of this morning, whenever it was made and whenever its day begins. What the window has taken before is not counted twice.
 */
export async function recountCap(deps: Deps, cap: Counted, schedule: CapSchedule): Promise<void> {
  const window = capWindow(cap.period, schedule, deps.ports.clock.now());
  const used = await usedIn(deps, cap, window.startsAt);
  const name = capSliceName(cap, window);
  const { taken } = await deps.store.takeSlice(name, 0, cap.limit, window.endsAt);
  // A limit below the use hides nothing of it.
  if (used > taken) await deps.store.takeSlice(name, used - taken, Math.max(cap.limit, used), window.endsAt);
}

async function usedIn(deps: Deps, cap: Counted, from: number): Promise<number> {
  const { ledger, ports } = deps;
  await ledger.flush();
  const to = ports.clock.now();
  const dim = cap.model.startsWith("client:") ? "client" : "model";
  const wholeHour = Math.ceil(from / PERIOD_MS.hour) * PERIOD_MS.hour;
  // Whole hours by the hour; the rest of the first one, and a window of an hour, by the minute.
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

/** What the ledger calls the calls that a cap covers. */
function namesOf({ catalog }: Deps, model: string): readonly string[] {
  if (model.startsWith("client:")) return [model.slice("client:".length)];
  if (!model.startsWith("group:")) return [model];
  const group = model.slice("group:".length);
  return catalog.list().map(({ id }) => id).filter((id) => catalog.groupOf(id) === group);
}
