import { type Failure, type FailureClass, type Random, SOURCE_TABLE } from "../../core/mod.ts";
import type { AttemptHistory, Verdict } from "../contract.ts";

/** Facts that the pool knows at a failure, beside the failure itself. */
export interface VerdictFacts {
  /** True when there is a fallback model, so that this one need not be retried for long. */
  readonly hasFallback: boolean;
}

type Next = Pick<Verdict, "next" | "delayMs">;

/** Classes for which no other key helps, or whose client has left. */
const FINAL: ReadonlySet<FailureClass> = new Set([
  "invalid_request",
  "client_gone",
  "blocked",
  "region_blocked",
]);
/** Passing faults: worth one retry on the same key. */
const PASSING: ReadonlySet<FailureClass> = new Set(["overloaded", "empty_reply", "transport"]);
/** A model overloaded on so many keys is given up for its fallback. */
const ENOUGH_OVERLOADED = 3;
/** A model that keeps garbling a tool call is given up after so many tries: each costs a whole turn. */
const ENOUGH_GARBLED = 3;
/** Replies that are not taken are expensive to read; after the second one the call is given up. */
const NOT_TAKEN: ReadonlySet<string> = new Set(["upstream_reply_too_large", "upstream_reply_coding"]);
const ENOUGH_NOT_TAKEN = 2;
const SAME_KEY_MS = 250;
const LONGEST_PAUSE_MS = 1_000;

/**
 * What to do next after a failure: pure in its arguments. A passing fault is retried once on the same key, once
 * per call; anything else moves to another key, and the first is not used again by this call unless Google named
 * a retry time.
 */
export function verdictOf(
  failure: Failure,
  history: AttemptHistory,
  facts: VerdictFacts,
  random: Random,
): Next {
  const { class: name } = failure;
  if (FINAL.has(name) || isEnough(failure, history, facts)) return { next: "stop", delayMs: 0 };
  if (name === "credential_stale" && history.sameKeyRetries < 1) return { next: "same", delayMs: 0 };
  // The key is silent, which is no fault of the model: it would probably be silent again.
  if (
    PASSING.has(name) && failure.scope !== "credential_model" && !isStatedLater(failure) &&
    !history.classes.some(isPassing)
  ) {
    return { next: "same", delayMs: jittered(SAME_KEY_MS, random) };
  }
  const limited = (name === "rate_limit" || name === "quota") && failure.until !== undefined;
  return { next: limited ? "wait" : "other", delayMs: pauseMs(failure, history, random) };
}

/** True when an overloaded source states a retry time, before which none of its keys is asked. */
function isStatedLater({ class: name, source, until }: Failure): boolean {
  return name === "overloaded" && source !== undefined && SOURCE_TABLE[source].statesTrueTimes &&
    until !== undefined;
}

function isPassing(name: string): boolean {
  return PASSING.has(name as FailureClass);
}

function isEnough(
  { class: name, code }: Failure,
  { classes }: AttemptHistory,
  facts: VerdictFacts,
): boolean {
  const times = 1 + classes.filter((one) => one === name).length;
  if (name === "empty_reply" && code === "malformed_reply") return times >= ENOUGH_GARBLED;
  if (code !== undefined && NOT_TAKEN.has(code)) return times >= ENOUGH_NOT_TAKEN;
  return name === "overloaded" && facts.hasFallback && times > ENOUGH_OVERLOADED;
}

/** The pause before the next try: only an overloaded model needs one, as the queue knows when something frees. */
function pauseMs({ class: name }: Failure, { classes }: AttemptHistory, random: Random): number {
  if (name !== "overloaded") return 0;
  const before = classes.filter((one) => one === "overloaded").length;
  return Math.min(jittered(SAME_KEY_MS * 2 ** before / 2, random), LONGEST_PAUSE_MS);
}

function jittered(base: number, random: Random): number {
  return Math.round(base * (0.5 + random()));
}
