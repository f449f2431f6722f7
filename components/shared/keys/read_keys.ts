import type { LocalClient } from "../../../src/management/client.ts";
import type { KeyRow, KeyStatus } from "../views.ts";
import { keyRow } from "./key_row.ts";

/** The query of the key list, as in the page's address; empty fields do not filter. */
export interface KeysQuery {
  /** Words that must all be in a key's name, project, tags or models. */
  readonly q: string;
  readonly status: string;
  readonly tag: string;
  /** A key of `ORDERS`. */
  readonly sort: string;
  /** The page; empty for the first. */
  readonly cursor: string;
}

/** A page of keys. Their models are counted and not named: `readKey` has them. */
export interface KeysView {
  readonly rows: readonly KeyRow[];
  /** Cursors; empty at the ends. */
  readonly next: string;
  readonly previous: string;
  /** Place of the first row among all that match, from 0. */
  readonly first: number;
  readonly total: number;
  readonly all: number;
  readonly projects: readonly { readonly project: string; readonly keys: number; readonly active: number }[];
  readonly tags: readonly string[];
}

type ApiQuery = NonNullable<Parameters<LocalClient["keyPage"]>[0]>;

/** Nothing narrowed, the oldest first, the first page. */
export const ALL_KEYS: KeysQuery = { q: "", status: "", tag: "", sort: "added", cursor: "" };

export const STATUSES: readonly KeyStatus[] = ["active", "cooldown", "disabled", "dead"];

/** The page's words for an order, and the API's. */
const ORDERS: Readonly<Record<string, NonNullable<ApiQuery["order"]>>> = {
  "": "project",
  added: "added",
  name: "name",
  status: "worst",
  requests: "requests",
  errors: "errors",
  priority: "priority",
  lastUsed: "last_used",
};

/** The most that is loaded when all keys of a query are selected. */
const MOST_SELECTED = 5_000;
const LARGEST_PAGE = 500;

/** Reads an address; what cannot be meant is left out. */
export function keysQueryOf(params: URLSearchParams): KeysQuery {
  const text = (name: string) => params.get(name) ?? "";
  const status = text("status");
  const cursor = text("cursor");
  const tag = text("tag").replaceAll(",", " ").slice(0, 50);
  return {
    q: text("q").slice(0, 200),
    status: STATUSES.some((one) => one === status) ? status : "",
    tag,
    sort: Object.hasOwn(ORDERS, text("sort")) ? text("sort") : "",
    cursor: /^\d{1,9}\.[\w.:-]{1,200}$/.test(cursor) ? cursor : "",
  };
}

function apiQuery({ q, status, tag, sort, cursor }: KeysQuery): ApiQuery {
  const order = ORDERS[sort];
  return {
    ...(order === undefined ? {} : { order }),
    ...(q.trim() === "" ? {} : { text: q }),
    ...(status === "" ? {} : { status: status as KeyStatus }),
    ...(tag.trim() === "" ? {} : { tag }),
    ...(cursor === "" ? {} : { cursor }),
  };
}

/** One page. */
export async function readKeys(client: LocalClient, query: KeysQuery): Promise<KeysView> {
  const { items, next, previous, ...rest } = await client.keyPage(apiQuery(query));
  return { ...rest, rows: items.map(listRow), next: next ?? "", previous: previous ?? "" };
}

/** Every key of a query whatever its page, 5,000 at most. */
export async function readAllKeys(client: LocalClient, query: KeysQuery): Promise<readonly KeyRow[]> {
  const rows: KeyRow[] = [];
  let cursor: string | null = null;
  do {
    const page: Awaited<ReturnType<LocalClient["keyPage"]>> = await client.keyPage({
      ...apiQuery({ ...query, cursor: cursor ?? "" }),
      limit: LARGEST_PAGE,
    });
    rows.push(...page.items.map(listRow));
    cursor = page.next;
  } while (cursor !== null && rows.length < MOST_SELECTED);
  return rows;
}

/** The named keys, 500 at most; those that are gone are left out. */
export async function readNamedKeys(
  client: LocalClient,
  ids: readonly string[],
): Promise<readonly KeyRow[]> {
  if (ids.length === 0) return [];
  const wanted = [...new Set(ids)].slice(0, LARGEST_PAGE);
  return (await client.keyPage({ ids: wanted.join(","), limit: LARGEST_PAGE })).items.map(listRow);
}

/** A row of a list, without the names of its models. */
function listRow(key: Parameters<typeof keyRow>[0]): KeyRow {
  return { ...keyRow(key), models: [] };
}
