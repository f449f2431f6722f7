import type { Random, SourceName } from "../../core/mod.ts";
import type { Need } from "../contract.ts";
import type { CredentialState } from "./credential_state.ts";
import { gateUntil, memberProblem, tokenProblem } from "./eligibility.ts";
import type { Candidate, ModelCandidates, PriorityGroup } from "./model_candidates.ts";
import { choose } from "../policy/mod.ts";
import type { Probes } from "../quota/probes.ts";
import type { PoolState } from "./pool_state.ts";
import { TUNING } from "../tuning.ts";

/** What was chosen, and why in a few words. */
export interface Pick {
  readonly entry: CredentialState;
  readonly node: Candidate;
  readonly why: string;
  /** Sent to learn something; must not be held against the bucket. */
  readonly probe?: "limit" | "day";
}

export interface ChooseOptions {
  /** The call waits, so one beyond a known limit may be risked. */
  readonly demand?: boolean;
}

/** Finds the best credential for a call at an instant, by source order, tier, priority and policy. */
export class Chooser {
  readonly #poolState: PoolState;
  readonly #probes: Probes;
  readonly #random: Random;
  readonly #tolerance: number;
  readonly #affinity: boolean;

  constructor(
    poolState: PoolState,
    probes: Probes,
    random: Random,
    settings: { readonly rotationTolerance: number; readonly affinity: boolean },
  ) {
    this.#poolState = poolState;
    this.#probes = probes;
    this.#random = random;
    this.#tolerance = settings.rotationTolerance;
    this.#affinity = settings.affinity;
  }

  choose(lane: ModelCandidates, need: Need, now: number, options: ChooseOptions = {}): Pick | undefined {
    lane.advance(now);
    const close = this.#preferred(lane, need, now);
    if (close !== undefined) return close;
    const sources = this.sourcesOf(lane, need);
    if (need.among !== undefined) return this.#inOrder(lane, sources, need, now);
    if (need.pinned !== undefined || !need.counted) return this.#scan(lane, sources, need, now);
    const accept = (node: Candidate) => this.#accept(node, need, now);
    return this.#ranked(sources, lane, now, accept, "open") ??
      this.#ranked(sources, lane, now, accept, "explore") ??
      (options.demand === true ? this.#probe(lane, sources, need, now) : undefined);
  }

  /** The sources that may serve; a strict affinity keeps its source while that has any usable key. */
  sourcesOf(lane: ModelCandidates, need: Need): readonly SourceName[] {
    const { affinity } = need;
    if (affinity === undefined || !affinity.strict || !need.sources.includes(affinity.source)) {
      return need.sources;
    }
    const alive = lane.ranks.get(affinity.source)
      ?.some((rank) =>
        lane.nodes.some((node) =>
          node.rank === rank && node.members.some((one) => one.usable && !need.tried.has(one.id))
        )
      );
    return alive === true ? [affinity.source] : need.sources;
  }

  /** 0 when calls of this source may go for this lane, else when to look again (Infinity: when something settles). */
  gate(source: SourceName, lane: ModelCandidates, now: number): number {
    return gateUntil(this.#poolState, source, lane.name, now);
  }

  #ranked(
    sources: readonly SourceName[],
    lane: ModelCandidates,
    now: number,
    accept: (node: Candidate) => Pick | undefined,
    kind: "open" | "explore",
  ): Pick | undefined {
    for (const source of sources) {
      const ranks = lane.ranks.get(source);
      if (ranks === undefined || this.gate(source, lane, now) > 0) continue;
      for (const rank of ranks) {
        const found = choose(this.#poolState.policy, this.#tolerance, rank[kind], accept, this.#random);
        if (found !== undefined) return found;
      }
    }
    return undefined;
  }

  #accept(node: Candidate, need: Need, now: number): Pick | undefined {
    if (tokenProblem(node.bucket, need) !== undefined) return undefined;
    let best: CredentialState | undefined;
    for (const entry of node.members) {
      if (best !== undefined && entry.usedSeq >= best.usedSeq) continue;
      if (memberProblem(entry, need, now) === undefined) best = entry;
    }
    return best === undefined ? undefined : { entry: best, node, why: this.#poolState.policy.name };
  }

  /** The conversation's own key, while that costs nothing: the source is first in line and the bucket is not short. */
  #preferred(lane: ModelCandidates, need: Need, now: number): Pick | undefined {
    const { affinity } = need;
    if (affinity?.credential === undefined || !need.counted) return undefined;
    if (!affinity.strict && !this.#affinity) return undefined;
    const entry = this.#poolState.entries.get(affinity.credential);
    if (entry === undefined || !need.sources.includes(entry.source)) return undefined;
    for (const node of entry.nodes) {
      if (node.lane !== lane || node.state !== "open") continue;
      if (
        !affinity.strict && (node.share < TUNING.affinityShare || !this.#isFront(node.rank, lane, need, now))
      ) continue;
      if (this.gate(entry.source, lane, now) > 0 || tokenProblem(node.bucket, need) !== undefined) {
        continue;
      }
      if (memberProblem(entry, need, now) === undefined) return { entry, node, why: "affinity" };
    }
    return undefined;
  }

  /** True when no better rank has anything open, so that staying skips nobody. */
  #isFront(rank: PriorityGroup, lane: ModelCandidates, need: Need, now: number): boolean {
    for (const source of need.sources) {
      if (this.gate(source, lane, now) > 0) continue;
      for (const one of lane.ranks.get(source) ?? []) {
        if (one === rank) return true;
        if (one.open.size > 0) return false;
      }
    }
    return true;
  }

  /** For calls bound to one key or without quota of their own: every node is looked at. */
  #scan(
    lane: ModelCandidates,
    sources: readonly SourceName[],
    need: Need,
    now: number,
  ): Pick | undefined {
    for (const source of sources) {
      if (this.gate(source, lane, now) > 0) continue;
      for (const node of this.#scanned(lane, need)) {
        if (node.rank.source !== source || node.bucket.state === "closed") continue;
        const found = this.#accept(node, need, now);
        if (found !== undefined) return { ...found, why: need.pinned === undefined ? "uncounted" : "pinned" };
      }
    }
    return undefined;
  }

  /** The first of the named credentials that can take it. */
  #inOrder(lane: ModelCandidates, sources: readonly SourceName[], need: Need, now: number): Pick | undefined {
    for (const id of need.among ?? []) {
      const found = this.#scan(lane, sources, { ...need, pinned: need.pinned ?? id }, now);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  #scanned(lane: ModelCandidates, need: Need): Iterable<Candidate> {
    if (need.pinned === undefined) return lane.nodes;
    const nodes = this.#poolState.entries.get(need.pinned)?.nodes ?? [];
    return [...nodes].filter((node) => node.lane === lane);
  }

  #probe(lane: ModelCandidates, sources: readonly SourceName[], need: Need, now: number): Pick | undefined {
    const kind = this.#probes.due(lane, now);
    if (kind === undefined) return undefined;
    for (const node of this.#probes.candidates(lane, kind, now)) {
      if (!sources.includes(node.rank.source) || this.gate(node.rank.source, lane, now) > 0) continue;
      const found = this.#accept(node, need, now);
      if (found !== undefined) return { ...found, why: `probe of a ${kind} limit`, probe: kind };
    }
    return undefined;
  }
}
