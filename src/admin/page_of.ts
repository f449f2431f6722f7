import { ok } from "../core/mod.ts";
import { type Outcome, refuse } from "./problem.ts";

export interface PageQuery {
  readonly limit: number;
  /** `next` of the page before; absent for the first. */
  readonly cursor?: string;
}

/**
 * A page of a list that lies in memory. The cursor names the last item that was given and its place, so that the next page goes on
 * behind it although items before it came or went.
 */
export function pageOf<Item>(
  list: readonly Item[],
  { limit, cursor }: PageQuery,
  idOf: (item: Item) => string,
): Outcome<{ readonly items: readonly Item[]; readonly next: string | null }> {
  const from = cursor === undefined ? 0 : placeAfter(list, cursor, idOf);
  if (from === undefined) {
    return refuse(400, "invalid", "This cursor is not one: take it from the page before", "cursor");
  }
  const items = list.slice(from, from + limit);
  const last = items.at(-1);
  const end = from + items.length;
  return ok({ items, next: last === undefined || end >= list.length ? null : `${end}.${idOf(last)}` });
}

function placeAfter<Item>(
  list: readonly Item[],
  cursor: string,
  idOf: (item: Item) => string,
): number | undefined {
  const [, place, id] = /^(\d{1,9})\.(.+)$/s.exec(cursor) ?? [];
  if (place === undefined) return undefined;
  const known = list.findIndex((item) => idOf(item) === id);
  return known < 0 ? Number(place) : known + 1;
}
