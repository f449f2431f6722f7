import type { CapGate } from "../caps/cap_gate.ts";
import type { Chooser } from "../candidates/chooser.ts";
import type { Need, Refusal, Shortage } from "../contract.ts";
import { isLasting } from "../candidates/cooldown.ts";
import type { CredentialState } from "../candidates/credential_state.ts";
import { cooldownOf, gateProblem, isMeant, metricsUntil, spentUntil } from "../candidates/eligibility.ts";
import type { CapacityForecast } from "./capacity_forecast.ts";
import type { ModelCandidates } from "../candidates/model_candidates.ts";
import { laneOf as lane } from "../candidates/lane_name.ts";
import type { PoolState } from "../candidates/pool_state.ts";
import { capped, mainRefusal, refusalsOf, shortageOf, soonest, tooLarge } from "./shortage.ts";

/** When a call that cannot be served now could be. */
export interface WaitEstimate {
  /** False when nothing that is known to change would help. */
  readonly possible: boolean;
  /** When it can be served; Infinity when only an event (a slot, a trial) will tell. */
  readonly at: number;
}

/** Looks ahead from the known times: how long a call would wait, and why it is refused. Changes nothing. */
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

  of(lane: ModelCandidates, need: Need, ahead: number, now: number): WaitEstimate {
    const stop = this.#caps.stop(need);
    if (stop !== undefined) return { possible: false, at: stop.until };
    const sources = this.#chooser.sourcesOf(lane, need).filter((source) => lane.ranks.has(source));
    const alive = lane.nodes.filter((node) =>
      sources.includes(node.rank.source) && mayServe(node, need, now)
    );
    if (alive.length === 0) return { possible: false, at: Infinity };
    const open = sources.filter((source) => alive.some((node) => node.rank.source === source));
    const gate = Math.min(...open.map((source) => this.#chooser.gate(source, lane, now)));
    const bound = alive.length === 1 || isBound(need, alive, now);
    const base = bound ? this.#first(alive, need, now) : this.#forecast.at(lane, sources, ahead, now);
    const at = gate === Infinity ? Infinity : Math.max(base, gate);
    const queued = bound && ahead > 0 ? Math.max(at, this.#forecast.at(lane, sources, ahead, now)) : at;
    return { possible: true, at: queued };
  }

  /** When a sleeping line should look again. */
  nextChange(lane: ModelCandidates, now: number): number {
    let next = lane.nextAt;
    for (const source of lane.ranks.keys()) {
      const gate = this.#chooser.gate(source, lane, now);
      if (gate > now) next = Math.min(next, gate);
    }
    for (const { members } of lane.nodes) {
      for (const member of members) next = Math.min(next, metricsUntil(member, now));
    }
    return next;
  }

  refusal(lane: ModelCandidates, need: Need, until: number | undefined, now: number): Shortage {
    const stop = this.#caps.stop(need);
    if (stop !== undefined) return capped(need, stop, now);
    const refusals = refusalsOf(this.#poolState, lane, need, now);
    const limits = lane.nodes.map((node) => node.bucket.tpm?.value ?? Infinity);
    const largest = Math.max(0, ...limits.slice(0, 10_000));
    if (lane.nodes.length > 0 && need.counted && need.inputTokens > largest) {
      return tooLarge(need, largest, refusals);
    }
    const gates = this.#gates(lane, need, now);
    const main = this.#mainRefusal(lane, need, [...gates, ...refusals], gates);
    return shortageOf(need.model, main, until, now, refusals);
  }

  /** Why nobody can take it: a gate before all keys, what the keys say, or a gate that has just opened for one at a time. */
  #mainRefusal(
    lane: ModelCandidates,
    need: Need,
    refusals: readonly Refusal[],
    gates: readonly Refusal[],
  ): Refusal {
    const sources = need.sources.filter((source) => lane.ranks.has(source));
    if (gates.length > 0 && gates.length >= sources.length) return soonest(gates);
    const main = mainRefusal(refusals);
    if (main !== undefined) return main;
    if (this.#poolState.entries.size === 0) return { reason: "empty" };
    const others = [...this.#poolState.entries.values()].every(({ source }) =>
      !need.sources.includes(source)
    );
    if (others) return { reason: "other_source" };
    return {
      reason: sources.some((source) => this.#poolState.endpoints.get(source)?.halfOpen) ? "endpoint" : "full",
    };
  }

  /** The first time at which one of the nodes can take the call. */
  #first(nodes: ModelCandidates["nodes"], need: Need, now: number): number {
    let first = Infinity;
    for (const node of nodes) {
      const bucketAt = node.bucket.state === "closed" ? node.bucket.until : now;
      for (const member of node.members) {
        if (!isCandidate(member, need, now)) continue;
        const full = member.inFlight >= member.slots;
        const restsUntil = cooldownOf(member, need, now)?.until ?? member.coolingUntil(lane(need), now);
        first = Math.min(first, full ? Infinity : Math.max(bucketAt, restsUntil, now));
      }
    }
    return first;
  }

  #gates(lane: ModelCandidates, need: Need, now: number): readonly Refusal[] {
    return need.sources.filter((source) => lane.ranks.has(source)).flatMap((source) => {
      const problem = gateProblem(this.#poolState, source, lane.name, now);
      return problem === undefined ? [] : [problem];
    });
  }
}

/** True when the call cannot go to just any bucket, so that the general forecast says nothing of it. */
function isBound(need: Need, alive: ModelCandidates["nodes"], now: number): boolean {
  return need.pinned !== undefined || need.among !== undefined || need.tried.size > 0 ||
    alive.some(({ members }) => members.some((member) => spentUntil(member, need, now) > now));
}

/** True when waiting for this credential makes sense: nothing that lasts stands against it. */
function isCandidate(entry: CredentialState, need: Need, now: number): boolean {
  if (!entry.usable || need.tried.has(entry.id)) return false;
  if (!isMeant(entry, need)) return false;
  const cooldown = cooldownOf(entry, need, now);
  return cooldown === undefined || !isLasting(cooldown);
}

function mayServe({ bucket, members }: ModelCandidates["nodes"][number], need: Need, now: number): boolean {
  if (need.counted && need.inputTokens > (bucket.tpm?.value ?? Infinity)) return false;
  const { block } = bucket;
  if (block !== undefined && block.until > now && isLasting(block)) return false;
  return members.some((member) => isCandidate(member, need, now));
}
