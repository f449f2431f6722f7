import { isObject } from "../core/mod.ts";
import type { DataPath } from "./contract.ts";

export function same(a: unknown, b: unknown): boolean {
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((one, index) => same(one, b[index]));
  }
  if (isObject(a) && isObject(b)) {
    const keys = Object.keys(a);
    return keys.length === Object.keys(b).length &&
      keys.every((key) => Object.hasOwn(b, key) && same(a[key], b[key]));
  }
  return a === b || (a instanceof Date && b instanceof Date && a.getTime() === b.getTime());
}

export function valueAt(data: unknown, path: DataPath): unknown {
  let at: unknown = data;
  for (const step of path) {
    if (typeof step === "number") at = Array.isArray(at) ? at[step] : undefined;
    else at = isObject(at) && Object.hasOwn(at, step) ? at[step] : undefined;
  }
  return at;
}

/** Sets a value in place, creating the objects and lists on the path; returns the root. */
export function setAt(data: unknown, path: DataPath, value: unknown): unknown {
  if (path.length === 0) return structuredClone(value);
  const [step, ...rest] = path;
  if (typeof step === "number") {
    const list: unknown[] = Array.isArray(data) ? data : [];
    list[step] = setAt(list[step], rest, value);
    return list;
  }
  const object: Record<string, unknown> = isObject(data) ? data : {};
  object[step!] = setAt(Object.hasOwn(object, step!) ? object[step!] : undefined, rest, value);
  return object;
}

/** Removes a value in place. */
export function removeAt(data: unknown, path: DataPath): void {
  const parent = valueAt(data, path.slice(0, -1));
  const step = path.at(-1);
  if (typeof step === "number" && Array.isArray(parent)) parent.splice(step, 1);
  else if (typeof step === "string" && isObject(parent)) delete parent[step];
}

export function isEmpty(value: unknown): boolean {
  return Array.isArray(value) ? value.length === 0 : isObject(value) && Object.keys(value).length === 0;
}

/** Whether two list items mean the same thing. */
export function sameItem(a: unknown, b: unknown, by: readonly string[]): boolean {
  return by.length === 0 ? same(a, b) : by.every((field) => {
    const value = valueAt(a, [field]);
    return value !== undefined && same(value, valueAt(b, [field]));
  });
}
