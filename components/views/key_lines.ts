import type { KeyRow } from "../data/views.ts";
import { keyName } from "../format.ts";

/** A line of the key table: a project, or one of its keys. */
export type KeyLine =
  | {
    readonly kind: "project";
    readonly project: string;
    /** Signed-in accounts, which Google counts one by one. */
    readonly accounts: boolean;
    readonly keys: number;
    readonly active: number;
  }
  | { readonly kind: "key"; readonly key: KeyRow };

export interface KeyFilter {
  readonly words: string;
  /** A status, or empty for all. */
  readonly status: string;
}

/** The keys that a filter leaves, by name, project, source, reason or model. */
export function filterKeys(keys: readonly KeyRow[], { words, status }: KeyFilter): readonly KeyRow[] {
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
  const isWanted = (key: KeyRow) => {
    const line = [keyName(key), key.tail, key.project, key.source, key.tier, key.reason, ...key.models].join(
      " ",
    ).toLowerCase();
    return wanted.every((word) => line.includes(word));
  };
  return keys.filter((key) =>
    (status === "" || key.status === status) && (wanted.length === 0 || isWanted(key))
  );
}

const TROUBLE = ["dead", "cooldown", "disabled", "active"];

const ORDERS: Readonly<Record<string, (a: KeyRow, b: KeyRow) => number>> = {
  name: (a, b) => keyName(a).localeCompare(keyName(b)),
  status: (a, b) => TROUBLE.indexOf(a.status) - TROUBLE.indexOf(b.status),
  requests: (a, b) => b.requests - a.requests,
  errors: (a, b) => b.errors - a.errors,
  priority: (a, b) => b.priority - a.priority,
  lastUsed: (a, b) => (b.lastUsed ?? 0) - (a.lastUsed ?? 0),
};

/** The keys in an order; the projects keep theirs. An order that nobody knows is the given one. */
export function sortKeys(keys: readonly KeyRow[], by: string): readonly KeyRow[] {
  const order = Object.hasOwn(ORDERS, by) ? ORDERS[by] : undefined;
  return order === undefined ? keys : keys.toSorted(order);
}

/** Google counts these for each account, whichever project it calls through. */
const ACCOUNT_SOURCES: ReadonlySet<string> = new Set(["antigravity", "gemini_cli"]);
const ACCOUNTS = "accounts\n";

/** Projects in the order of their names, each followed by its keys; then keys of unknown projects, and accounts last. */
export function keyLines(keys: readonly KeyRow[]): readonly KeyLine[] {
  const rank = (project: string) => project === ACCOUNTS ? 2 : project === "" ? 1 : 0;
  const projects = [
    ...Map.groupBy(keys, (key) => ACCOUNT_SOURCES.has(key.source) ? ACCOUNTS : key.project),
  ].sort(([a], [b]) => rank(a) - rank(b) || a.localeCompare(b));
  return projects.flatMap(([project, list]): KeyLine[] => [
    {
      kind: "project",
      project: project === ACCOUNTS ? "" : project,
      accounts: project === ACCOUNTS,
      keys: list.length,
      active: list.filter((key) => key.status === "active").length,
    },
    ...list.map((key) => ({ kind: "key" as const, key })),
  ]);
}

export interface Window {
  readonly first: number;
  readonly last: number;
  readonly before: number;
  readonly after: number;
}

/** Which lines of equal height are to be drawn, with `spare` above and below, and the space that the others take. */
export function windowOf(
  total: number,
  lineHeight: number,
  scrollTop: number,
  height: number,
  spare = 8,
): Window {
  const first = Math.max(0, Math.min(total, Math.floor(scrollTop / lineHeight)) - spare);
  const last = Math.min(total, Math.ceil((scrollTop + height) / lineHeight) + spare);
  return { first, last, before: first * lineHeight, after: (total - last) * lineHeight };
}
