import { isObject } from "../core/mod.ts";
import type { Change, DataPath } from "./contract.ts";
import { isEmpty, removeAt, same, sameItem, setAt, valueAt } from "./data.ts";

/** The configuration without what `changes` put in, and with what they replaced; whatever else is in it stays. */
export function takeOut(current: unknown, before: unknown, changes: readonly Change[]): unknown {
  const data: unknown = structuredClone(current);
  for (const change of changes.toReversed()) take(data, before, change);
  prune(data, before, changes);
  return data;
}

function take(data: unknown, before: unknown, change: Change): void {
  if (change.kind === "put") return restore(data, before, change.path, change.value);
  if (change.kind === "default") {
    if (same(valueAt(data, change.path), change.value)) restore(data, before, change.path, change.value);
    return;
  }
  const old = valueAt(before, change.path);
  if (change.kind === "absent") {
    if (old !== undefined && valueAt(data, change.path) === undefined) setAt(data, change.path, old);
    return;
  }
  for (const value of change.values) {
    const list = valueAt(data, change.path);
    if (!Array.isArray(list)) continue;
    const at = list.findIndex((item) => sameItem(item, value, change.by));
    if (at < 0) continue;
    const own = Array.isArray(old) ? old.find((item) => sameItem(item, value, change.by)) : undefined;
    if (own === undefined) list.splice(at, 1);
    else list[at] = structuredClone(own);
  }
}

function restore(data: unknown, before: unknown, path: DataPath, value: unknown): void {
  const old = valueAt(before, path);
  const there = valueAt(data, path);
  if (old === undefined) removeAt(data, path);
  else if (isObject(old) && isObject(value) && isObject(there)) {
    for (const key of Object.keys(value)) restore(data, before, [...path, key], value[key]);
  } else setAt(data, path, old);
}

/** Takes out containers that are empty now and were not there before. */
export function prune(data: unknown, before: unknown, changes: readonly Change[]): void {
  for (const { path } of changes) {
    for (let length = path.length; length > 0; length--) {
      const at = path.slice(0, length);
      if (isEmpty(valueAt(data, at)) && valueAt(before, at) === undefined) removeAt(data, at);
    }
  }
}
