import { type Credential, isOfType, isSourceOf, ok, redact } from "../core/mod.ts";
import type { Cell } from "../ledger/mod.ts";
import type { BucketView, PoolView } from "../pool/contract.ts";
import { type AdminDeps, missing, type Outcome, refuse } from "./admin_deps.ts";
import { type KeyStanding, keyStanding, type KeyStatus, type SafeKey, safeKey } from "./safe_key.ts";

export interface KeyQuery extends PageQuery {
  readonly status?: KeyStatus;
  /** Words that must all be in its label, tail, e-mail, project, source, tier, tags or models, in either case. */
  readonly text?: string;
  /** Only these. */
  readonly ids?: readonly string[];
  /** A whole tag, in either case. */
  readonly tag?: string;
  /** `added`: the oldest first, the default; see `ORDERS`. */
  readonly order?: KeyOrder;
}

/** A page of keys, with facts about the whole list. */
export interface KeyPage {
  readonly items: readonly SafeKey[];
  readonly next: string | null;
  readonly previous: string | null;
  /** Index of the first item among those that match the query. */
  readonly first: number;
  /** Keys that match the query, on all pages. */
  readonly total: number;
  /** All keys. */
  readonly all: number;
  /** The projects of this page's keys, with all of their keys that match the query. */
  readonly projects: readonly { readonly project: string; readonly keys: number; readonly active: number }[];
  /** Every tag of any key, by name; at most 200. */
  readonly tags: readonly string[];
}

/** Most tags that the filter offers. */
const MOST_TAGS_SHOWN = 200;

/** The state of every key, in the order of adding; from memory. */
export function keyStandings(deps: AdminDeps, view: PoolView = deps.pool.view()): readonly KeyStanding[] {
  const now = deps.ports.clock.now();
  const { credentials, modelLists } = deps.store.config.current();
  const states = new Map(view.credentials.map((state) => [state.id, state]));
  const models = new Map(modelLists.map((list) => [list.credential, list]));
  const closed = new Map<string, BucketView[]>();
  for (const bucket of view.buckets) {
    if ((bucket.coolingUntil ?? 0) <= now) continue;
    for (const id of bucket.credentials) {
      const known = closed.get(id);
      if (known === undefined) closed.set(id, [bucket]);
      else known.push(bucket);
    }
  }
  return credentials.map((credential) => {
    const [state, list] = [states.get(credential.id), models.get(credential.id)];
    return keyStanding(credential, {
      now,
      closed: closed.get(credential.id) ?? [],
      ...(state === undefined ? {} : { state }),
      ...(list === undefined ? {} : { models: list }),
    });
  });
}

/** Every credential without its secrets, in the order of adding. */
export async function listKeys(deps: AdminDeps): Promise<readonly SafeKey[]> {
  const [counts] = await Promise.all([deps.ledger.lifetime("key"), deps.store.config.refresh()]);
  return shownKeys(keyStandings(deps), counts);
}

export async function keyById(deps: AdminDeps, id: string): Promise<SafeKey | undefined> {
  const counts = await deps.ledger.lifetime("key");
  return shownKeys(keyStandings(deps).filter(({ credential }) => credential.id === id), counts)[0];
}

/** A page of the keys that match a query. */
export async function keyPage(
  deps: AdminDeps,
  query: KeyQuery,
): Promise<Outcome<KeyPage>> {
  const { status, text = "", tag, ids, order = "added" } = query;
  const [counts] = await Promise.all([deps.ledger.lifetime("key"), deps.store.config.refresh()]);
  const wanted = text.toLowerCase().split(/\s+/).filter(Boolean);
  const all = keyStandings(deps);
  const named = ids === undefined ? undefined : new Set(ids);
  const found = all.filter((one) =>
    (named === undefined || named.has(one.credential.id)) &&
    (status === undefined || one.status === status) && (tag === undefined || hasTag(one, tag)) &&
    hasWords(one, wanted)
  );
  const sorted = order === "added" ? found : found.toSorted(orderOf(order, counts));
  const page = pageOf(sorted, query, ({ credential }) => credential.id);
  if (!page.ok) return page;
  const { items, next, previous, first } = page.value;
  return ok({
    items: shownKeys(items, counts),
    next,
    previous,
    first,
    total: found.length,
    all: all.length,
    projects: projectsOf(items, found),
    tags: tagsOf(all),
  });
}

function projectsOf(items: readonly KeyStanding[], found: readonly KeyStanding[]): KeyPage["projects"] {
  const shown = new Map(items.map((one) => [projectOf(one), { keys: 0, active: 0 }]));
  for (const one of found) {
    const sum = shown.get(projectOf(one));
    if (sum === undefined) continue;
    sum.keys++;
    if (one.status === "active") sum.active++;
  }
  return [...shown].map(([project, sum]) => ({ project, ...sum }));
}

function projectOf({ credential }: KeyStanding): string {
  return credential.project ?? "";
}

function tagsOf(keys: readonly KeyStanding[]): readonly string[] {
  const tags = new Set(keys.flatMap(({ credential }) => credential.tags ?? []).map(redact));
  return [...tags].sort((a, b) => a.localeCompare(b)).slice(0, MOST_TAGS_SHOWN);
}

function hasTag({ credential: { tags = [] } }: KeyStanding, wanted: string): boolean {
  return tags.some((tag) => tag.toLowerCase() === wanted.trim().toLowerCase());
}

function shownKeys(keys: readonly KeyStanding[], counts: ReadonlyMap<string, Cell>): readonly SafeKey[] {
  return keys.map((key) => safeKey(key, counts.get(key.credential.id)));
}

/** True when each word is in one of the key's texts; its models are searched last, as there are many. */
function hasWords({ credential, facts }: KeyStanding, words: readonly string[]): boolean {
  if (words.length === 0) return true;
  const { label, tail, project = "", source, tier, tags = [] } = credential;
  const line = [label, tail, project, source, tier, ...tags].join(" ").toLowerCase();
  return words.every((word) =>
    line.includes(word) || facts.models?.models.some(({ id }) => id.toLowerCase().includes(word))
  );
}

const WORST: readonly KeyStatus[] = ["dead", "cooldown", "active", "disabled"];

type Compare = (a: KeyStanding, b: KeyStanding) => number;
/** Sorts keys of known projects first, then keys without one, then accounts. */
const rankOf = ({ credential: { source, project } }: KeyStanding) =>
  isSourceOf(source, "oauth") ? 2 : project === undefined ? 1 : 0;

const byName: Compare = (a, b) => COLLATOR.compare(nameOf(a.credential), nameOf(b.credential));
const COLLATOR = new Intl.Collator("en", { numeric: true });

/** Orders of a list of keys; among equals the older comes first. */
const ORDERS = {
  worst: (a, b) => WORST.indexOf(a.status) - WORST.indexOf(b.status) || byName(a, b),
  project: (a, b) => rankOf(a) - rankOf(b) || COLLATOR.compare(projectOf(a), projectOf(b)),
  name: byName,
  requests: (a, b, counts) => countOf(b, counts).requests - countOf(a, counts).requests,
  errors: (a, b, counts) => countOf(b, counts).failed - countOf(a, counts).failed,
  priority: (a, b) => b.credential.priority - a.credential.priority,
  last_used: (a, b) => (b.facts.state?.lastUsed ?? 0) - (a.facts.state?.lastUsed ?? 0),
} as const satisfies Readonly<
  Record<string, (a: KeyStanding, b: KeyStanding, counts: ReadonlyMap<string, Cell>) => number>
>;

export type KeyOrder = "added" | keyof typeof ORDERS;

function orderOf(order: keyof typeof ORDERS, counts: ReadonlyMap<string, Cell>): Compare {
  return (a, b) => ORDERS[order](a, b, counts);
}

const NO_CALLS = { requests: 0, failed: 0 };

function countOf({ credential }: KeyStanding, counts: ReadonlyMap<string, Cell>) {
  return counts.get(credential.id) ?? NO_CALLS;
}

function nameOf({ label, tail }: Credential): string {
  return label || tail;
}

export interface PageQuery {
  readonly limit: number;
  /** `next` of the previous page; absent for the first. */
  readonly cursor?: string;
}

export interface Page<Item> {
  readonly items: readonly Item[];
  /** Index of the first item in the list. */
  readonly first: number;
  /** The cursor of the next page; null at the end. */
  readonly next: string | null;
  /** The cursor of the previous page of the same length; null at the beginning. */
  readonly previous: string | null;
}

/**
 * Cuts a page out of a list in memory. The cursor names the last item returned and its index, so that the next
 * page continues after it even if items before it were added or removed.
 */
export function pageOf<Item>(
  list: readonly Item[],
  { limit, cursor }: PageQuery,
  idOf: (item: Item) => string,
): Outcome<Page<Item>> {
  const from = cursor === undefined ? 0 : placeAfter(list, cursor, idOf);
  if (from === undefined) {
    return refuse(400, "invalid", "This cursor is not one: take it from the page before", "cursor");
  }
  const items = list.slice(from, from + limit);
  const last = items.at(-1);
  const end = from + items.length;
  const next = last === undefined || end >= list.length ? null : `${end}.${idOf(last)}`;
  return ok({ items, first: from, next, previous: previousOf(list, from, limit, idOf) });
}

/**
 * The cursor of the previous page: the item before it, undefined for the first page. A name that no item has
 * means the index alone.
 */
function previousOf<Item>(
  list: readonly Item[],
  from: number,
  limit: number,
  idOf: (item: Item) => string,
): string | null {
  if (from === 0) return null;
  const start = Math.max(0, Math.min(from, list.length) - limit);
  const before = list[start - 1];
  return `${start}.${before === undefined ? "-" : idOf(before)}`;
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

/** Shortest piece of a secret or of an id that may name a key. */
const FRAGMENT_CHARACTERS = 6;

/**
 * Finds a credential by its id, the beginning of its id (with or without `cred_`), an account's e-mail, or the
 * last characters of a key; at least six characters.
 */
export async function findKey({ store }: AdminDeps, idOrFragment: string): Promise<Outcome<Credential>> {
  const wanted = idOrFragment.trim();
  const { credentials } = await store.config.refresh();
  const exact = credentials.filter((one) => one.id === wanted || ("email" in one && one.email === wanted));
  if (exact.length > 1) {
    return refuse(
      409,
      "ambiguous",
      "This name fits accounts of several sources: give the account's id",
      "id",
    );
  }
  const [named] = exact;
  if (named !== undefined) return ok(named);
  const fragment = wanted.replace(/^\.\.\./, "");
  if (fragment.length < FRAGMENT_CHARACTERS) {
    return refuse(
      400,
      "fragment_too_short",
      "Name a key by the id of the list or by at least its last 6 characters",
      "id",
    );
  }
  const found = credentials.filter((one) =>
    one.id.slice(one.id.indexOf("_") + 1).startsWith(fragment) || one.id.startsWith(fragment) ||
    (isOfType(one, "api_key") && one.key.reveal().endsWith(fragment))
  );
  if (found.length > 1) {
    return refuse(
      409,
      "ambiguous",
      `${found.length} keys have these characters: give more of them, or the whole id`,
      "id",
    );
  }
  const [only] = found;
  return only === undefined ? missing("key") : ok(only);
}
