import { backText, type Failure, type FailureClass, type Usage } from "../../core/mod.ts";
import type { LeaseRequest, Refusal, Shortage } from "../contract.ts";
import { refusalOf } from "../candidates/eligibility.ts";
import type { ModelCandidates } from "../candidates/model_candidates.ts";
import type { PoolState } from "../candidates/pool_state.ts";

const MAX_REFUSALS = 200;

/** A user's cap that blocks a call. */
export interface CapStop {
  readonly kind: "stop";
  readonly cap: string;
  /** When the next period begins, epoch milliseconds; Infinity for a cap of 0, which blocks forever. */
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
  source: setback("misconfigured", 503, "source_unavailable", "its source refuses this program"),
  endpoint: setback("transport", 503, "upstream_unreachable", "Google cannot be reached"),
  egress: setback("region_blocked", 403, "region_blocked", "Google does not serve this network's location"),
  dead: setback(
    "credential_dead",
    401,
    "no_usable_key",
    "every key that could serve it was refused by Google for good",
  ),
  none: setback("misconfigured", 503, "no_usable_key", "no enabled key can serve it"),
  empty: setback(
    "misconfigured",
    503,
    "no_usable_key",
    "there is no key yet. Add one with `geminitro key add <key>` or on the dashboard's setup page",
  ),
  other_source: setback(
    "misconfigured",
    404,
    "needs_api_key",
    "it needs an API key, and there are only accounts, which serve turns, pictures and token counts. Add a key with " +
      "`geminitro key add <key>`",
  ),
  pinned: setback(
    "misconfigured",
    404,
    "no_usable_key",
    "the key that owns this file or cache is not usable",
  ),
};

function setback(name: FailureClass, status: number, code: string, text: string): Setback {
  return { class: name, status, code, text };
}

/** Every reason against a call at this instant, one for each credential of the model, bounded in number. */
export function refusalsOf(
  poolState: PoolState,
  candidates: ModelCandidates,
  request: LeaseRequest,
  now: number,
): readonly Refusal[] {
  const refusals: Refusal[] = [];
  const inModel = new Set<string>();
  for (const candidate of candidates.list) {
    for (const credentialState of candidate.members) {
      inModel.add(credentialState.id);
      if (refusals.length >= MAX_REFUSALS || !request.sources.includes(credentialState.source)) continue;
      const refusal = refusalOf(credentialState, candidate.bucket, request, now);
      if (refusal !== undefined) refusals.push(refusal);
    }
  }
  for (const credentialState of poolState.credentials.values()) {
    if (refusals.length >= MAX_REFUSALS) break;
    if (inModel.has(credentialState.id) || !request.sources.includes(credentialState.source)) continue;
    const reason = credentialState.dead !== undefined
      ? "dead"
      : !credentialState.credential.enabled
      ? "disabled"
      : !credentialState.permits(candidates.model)
      ? "denied"
      : "wrong_model";
    refusals.push({
      credential: credentialState.id,
      reason,
      ...(credentialState.dead === undefined ? {} : { said: credentialState.dead }),
    });
  }
  return refusals;
}

/** The refusal of a call: what is short, and until when. `until` must be the true time, or absent. */
export function shortageOf(
  model: string,
  main: Pick<Refusal, "reason" | "said">,
  until: number | undefined,
  now: number,
  refusals: readonly Refusal[],
): Shortage {
  const { said } = main;
  const known = SETBACKS[main.reason] ?? SETBACKS["cooling"]!;
  // Google's failure keeps its class, status and message; only about rates the pool knows more.
  const { class: name, status, code } = said === undefined || RATES.has(main.reason)
    ? known
    : { ...known, ...said };
  const when = until === undefined ? "" : ` Try again ${backText(until, now)}.`;
  const words = said === undefined ? "" : ` ${said.message}`;
  const failure: Failure = {
    class: name,
    scope: "request",
    status,
    code,
    message: `No key can serve ${model || "this"} now: ${known.text}.${words}${when}`,
    ...(until === undefined ? {} : { until }),
    ...(said?.link === undefined ? {} : { link: said.link }),
  };
  return { kind: "shortage", failure, refusals };
}

/** Reasons that the pool describes itself, as it knows the numbers. */
const RATES: ReadonlySet<string> = new Set(["minute", "tokens", "day", "full"]);

export function tooLarge(request: LeaseRequest, largest: number, refusals: readonly Refusal[]): Shortage {
  const message =
    `The request has about ${request.inputTokens} input tokens, and the largest limit of any key for ` +
    `${request.model} is ${largest} a minute: it can never be served. Shorten it, or add a key with a higher limit.`;
  const failure: Failure = {
    class: "invalid_request",
    status: 413,
    code: "request_too_large",
    message,
    scope: "request",
  };
  return { kind: "shortage", failure, refusals };
}

export function capped(request: LeaseRequest, stop: CapStop, now: number): Shortage {
  const until = Number.isFinite(stop.until) ? stop.until : undefined;
  const when = until === undefined ? {} : { until };
  const failure: Failure = {
    class: "quota",
    status: 429,
    code: stop.action === "reject" ? "cap_rejected" : "cap_exceeded",
    message: until === undefined
      ? `The cap of 0 set for ${stop.cap} lets nothing through. Raise or remove it: geminitro cap remove ${stop.cap}`
      : `The cap of ${stop.limit} set for ${stop.cap} is used up. Try again ${backText(until, now)}.`,
    ...when,
    scope: "request",
  };
  const reason = request.sources.map((): Refusal => ({ reason: "capped", ...when })).slice(0, 1);
  return { kind: "shortage", failure, refusals: reason };
}

/** The refusal that ends first. */
export function soonest(refusals: readonly Refusal[]): Refusal {
  return refusals.reduce((first, one) => (one.until ?? Infinity) < (first.until ?? Infinity) ? one : first);
}

/** Reasons that pass by themselves at an unknown time, before those that need action. */
const BY_WEIGHT = ["full", "tried", "cooling", "spent", "pinned"];

/** The main refusal: the one that ends first, else the most frequent reason among those without an end. */
export function mainRefusal(refusals: readonly Refusal[]): Refusal | undefined {
  const ending = refusals.filter((one) => one.until !== undefined);
  if (ending.length > 0) return soonest(ending);
  for (const reason of BY_WEIGHT) {
    const found = mostCommon(refusals.filter((one) => one.reason === reason));
    if (found !== undefined) return found;
  }
  return mostCommon(refusals.filter((one) => one.said !== undefined)) ??
    (refusals.length > 0 ? { reason: "none" } : undefined);
}

function mostCommon(refusals: readonly Refusal[]): Refusal | undefined {
  const counts = new Map<string, number>();
  const kindOf = ({ reason, said }: Refusal) => `${reason} ${said?.class ?? ""} ${said?.code ?? ""}`;
  for (const one of refusals) counts.set(kindOf(one), (counts.get(kindOf(one)) ?? 0) + 1);
  return refusals.toSorted((a, b) => counts.get(kindOf(b))! - counts.get(kindOf(a))!)[0];
}

/** Units taken from the caps that cover one call. */
export interface CapTake {
  readonly kind: "taken";
  /** Settles a served call: requests stay used, tokens are corrected. */
  settle(usage?: Usage): void;
  /** Returns everything for a call that was not served. */
  refund(): void;
}

/** The user's caps, as the dispatcher sees them. */
export interface CapGate {
  /** `pending`: units are being fetched; waiting calls are tried again when they arrive. */
  take(request: LeaseRequest, credential: string): CapTake | CapStop | "pending";
  /** The cap that blocks this call, without taking anything. */
  stop(request: LeaseRequest): CapStop | undefined;
  /** Resolves when units being fetched for this call have arrived; undefined when none are needed. */
  fetching(request: LeaseRequest): Promise<void> | undefined;
}

/** For calls that no cap covers. */
export const UNCAPPED: CapTake = { kind: "taken", settle() {}, refund() {} };
