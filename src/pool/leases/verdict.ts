import { type Failure, type FailureClass, type Random, SOURCE_TABLE } from "../../core/mod.ts";
import type { AttemptHistory, Verdict } from "../contract.ts";

/** What the pool knows at the moment of a failure, beside the failure itself. */
export interface VerdictFacts {
  /** A fallback model stands ready, so this one need not be insisted on. */
  readonly hasFallback: boolean;
}

type Next = Pick<Verdict, "next" | "delayMs">;

/** No other key helps, or nobody is there to be helped. */
const FINAL: ReadonlySet<FailureClass> = new Set([
  "invalid_request",
  "client_gone",
  "blocked",
  "region_blocked",
]);
/** Faults of a moment: worth one more try where they happened. */
const PASSING: ReadonlySet<FailureClass> = new Set(["overloaded", "empty_reply", "transport"]);
/** A model that is overloaded on so many keys is left to its fallback. */
const ENOUGH_OVERLOADED = 3;
/** A tool call that the model garbles again and again is its own doing: each try costs what a whole turn costs. */
const ENOUGH_GARBLED = 3;
/** A reply beyond all bounds costs as much as may be read of it; whose second one is so too sends nothing else. */
const ENOUGH_BEYOND_BOUNDS = 2;
const SAME_KEY_MS = 250;
const LONGEST_PAUSE_MS = 1_000;

/**
 * What to do next after a failure: pure in its arguments. A passing fault is tried once more on the same key, once a call; all
 * else goes to another key, and that key is asked no more by this call, unless Google named the time at which it may be.
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
  // A key that is silent, not a model that stumbles: nothing says that it would speak the second time.
  if (
    PASSING.has(name) && failure.scope !== "credential_model" && !isStatedLater(failure) &&
    !history.classes.some(isPassing)
  ) {
    return { next: "same", delayMs: jittered(SAME_KEY_MS, random) };
  }
  const limited = (name === "rate_limit" || name === "quota") && failure.until !== undefined;
  return { next: limited ? "wait" : "other", delayMs: pauseMs(failure, history, random) };
}

/** A source without room for the model says when to come back: nobody there is asked before. */
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
  if (code === "upstream_reply_too_large") return times >= ENOUGH_BEYOND_BOUNDS;
  return name === "overloaded" && facts.hasFallback && times > ENOUGH_OVERLOADED;
}

/** Only an overloaded model needs time; a queue knows by itself when something frees. */
function pauseMs({ class: name }: Failure, { classes }: AttemptHistory, random: Random): number {
  if (name !== "overloaded") return 0;
  const before = classes.filter((one) => one === "overloaded").length;
  return Math.min(jittered(SAME_KEY_MS * 2 ** before / 2, random), LONGEST_PAUSE_MS);
}

function jittered(base: number, random: Random): number {
  return Math.round(base * (0.5 + random()));
}
