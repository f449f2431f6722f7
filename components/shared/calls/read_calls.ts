import type { LocalClient } from "../../../src/management/client.ts";
import type { CallRecord as ApiCall } from "../../../src/management/contract.ts";
import type { CallRecord } from "../views.ts";

/** One page of call records. */
export interface RequestsView {
  readonly items: readonly CallRecord[];
  /** For the next page; empty at the end. */
  readonly cursor: string;
}

/** A call of a list. */
export function callRow(call: ApiCall): CallRecord {
  const attempts = call.attempts.map((one) => ({ ...one, startedAt: Date.parse(one.startedAt) }));
  // The same fields; the pages' type names ids by their kind.
  return { ...call, at: Date.parse(call.at), attempts } as unknown as CallRecord;
}

/** The page's query string as the API's own; what it does not take is refused there. */
export function queryOf(text: string): NonNullable<Parameters<LocalClient["requests"]>[0]> {
  return Object.fromEntries(new URLSearchParams(text)) as object;
}

/** One page of the records that a query asks for, the newest first. */
export async function readRequests(
  client: LocalClient,
  query: NonNullable<Parameters<LocalClient["requests"]>[0]>,
): Promise<RequestsView> {
  const { items, next } = await client.requests(query);
  return { items: items.map(callRow), cursor: next ?? "" };
}
