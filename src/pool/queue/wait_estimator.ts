import type { Chooser } from "../candidates/chooser.ts";
import type { LeaseRequest, Refusal, Shortage } from "../contract.ts";
import { isLasting } from "../candidates/cooldown.ts";
import type { CredentialState } from "../candidates/credential_state.ts";
import { cooldownOf, gateProblem, isMeant, metricsUntil, spentUntil } from "../candidates/eligibility.ts";
import type { CapacityForecast } from "./capacity_forecast.ts";
import type { ModelCandidates } from "../candidates/model_candidates.ts";
import { modelKeyOf } from "../candidates/model_key.ts";
import type { PoolState } from "../candidates/pool_state.ts";
import { type CapGate, capped, mainRefusal, refusalsOf, shortageOf, soonest, tooLarge } from "./shortage.ts";
import { MINUTE } from "../tuning.ts";

/** When a call that must wait could be served. */
export interface WaitEstimate {
  /** False when no known change would help. */
  readonly possible: boolean;
  /** When it can be served; Infinity when only an event (a slot, a trial) will tell. */
  readonly at: number;
}

/** Estimates from known times how long a call would wait, and why it is refused. Changes nothing. */
export class WaitEstimator {
  readonly #poolState: PoolState;
  readonly #chooser: Chooser;
  readonly #caps: CapGate;
  readonly #forecast: CapacityForecast;

  constructor(poolState: PoolState, chooser: Chooser, caps: CapGate, forecast: CapacityForecast) {
    this.#poolState = poolState;
    this.#chooser = chooser;
    this.#caps = caps;
    this.#forecast = forecast;
  }

  of(candidates: ModelCandidates, request: LeaseRequest, ahead: number, now: number): WaitEstimate {
    const stop = this.#caps.stop(request);
    if (stop !== undefined) return { possible: false, at: stop.until };
    const sources = this.#chooser.sourcesOf(candidates, request).filter((source) =>
      candidates.groups.has(source)
    );
    const alive = candidates.list.filter((candidate) =>
      sources.includes(candidate.group.source) && mayServe(candidate, request, now)
    );
    if (alive.length === 0) return { possible: false, at: Infinity };
    const open = sources.filter((source) => alive.some((candidate) => candidate.group.source === source));
    const gate = Math.min(...open.map((source) => this.#chooser.gate(source, candidates, now)));
    const bound = alive.length === 1 || isBound(request, alive, now);
    const base = bound
      ? this.#first(alive, request, now)
      : this.#forecast.at(candidates, sources, ahead, now);
    const at = gate === Infinity ? Infinity : Math.max(base, gate);
    const queued = bound && ahead > 0 ? Math.max(at, this.#forecast.at(candidates, sources, ahead, now)) : at;
    return { possible: true, at: queued };
  }

  /** When a sleeping queue should be checked again. */
  nextChange(candidates: ModelCandidates, now: number): number {
    let next = candidates.nextAt;
    for (const source of candidates.groups.keys()) {
      const gate = this.#chooser.gate(source, candidates, now);
      if (gate > now) next = Math.min(next, gate);
    }
    for (const { members } of candidates.list) {
      for (const member of members) next = Math.min(next, metricsUntil(member, now));
    }
    return next;
  }

  refusal(
    candidates: ModelCandidates,
    request: LeaseRequest,
    until: number | undefined,
    now: number,
  ): Shortage {
    const stop = this.#caps.stop(request);
    if (stop !== undefined) return capped(request, stop, now);
    const refusals = refusalsOf(this.#poolState, candidates, request, now);
    const limits = candidates.list.map((candidate) => candidate.bucket.tpm?.value ?? Infinity);
    const largest = Math.max(0, ...limits.slice(0, 10_000));
    if (candidates.list.length > 0 && request.counted && request.inputTokens > largest) {
      return tooLarge(request, largest, refusals);
    }
    const gates = this.#gates(candidates, request, now);
    const full = until === undefined ? refusals.find(({ reason }) => reason === "full") : undefined;
    const main = gates.length === 0 && full !== undefined
      ? full
      : this.#mainRefusal(candidates, request, [...gates, ...refusals], gates);
    return shortageOf(request.model, main, until, now, refusals);
  }

  /**
   * The reason why no key can take it: a gate before all keys, the keys' own reasons, or a gate that admits one
   * call at a time.
   */
  #mainRefusal(
    candidates: ModelCandidates,
    request: LeaseRequest,
    refusals: readonly Refusal[],
    gates: readonly Refusal[],
  ): Refusal {
    const sources = request.sources.filter((source) => candidates.groups.has(source));
    if (gates.length > 0 && gates.length >= sources.length) return soonest(gates);
    const main = mainRefusal(refusals);
    if (main !== undefined) return main;
    if (this.#poolState.credentials.size === 0) return { reason: "empty" };
    const others = [...this.#poolState.credentials.values()].every(({ source }) =>
      !request.sources.includes(source)
    );
    if (others) return { reason: "other_source" };
    return {
      reason: sources.some((source) => this.#poolState.endpoints.get(source)?.halfOpen) ? "endpoint" : "full",
    };
  }

  /**
   * The first time at which one of the candidates can take the call; Infinity when one waits for a slot alone, which frees sooner
   * than the others' known times of more than a minute.
   */
  #first(list: ModelCandidates["list"], request: LeaseRequest, now: number): number {
    let first = Infinity;
    let awaitsSlot = false;
    for (const candidate of list) {
      const bucketAt = candidate.bucket.state === "closed" ? candidate.bucket.until : now;
      for (const member of candidate.members) {
        if (!isCandidate(member, request, now)) continue;
        const full = member.inFlight >= member.slots;
        const restsUntil = cooldownOf(member, request, now)?.until ??
          member.coolingUntil(modelKeyOf(request), now);
        const at = Math.max(bucketAt, restsUntil, now);
        if (full) awaitsSlot ||= at <= now + MINUTE;
        else first = Math.min(first, at);
      }
    }
    return awaitsSlot && first > now + MINUTE ? Infinity : first;
  }

  #gates(candidates: ModelCandidates, request: LeaseRequest, now: number): readonly Refusal[] {
    return request.sources.filter((source) => candidates.groups.has(source)).flatMap((source) => {
      const problem = gateProblem(this.#poolState, source, candidates.name, now);
      return problem === undefined ? [] : [problem];
    });
  }
}

/** True when the call is limited to some buckets, so that the general forecast does not apply. */
function isBound(request: LeaseRequest, alive: ModelCandidates["list"], now: number): boolean {
  return request.pinned !== undefined || request.among !== undefined || request.tried.size > 0 ||
    alive.some(({ members }) => members.some((member) => spentUntil(member, request, now) > now));
}

/** True when waiting for this credential makes sense: no lasting reason blocks it. */
function isCandidate(credentialState: CredentialState, request: LeaseRequest, now: number): boolean {
  if (!credentialState.usable || request.tried.has(credentialState.id)) return false;
  if (!isMeant(credentialState, request)) return false;
  const cooldown = cooldownOf(credentialState, request, now);
  return cooldown === undefined || !isLasting(cooldown);
}

function mayServe(
  { bucket, members }: ModelCandidates["list"][number],
  request: LeaseRequest,
  now: number,
): boolean {
  if (request.counted && request.inputTokens > (bucket.tpm?.value ?? Infinity)) return false;
  const { block } = bucket;
  if (block !== undefined && block.until > now && isLasting(block)) return false;
  return members.some((member) => isCandidate(member, request, now));
}
