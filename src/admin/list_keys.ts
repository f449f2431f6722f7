import type { Credential } from "../core/mod.ts";
import type { Cell } from "../ledger/mod.ts";
import type { BucketView, PoolView } from "../pool/contract.ts";
import type { AdminDeps } from "./admin_deps.ts";
import { pageOf, type PageQuery } from "./page_of.ts";
import type { Outcome } from "./problem.ts";
import { type KeyStanding, keyStanding, type KeyStatus, type SafeKey, safeKey } from "./safe_key.ts";

export interface KeyQuery extends PageQuery {
  readonly status?: KeyStatus;
  /** Part of a label, tail, e-mail or project, in either case. */
  readonly text?: string;
  /** `added`: the oldest first, the default; `worst`: dead and cooling ones first, then by name. */
  readonly order?: "added" | "worst";
}

/** How every key stands, in the order of adding; from memory. */
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

/** Every credential as everybody may see it, in the order in which they were added. */
export async function listKeys(deps: AdminDeps): Promise<readonly SafeKey[]> {
  const [counts] = await Promise.all([deps.ledger.lifetime("key"), deps.store.config.refresh()]);
  return shownKeys(keyStandings(deps), counts);
}

export async function keyById(deps: AdminDeps, id: string): Promise<SafeKey | undefined> {
  const counts = await deps.ledger.lifetime("key");
  return shownKeys(keyStandings(deps).filter(({ credential }) => credential.id === id), counts)[0];
}

/** A page of the keys that a query asks for. */
export async function keyPage(
  deps: AdminDeps,
  query: KeyQuery,
): Promise<Outcome<{ readonly items: readonly SafeKey[]; readonly next: string | null }>> {
  const { status, text = "", order = "added" } = query;
  const [counts] = await Promise.all([deps.ledger.lifetime("key"), deps.store.config.refresh()]);
  const wanted = text.trim().toLowerCase();
  const found = keyStandings(deps).filter((one) =>
    (status === undefined || one.status === status) && (wanted === "" || textOf(one).includes(wanted))
  );
  const page = pageOf(
    order === "worst" ? found.toSorted(worstFirst) : found,
    query,
    ({ credential }) => credential.id,
  );
  return page.ok ? { ok: true, value: { ...page.value, items: shownKeys(page.value.items, counts) } } : page;
}

function shownKeys(keys: readonly KeyStanding[], counts: ReadonlyMap<string, Cell>): readonly SafeKey[] {
  return keys.map((key) => safeKey(key, counts.get(key.credential.id)));
}

function textOf({ credential: { label, tail, project = "" } }: KeyStanding): string {
  return `${label} ${tail} ${project}`.toLowerCase();
}

const WORST: readonly KeyStatus[] = ["dead", "cooldown", "active", "disabled"];

function worstFirst(a: KeyStanding, b: KeyStanding): number {
  return WORST.indexOf(a.status) - WORST.indexOf(b.status) ||
    nameOf(a.credential).localeCompare(nameOf(b.credential)) ||
    (a.credential.id < b.credential.id ? -1 : 1);
}

function nameOf({ label, tail }: Credential): string {
  return label || tail;
}
