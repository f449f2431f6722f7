import { isObject } from "../core/mod.ts";
import type { DataPath } from "./contract.ts";
import { same } from "./data.ts";

/** One edit of a text in terms of its data. */
export type Step =
  | { readonly kind: "set"; readonly path: DataPath; readonly value: unknown }
  | { readonly kind: "remove"; readonly path: DataPath };

/** The smallest steps that lead from one configuration to another, in the order in which they must be taken. `wholeLists`: a changed list is set as a whole. */
export function stepsBetween(
  from: unknown,
  to: unknown,
  wholeLists: boolean,
  path: DataPath = [],
): readonly Step[] {
  if (same(from, to)) return [];
  if (isObject(from) && isObject(to)) return objectSteps(from, to, wholeLists, path);
  if (Array.isArray(from) && Array.isArray(to) && !wholeLists) {
    return listSteps(from, to, path) ?? [{ kind: "set", path, value: to }];
  }
  return [{ kind: "set", path, value: to }];
}

function objectSteps(
  from: Record<string, unknown>,
  to: Record<string, unknown>,
  wholeLists: boolean,
  path: DataPath,
): readonly Step[] {
  const gone = Object.keys(from).filter((key) => !(key in to)).map((key) => (
    { kind: "remove", path: [...path, key] } as const
  ));
  const others = Object.entries(to).flatMap(([key, value]) =>
    key in from
      ? stepsBetween(from[key], value, wholeLists, [...path, key])
      : [{ kind: "set", path: [...path, key], value } as const]
  );
  return [...gone, ...others];
}

/** Removals, changes of items and additions at the end; undefined when it takes more. */
function listSteps(
  from: readonly unknown[],
  to: readonly unknown[],
  path: DataPath,
): readonly Step[] | undefined {
  const steps: Step[] = [];
  let at = 0;
  for (let index = 0; index < from.length; index++) {
    const item = from[index];
    if (at < to.length && same(item, to[at])) at++;
    else if (to.length - at < from.length - index) steps.push({ kind: "remove", path: [...path, at] });
    else steps.push(...stepsBetween(item, to[at], false, [...path, at++]));
  }
  if (at > to.length) return undefined;
  to.slice(at).forEach((value, more) => steps.push({ kind: "set", path: [...path, at + more], value }));
  return steps;
}
