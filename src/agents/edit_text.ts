import { err, isObject, ok, type Result } from "../core/mod.ts";
import type { AgentProblem, DataPath, FormatName } from "./contract.ts";
import { isEmpty, same } from "./data.ts";
import { FORMATS } from "./formats/formats.ts";

/** A text as data; a byte order mark is not part of it. */
export function parseText(format: FormatName, path: string, text: string): Result<unknown, AgentProblem> {
  const parsed = FORMATS[format].parse(text.replace(/^\uFEFF/, ""));
  if (parsed.ok) return parsed;
  const { message, line, column } = parsed.error;
  return err({
    code: "broken_file",
    path,
    line,
    column,
    message:
      `${path} does not parse (line ${line}, column ${column}: ${message}). It was left alone; mend it and try again`,
  });
}

export function sameData(a: unknown, b: unknown): boolean {
  return same(a, b) || (isEmpty(a) && isEmpty(b));
}

/**
 * Edits a text in place so that it parses to the wanted data; refuses when the result does not parse to exactly
 * that.
 */
export function editText(
  format: FormatName,
  path: string,
  text: string,
  current: unknown,
  wanted: unknown,
): Result<string, AgentProblem> {
  const mark = text.startsWith("\uFEFF") ? "\uFEFF" : "";
  const edited = takeSteps(
    format,
    text.slice(mark.length),
    stepsBetween(current, wanted, FORMATS[format].wholeLists === true),
  );
  const parsed = edited === undefined ? undefined : FORMATS[format].parse(edited);
  if (edited !== undefined && parsed?.ok && sameData(parsed.value, wanted)) return ok(mark + edited);
  return err({
    code: "uneditable",
    path,
    message: `${path} is written in a way that cannot be edited without rewriting it. It was left alone; ` +
      "`install manual` prints what to enter by hand",
  });
}

function takeSteps(format: FormatName, text: string, steps: readonly Step[]): string | undefined {
  let edited: string | undefined = text;
  for (const step of steps) {
    if (edited === undefined) return undefined;
    edited = step.kind === "set"
      ? FORMATS[format].set(edited, step.path, step.value)
      : FORMATS[format].remove(edited, step.path);
  }
  return edited;
}

/** One edit of a text expressed by its data. */
type Step =
  | { readonly kind: "set"; readonly path: DataPath; readonly value: unknown }
  | { readonly kind: "remove"; readonly path: DataPath };

/**
 * The smallest steps that lead from one configuration to another, in the order in which they must be applied.
 * `wholeLists`: a changed list is set as a whole.
 */
function stepsBetween(
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

/** Removals, changes of items and additions at the end; undefined when more is needed. */
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
