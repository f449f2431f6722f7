import { type CallRecord, ok } from "../core/mod.ts";
import { BodyShelf, type KeptBodies, type RecordFilter } from "../ledger/mod.ts";
import type { AdminDeps } from "./admin_deps.ts";
import { type Outcome, refuse } from "./problem.ts";

/** A call record with its cost. */
export interface RequestView extends CallRecord {
  /** US dollars by the price table, as if it were paid for. */
  readonly cost: number;
}

export interface RequestPage {
  readonly requests: readonly RequestView[];
  /** Give it back for the next page; null at the end. */
  readonly cursor: string | null;
}

export async function requestPage(
  { ledger }: AdminDeps,
  filter: RecordFilter,
  options: { readonly limit: number; readonly cursor?: string },
): Promise<Outcome<RequestPage>> {
  try {
    const page = await ledger.requests(filter, options);
    const requests = page.items.map((record) => ({
      ...record,
      cost: ledger.prices.costOfCall(record) / 1_000_000,
    }));
    return ok({ requests, cursor: page.cursor ?? null });
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
  const bodies = await new BodyShelf(store).get(id) ?? null;
  return ok({ ...record, cost: ledger.prices.costOfCall(record) / 1_000_000, bodies });
}
