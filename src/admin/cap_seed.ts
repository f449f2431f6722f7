import type { Cell } from "../ledger/mod.ts";
import { capSliceName, capWindow } from "../pool/mod.ts";
import type { CapRecord, CapSchedule } from "../store/mod.ts";
import type { AdminDeps } from "./admin_deps.ts";

type Counted = Pick<CapRecord, "model" | "limit" | "unit" | "period">;

/**
 * Counts what was already used in the running window of a cap that is made (or switched on) now, from the ledger's figures: a cap
 * of today's calls must know those of this morning. What the window has taken before is not counted twice.
 */
export async function seedCap(deps: AdminDeps, cap: Counted, schedule: CapSchedule): Promise<number> {
  const { store, ledger, ports } = deps;
  const now = ports.clock.now();
  const window = capWindow(cap.period, schedule, now);
  await ledger.flush();
  const cells = await ledger.totals({
    grain: cap.period === "hourly" ? "minute" : "hour",
    dim: cap.model.startsWith("client:") ? "client" : "model",
    from: window.startsAt,
    to: now,
  });
  const used = namesOf(deps, cap.model).reduce((sum, name) => sum + usedOf(cells.get(name), cap.unit), 0);
  const name = capSliceName(cap, window);
  const { taken } = await store.takeSlice(name, 0, cap.limit, window.endsAt);
  if (used <= taken) return taken;
  const seeded = await store.takeSlice(name, used - taken, cap.limit, window.endsAt);
  return seeded.taken;
}

function usedOf(cell: Cell | undefined, unit: CapRecord["unit"]): number {
  return cell === undefined ? 0 : unit === "requests" ? cell.ok : cell.totalTokens;
}

/** What the ledger calls the calls that a cap covers. */
function namesOf({ catalog }: AdminDeps, model: string): readonly string[] {
  if (model.startsWith("client:")) return [model.slice("client:".length)];
  if (!model.startsWith("group:")) return [model];
  const group = model.slice("group:".length);
  return catalog.list().map(({ id }) => id).filter((id) => catalog.groupOf(id) === group);
}
