import type { Failure, FailureClass, Random } from "../core/mod.ts";
import type { AttemptHistory, Verdict } from "./contract.ts";

/** What the pool knows at the moment of a failure, beside the failure itself. */
export interface VerdictFacts {
  /** Another credential could take the call now. */
  readonly otherFree: boolean;
  /** A fallback model stands ready, so this one need not be insisted on. */
  readonly hasFallback: boolean;
}

type Next = Verdict["next"];
type Rule = (history: AttemptHistory, random: Random, facts: VerdictFacts) => readonly [Next, number];

const stop: Rule = () => ["stop", 0];
const jittered = (base: number, random: Random) => Math.round(base * (0.5 + random()));

/** Another credential, at once or from the head of the queue: the queue knows when something frees, so no delay is added here. */
const another = (attempts: number): Rule => (history) => [history.attempt >= attempts ? "stop" : "other", 0];

function earlier(history: AttemptHistory, name: FailureClass): number {
  return history.classes.filter((one) => one === name).length;
}

const sameThenOther = (name: FailureClass, base: number, limit: number): Rule => (history, random) => {
  if (earlier(history, name) >= limit) return ["stop", 0];
  if (history.sameKeyRetries < 1) return ["same", jittered(base, random)];
  return ["other", jittered(base, random)];
};

const onceOther =
  (name: FailureClass): Rule => (history) => [earlier(history, name) === 0 ? "other" : "stop", 0];

/** Overload is the model's: the same key once, then others, for as long as patience lasts; less of it when a fallback waits. */
const overloaded: Rule = (history, random, facts) => {
  const before = earlier(history, "overloaded");
  if (before >= (facts.hasFallback ? 3 : 24)) return ["stop", 0];
  const base = Math.min(250 * 2 ** before, 4_000);
  if (before === 0) return ["same", jittered(base, random)];
  return [before % 2 === 1 ? "other" : "wait", jittered(base, random)];
};

const RULES: Readonly<Record<FailureClass, Rule>> = {
  caller_fault: stop,
  client_gone: stop,
  blocked: stop,
  region_blocked: stop,
  // Several keys say so: it is the model. The first may only lack access to it.
  model_gone: (
    history,
    _random,
    facts,
  ) => [earlier(history, "model_gone") === 0 && facts.otherFree ? "other" : "stop", 0],
  credential_dead: another(64),
  credential_stale: (history) => {
    if (earlier(history, "credential_stale") >= 12) return ["stop", 0];
    return [history.sameKeyRetries < 1 ? "same" : "other", 0];
  },
  config_fault: another(64),
  rate_limit: another(32),
  quota: another(64),
  not_on_tier: another(64),
  overloaded,
  empty_reply: sameThenOther("empty_reply", 200, 2),
  transport: sameThenOther("transport", 200, 3),
  ambiguous_429: onceOther("ambiguous_429"),
  unknown: onceOther("unknown"),
};

/** What to do next after a failure: pure in its arguments, defined for every class. */
export function verdictOf(
  failure: Failure,
  history: AttemptHistory,
  facts: VerdictFacts,
  random: Random,
): { readonly next: Next; readonly delayMs: number } {
  const [next, delayMs] = RULES[failure.class](history, random, facts);
  return { next, delayMs };
}
