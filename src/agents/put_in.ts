import { isObject } from "../core/mod.ts";
import type { Change, DataPath } from "./contract.ts";
import { removeAt, same, sameItem, setAt, valueAt } from "./data.ts";
import { prune } from "./take_out.ts";

/**
 * The configuration as it should be. `base` is it without anything of ours, `earlier` what an earlier install put in:
 * of that, what is no longer wanted goes.
 */
export function putIn(
  current: unknown,
  base: unknown,
  earlier: readonly Change[],
  changes: readonly Change[],
): unknown {
  let data: unknown = structuredClone(current);
  for (const old of earlier) dropStale(data, base, old, changes);
  prune(data, base, earlier);
  for (const change of changes) data = apply(data, base, change);
  return data;
}

function apply(data: unknown, base: unknown, change: Change): unknown {
  switch (change.kind) {
    case "put":
      return merge(data, change.path, change.value);
    case "absent":
      removeAt(data, change.path);
      return data;
    case "default": {
      const taken = [change.path, ...(change.unless ?? [])].some((path) => valueAt(base, path) !== undefined);
      return taken ? data : setAt(data, change.path, change.value);
    }
    case "items": {
      if (change.onlyInList === true && !Array.isArray(valueAt(base, change.path))) return data;
      let root = data;
      for (const value of change.values) {
        const list = valueAt(root, change.path);
        const items: readonly unknown[] = Array.isArray(list) ? list : [];
        const at = items.findIndex((item) => sameItem(item, value, change.by));
        root = merge(root, [...change.path, at < 0 ? items.length : at], value);
      }
      return root;
    }
  }
}

function merge(data: unknown, path: DataPath, value: unknown): unknown {
  const there = valueAt(data, path);
  if (!isObject(there) || !isObject(value)) return same(there, value) ? data : setAt(data, path, value);
  return Object.entries(value).reduce((root, [key, inner]) => merge(root, [...path, key], inner), data);
}

function dropStale(data: unknown, base: unknown, old: Change, changes: readonly Change[]): void {
  if (old.kind === "absent") return;
  const next = changes.find((one) => one.kind === old.kind && same(one.path, old.path));
  if (old.kind === "items") {
    const kept = next?.kind === "items" ? next.values : [];
    for (const value of old.values) {
      const list = valueAt(data, old.path);
      const at = Array.isArray(list) ? list.findIndex((item) => sameItem(item, value, old.by)) : -1;
      if (at >= 0 && !kept.some((one) => sameItem(one, value, old.by))) removeAt(data, [...old.path, at]);
    }
  } else if (old.kind === "default") {
    if (same(valueAt(data, old.path), old.value) && valueAt(base, old.path) === undefined) {
      removeAt(data, old.path);
    }
  } else {
    dropKeys(data, base, old.path, old.value, next?.kind === "put" ? next.value : undefined);
  }
}

function dropKeys(data: unknown, base: unknown, path: DataPath, old: unknown, next: unknown): void {
  if (next === undefined) {
    const own = valueAt(base, path);
    if (own === undefined) removeAt(data, path);
    else setAt(data, path, own);
  } else if (isObject(old) && isObject(next)) {
    for (const key of Object.keys(old)) dropKeys(data, base, [...path, key], old[key], next[key]);
  }
}
