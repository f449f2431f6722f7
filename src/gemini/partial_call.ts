import { isObject, type Json, type JsonObject } from "../core/mod.ts";
import { MAX_NESTING } from "./nesting.ts";

/** One function call being collected from `partialArgs` (streamFunctionCallArguments on Vertex). */
export interface PartialCall {
  readonly name: string;
  readonly id: string | undefined;
  readonly signature: string | undefined;
  readonly args: Record<string, unknown>;
  /** Path of the string that goes on in the next piece. */
  open: string | undefined;
}

/** Starts collecting a call whose arguments come in pieces. */
export function startPartialCall(
  name: string,
  id: string | undefined,
  signature: string | undefined,
): PartialCall {
  return { name, id, signature, args: {}, open: undefined };
}

/** Adds the pieces of one chunk. Pieces without a usable path are ignored. */
export function addPartialArgs(call: PartialCall, pieces: unknown): void {
  if (!Array.isArray(pieces)) return;
  for (const piece of pieces) {
    if (isObject(piece) && typeof piece["jsonPath"] === "string") addPiece(call, piece["jsonPath"], piece);
  }
}

/** The arguments collected so far. */
export function partialArguments(call: PartialCall): JsonObject {
  return call.args as JsonObject;
}

function addPiece(call: PartialCall, path: string, piece: Record<string, unknown>): void {
  const steps = stepsOf(path);
  if (steps.length === 0 || steps.length > MAX_NESTING) return;
  const value = valueOf(piece);
  if (value === undefined) return;
  const goesOn = call.open === path && typeof value === "string";
  setAt(call.args, steps, (old) => goesOn && typeof old === "string" ? old + value : value);
  call.open = piece["willContinue"] === true ? path : undefined;
}

function valueOf(piece: Record<string, unknown>): Json | undefined {
  if (typeof piece["stringValue"] === "string") return piece["stringValue"];
  if (typeof piece["numberValue"] === "number") return piece["numberValue"];
  if (typeof piece["boolValue"] === "boolean") return piece["boolValue"];
  return "nullValue" in piece ? null : undefined;
}

type Step = string | number;

/** `$.a.b[0]['c d']` as its steps; names that would reach a prototype are refused. */
function stepsOf(path: string): Step[] {
  const steps: Step[] = [];
  for (const match of path.replace(/^\$/, "").matchAll(/\.([^.[\]]+)|\[(\d+)\]|\[['"]([^[\]]+)['"]\]/g)) {
    const name = match[1] ?? match[3];
    if (name === "__proto__") return [];
    steps.push(name ?? Math.min(Number(match[2]), 10_000));
  }
  return steps;
}

function setAt(
  root: Record<string, unknown>,
  steps: readonly Step[],
  change: (old: unknown) => unknown,
): void {
  let holder: Record<Step, unknown> = root;
  steps.forEach((step, position) => {
    const next = steps[position + 1];
    if (next === undefined) holder[step] = change(holder[step]);
    else {
      const found = holder[step];
      const child = typeof found === "object" && found !== null ? found : typeof next === "number" ? [] : {};
      holder[step] = child;
      holder = child as Record<Step, unknown>;
    }
  });
}
