import { type CallRecord, ok } from "../core/mod.ts";
import { BodyStore, type KeptBodies, type RecordFilter } from "../ledger/mod.ts";
import type { AdminDeps } from "./admin_deps.ts";
import { type Outcome, refuse } from "./problem.ts";

/** A call record with its cost. */
export interface RequestView extends CallRecord {
  /** US dollars by the price table; null where the model's price is not known. */
  readonly cost: number | null;
}

export interface RequestPage {
  readonly items: readonly RequestView[];
  /** The cursor of the next page; null at the end. */
  readonly next: string | null;
}

export async function requestPage(
  { ledger }: AdminDeps,
  filter: RecordFilter,
  options: { readonly limit: number; readonly cursor?: string },
): Promise<Outcome<RequestPage>> {
  try {
    const page = await ledger.requests(filter, options);
    const items = page.items.map((record) => ({
      ...record,
      cost: dollars(ledger.prices.costOfCall(record)),
    }));
    return ok({ items, next: page.cursor ?? null });
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return refuse(400, "invalid", "This cursor is not one: take it from the page before", "cursor");
  }
}

/** A call record with what was sent and answered, where LOG_BODIES kept it. */
export interface RequestDetail extends RequestView {
  readonly bodies: KeptBodies | null;
}

export async function requestById(
  { ledger, store }: AdminDeps,
  id: string,
): Promise<Outcome<RequestDetail>> {
  const record = await ledger.request(id);
  if (record === undefined) return refuse(404, "not_found", "There is no record of such a request");
  const bodies = await new BodyStore(store).get(id) ?? null;
  return ok({ ...record, cost: dollars(ledger.prices.costOfCall(record)), bodies });
}

function dollars(micros: number | null): number | null {
  return micros === null ? null : micros / 1_000_000;
}
