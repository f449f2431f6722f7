import { err, ok, type Result } from "../core/mod.ts";
import type { AgentProblem, FormatName } from "./contract.ts";
import { isEmpty, same } from "./data.ts";
import { FORMATS } from "./formats/formats.ts";
import { type Step, stepsBetween } from "./steps.ts";

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

/** Edits a text in place until it stands for the wanted data. What does not come out exactly so is refused. */
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
