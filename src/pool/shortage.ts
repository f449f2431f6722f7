import type { Failure, FailureClass, SourceName } from "../core/mod.ts";
import type { Need, Refusal, Shortage } from "./contract.ts";
import { refusalOf } from "./eligibility.ts";
import type { Lane } from "./lane.ts";
import type { Roster } from "./roster.ts";

const MAX_REFUSALS = 200;

/** A user's cap that stands in the way. */
export interface CapStop {
  readonly kind: "stop";
  readonly cap: string;
  readonly until: number;
  readonly action: "try_next" | "reject";
  readonly limit: number;
}

interface Setback {
  readonly class: FailureClass;
  readonly status: number;
  readonly code: string;
  readonly text: string;
}

const SETBACKS: Readonly<Record<string, Setback>> = {
  minute: setback("rate_limit", 429, "rate_limit_exceeded", "every key has used its requests of this minute"),
  tokens: setback(
    "rate_limit",
    429,
    "rate_limit_exceeded",
    "every key has used its input tokens of this minute",
  ),
  cooling: setback("rate_limit", 429, "rate_limit_exceeded", "every key is cooling down"),
  full: setback("rate_limit", 429, "rate_limit_exceeded", "every key is at its concurrency limit"),
  tried: setback("rate_limit", 429, "rate_limit_exceeded", "every key has failed this call"),
  day: setback("quota", 429, "insufficient_quota", "every key has used its requests of the day"),
  queue: setback("rate_limit", 429, "queue_full", "too many calls are waiting"),
  closed: setback("overloaded", 503, "service_unavailable", "the proxy is shutting down"),
  overloaded: setback("overloaded", 503, "model_overloaded", "the model is overloaded at Google"),
  gone: setback("model_gone", 404, "model_not_found", "Google does not serve this model to any key"),
  source: setback("config_fault", 503, "source_unavailable", "its source refuses this program"),
  endpoint: setback("transport", 503, "upstream_unreachable", "Google cannot be reached"),
  egress: setback("region_blocked", 403, "region_blocked", "Google does not serve this network's location"),
  dead: setback(
    "credential_dead",
    503,
    "no_usable_key",
    "every key that could serve it was refused by Google for good",
  ),
  none: setback("config_fault", 503, "no_usable_key", "no enabled key can serve it"),
  empty: setback(
    "config_fault",
    503,
    "no_usable_key",
    "there is no key yet. Add one with `geminitro key add <key>` or on the dashboard's setup page",
  ),
  pinned: setback("config_fault", 404, "no_usable_key", "the key that owns this file or cache is not usable"),
};

function setback(name: FailureClass, status: number, code: string, text: string): Setback {
  return { class: name, status, code, text };
}

/** Every reason against a call at this instant, one for each credential of the lane, bounded in number. */
export function refusalsOf(roster: Roster, lane: Lane, need: Need, now: number): readonly Refusal[] {
  const refusals: Refusal[] = [];
  const inLane = new Set<string>();
  for (const node of lane.nodes) {
    for (const entry of node.members) {
      inLane.add(entry.id);
      if (refusals.length >= MAX_REFUSALS || !need.sources.includes(entry.source)) continue;
      const refusal = refusalOf(entry, node.bucket, need, now);
      if (refusal !== undefined) refusals.push(refusal);
    }
  }
  for (const entry of roster.entries.values()) {
    if (refusals.length >= MAX_REFUSALS) break;
    if (inLane.has(entry.id) || !need.sources.includes(entry.source)) continue;
    const reason = entry.dead
      ? "dead"
      : !entry.credential.enabled
      ? "disabled"
      : !entry.permits(lane.model)
      ? "denied"
      : "wrong_model";
    refusals.push({ credential: entry.id, reason });
  }
  return refusals;
}

/** The refusal of a call: who is short of what, and until when. `until` must be the true time, or absent. */
export function shortageOf(
  model: string,
  reason: string,
  until: number | undefined,
  now: number,
  refusals: readonly Refusal[],
  told?: string,
): Shortage {
  // Nobody to refuse means nobody is there.
  const found = SETBACKS[reason === "none" && refusals.length === 0 ? "empty" : reason] ??
    SETBACKS["cooling"];
  const { class: name, status, code, text } = found ??
    setback("rate_limit", 429, "rate_limit_exceeded", reason);
  const when = until === undefined ? "" : ` Try again in ${Math.max(1, Math.ceil((until - now) / 1000))} s.`;
  const failure: Failure = {
    class: name,
    status,
    code,
    message: `No key can serve ${model} now: ${text}.${told === undefined ? "" : ` ${told}`}${when}`,
    scope: "request",
    ...(until === undefined ? {} : { until }),
  };
  return { kind: "shortage", failure, refusals };
}

/** What Google said about the set-up: why a source rests, or a key that is out for another reason than a used-up limit. */
export function toldOf(
  roster: Roster,
  reason: string,
  refusals: readonly Refusal[],
  need: Need,
  now: number,
): string | undefined {
  if (reason === "source") {
    const faults = need.sources.map((source) => roster.sourceFaults.get(source));
    return faults.find((fault) => fault !== undefined && fault.until > now)?.reason;
  }
  if (reason !== "dead" && reason !== "cooling" && reason !== "tried") return undefined;
  for (const { credential } of refusals) {
    const entry = credential === undefined ? undefined : roster.entries.get(credential);
    const told = reason === "dead"
      ? entry?.credential.dead?.reason ?? entry?.deadBecause
      : entry?.cooldownFor(need.model, now)?.reason;
    if (told !== undefined) return told;
  }
  return undefined;
}

export function tooLarge(need: Need, largest: number, refusals: readonly Refusal[]): Shortage {
  const message =
    `The request has about ${need.inputTokens} input tokens, and the largest limit of any key for ` +
    `${need.model} is ${largest} a minute: it can never be served. Shorten it, or add a key with a higher limit.`;
  const failure: Failure = {
    class: "caller_fault",
    status: 413,
    code: "request_too_large",
    message,
    scope: "request",
  };
  return { kind: "shortage", failure, refusals };
}

export function capped(need: Need, stop: CapStop, now: number): Shortage {
  const seconds = Math.max(1, Math.ceil((stop.until - now) / 1000));
  const failure: Failure = {
    class: "quota",
    status: 429,
    code: stop.action === "reject" ? "cap_rejected" : "cap_exceeded",
    message: `The cap of ${stop.limit} set for ${stop.cap} is used up. It starts anew in ${seconds} s.`,
    until: stop.until,
    scope: "request",
  };
  const reason = need.sources.map((): Refusal => ({ reason: "capped", until: stop.until })).slice(0, 1);
  return { kind: "shortage", failure, refusals: reason };
}

/** The reason that stands for all: the one that ends first, or the most common of those that never end. */
export function mainReason(
  refusals: readonly Refusal[],
  gates: readonly { reason: string; until: number }[],
  sources: readonly SourceName[],
): string {
  if (gates.length > 0 && gates.length >= sources.length) {
    return [...gates].sort((a, b) => a.until - b.until)[0]?.reason ?? "cooling";
  }
  const ending =
    refusals.filter((one) => one.until !== undefined).sort((a, b) => (a.until ?? 0) - (b.until ?? 0))[0];
  if (ending !== undefined) return ending.reason;
  for (const reason of ["full", "tried", "cooling", "pinned"]) {
    if (refusals.some((one) => one.reason === reason)) return reason;
  }
  return refusals.some((one) => one.reason === "dead") && !refusals.some((one) => one.reason !== "dead")
    ? "dead"
    : "none";
}
