import type { AttemptRecord, CallRecord } from "../core/mod.ts";
import type { Grain } from "./ledger_keys.ts";

const DIMS = [
  "total",
  "model",
  "key",
  "project",
  "client",
  "agent",
  "class",
  "bucket",
  "flow",
] as const;
export type Dim = typeof DIMS[number];

/** Which dimensions are kept at which grain. */
const KEPT: Readonly<Record<Grain, readonly Dim[]>> = {
  minute: ["total", "model", "key", "project", "client", "agent", "class", "bucket"],
  hour: ["total", "model", "key", "project", "client", "agent", "class", "flow"],
  day: ["total", "model", "key", "project", "client", "agent", "class", "flow"],
  all: ["total", "model", "key", "client", "flow"],
};
export const GRAINS: readonly Grain[] = ["minute", "hour", "day", "all"];
const GRAINS_OF = new Map(DIMS.map((dim) => [dim, GRAINS.filter((grain) => KEPT[grain].includes(dim))]));

/** Which grains keep a dimension. */
export function grainsOf(dim: Dim): readonly Grain[] {
  return GRAINS_OF.get(dim) ?? [];
}

export function dimsOf(grain: Grain): readonly Dim[] {
  return KEPT[grain];
}

export function isDim(name: string): name is Dim {
  return GRAINS_OF.has(name as Dim);
}

export const PERIOD_MS: Readonly<Record<Exclude<Grain, "all">, number>> = {
  minute: 60_000,
  hour: 3_600_000,
  day: 86_400_000,
};

/** Start of the period that holds `now`, epoch milliseconds; 0 for the whole life of the database. Days are UTC days. */
export function periodOf(grain: Grain, now: number): number {
  return grain === "all" ? 0 : Math.floor(now / PERIOD_MS[grain]) * PERIOD_MS[grain];
}

/** The key of calls for which no key was used. */
export const NO_KEY = "none";

/** Separates the parts of a flow value: client, model, source, credential. */
export const FLOW_SEPARATOR = "\t";

/** Fields of a call that determine its values; the same for all calls of a kind. */
type Call = Pick<CallRecord, "client" | "agent" | "outcome" | "failure" | "modelAsked" | "modelUsed">;

/**
 * Dimensions that count calls, with the value of each; the others count attempts: what a key or bucket really
 * served. A refused request counts under no model, as anybody can send any name, and under no client if its
 * token was not checked.
 */
export function callValues(call: Call): readonly (readonly [Dim, string])[] {
  const agent = call.agent || "unknown";
  if (call.outcome !== "refused") {
    return [
      ["total", "total"],
      ["model", modelOf(call)],
      ["client", call.client],
      ["agent", agent],
      ["class", classOf(call)],
    ];
  }
  const all = [["total", "total"], ["class", "refused"]] as const;
  return call.client === "" ? all : [...all, ["client", call.client], ["agent", agent]];
}

/** The end of a call: `ok`, or the class of its failure. */
export function classOf({ outcome, failure }: Pick<Call, "outcome" | "failure">): string {
  return outcome === "ok" || outcome === "refused" ? outcome : failure ?? outcome;
}

/** A call's tokens count for its last attempt. */
export function flowValue(
  call: Call,
  last: Pick<AttemptRecord, "source" | "credential"> | undefined,
): string {
  return [call.client, modelOf(call), last?.source ?? "", last?.credential ?? ""].join(FLOW_SEPARATOR);
}

function modelOf(call: Call): string {
  return call.modelUsed ?? call.modelAsked;
}
