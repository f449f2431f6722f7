import type { CapGate } from "./cap_gate.ts";
import type { Chooser } from "./chooser.ts";
import type { Need, Refusal, Shortage } from "./contract.ts";
import type { Forecast } from "./forecast.ts";
import type { Lane } from "./lane.ts";
import type { Roster } from "./roster.ts";
import { capped, mainReason, refusalsOf, shortageOf, toldOf, tooLarge } from "./shortage.ts";

/** What a call that cannot be served now may hope for. */
export interface Hope {
  /** False when nothing that is known to change would help. */
  readonly hopeful: boolean;
  /** When it can be served; Infinity when only an event (a slot, a trial) will tell. */
  readonly at: number;
  /** The same without the credentials that already failed it. */
  readonly untriedAt: number;
}

/** Looks ahead from the known times: how long a call would wait, and why it is refused. Changes nothing. */
export class Outlook {
  readonly #roster: Roster;
  readonly #chooser: Chooser;
  readonly #caps: CapGate;
  readonly #forecast: Forecast;

  constructor(roster: Roster, chooser: Chooser, caps: CapGate, forecast: Forecast) {
    this.#roster = roster;
    this.#chooser = chooser;
    this.#caps = caps;
    this.#forecast = forecast;
  }

  of(lane: Lane, need: Need, ahead: number, now: number): Hope {
    const stop = this.#caps.stop(need);
    if (stop !== undefined) return { hopeful: false, at: stop.until, untriedAt: stop.until };
    const sources = this.#chooser.sourcesOf(lane, need).filter((source) => lane.ranks.has(source));
    const alive = lane.nodes.filter((node) =>
      sources.includes(node.rank.source) && node.members.some((one) => one.usable && fits(one.id, need)) &&
      !(need.counted && need.inputTokens > (node.bucket.tpm?.value ?? Infinity))
    );
    if (alive.length === 0) return { hopeful: false, at: Infinity, untriedAt: Infinity };
    const gates = sources.map((source) => this.#chooser.gate(source, lane.model, now));
    const gate = Math.min(...gates);
    const bound = need.pinned !== undefined || alive.length === 1;
    const base = bound ? this.#first(alive, now) : this.#forecast.at(lane, sources, ahead, now);
    const untried = alive.filter((node) => node.members.some((one) => one.usable && !need.tried.has(one.id)));
    const at = gate === Infinity ? Infinity : Math.max(base, gate);
    const queued = bound && ahead > 0 ? Math.max(at, this.#forecast.at(lane, sources, ahead, now)) : at;
    return { hopeful: true, at: queued, untriedAt: this.#first(untried, now) };
  }

  /** When a sleeping line should look again. */
  nextChange(lane: Lane, now: number): number {
    let next = lane.nextAt;
    for (const source of lane.ranks.keys()) {
      const gate = this.#chooser.gate(source, lane.model, now);
      if (gate > now) next = Math.min(next, gate);
    }
    return next;
  }

  refusal(lane: Lane, need: Need, until: number | undefined, now: number): Shortage {
    const stop = this.#caps.stop(need);
    if (stop !== undefined) return capped(need, stop, now);
    const refusals = refusalsOf(this.#roster, lane, need, now);
    const limits = lane.nodes.map((node) => node.bucket.tpm?.value ?? Infinity);
    const largest = Math.max(0, ...limits.slice(0, 10_000));
    if (lane.nodes.length > 0 && need.counted && need.inputTokens > largest) {
      return tooLarge(need, largest, refusals);
    }
    const reason = this.#reason(lane, need, refusals, now);
    const told = toldOf(this.#roster, reason, refusals, need, now);
    return shortageOf(need.model, reason, until, now, refusals, told);
  }

  /** Why nobody can take it: a gate before all keys, what the keys say, or a gate that has just opened for one at a time. */
  #reason(lane: Lane, need: Need, refusals: readonly Refusal[], now: number): string {
    const sources = need.sources.filter((source) => lane.ranks.has(source));
    const reason = mainReason(refusals, this.#gates(lane, need, now), sources);
    if (reason !== "none" || refusals.length > 0 || this.#roster.entries.size === 0) return reason;
    return sources.some((source) => this.#roster.endpoints.get(source)?.halfOpen) ? "endpoint" : "full";
  }

  #first(nodes: Lane["nodes"], now: number): number {
    let first = Infinity;
    for (const node of nodes) first = Math.min(first, node.state === "closed" ? node.until : now);
    return first;
  }

  #gates(lane: Lane, need: Need, now: number): { reason: string; until: number }[] {
    const gates: { reason: string; until: number }[] = [];
    for (const source of need.sources) {
      if (!lane.ranks.has(source)) continue;
      const until = this.#chooser.gate(source, lane.model, now);
      if (until > now) gates.push({ reason: gateReason(this.#roster, source, lane.model, now), until });
    }
    return gates;
  }
}

/** The word for what keeps a whole source from serving a model. */
export function gateReason(
  roster: Roster,
  source: Need["sources"][number],
  model: string,
  now: number,
): string {
  if ((roster.sourceFaults.get(source)?.until ?? 0) > now) return "source";
  if ((roster.findWay(source, model)?.goneUntil ?? 0) > now) return "gone";
  if (roster.egressUntil > now) return "egress";
  return (roster.endpoints.get(source)?.closedUntil(now) ?? 0) > 0 ? "endpoint" : "overloaded";
}

function fits(id: string, need: Need): boolean {
  return need.pinned === undefined || need.pinned === id;
}
