import type { Random, SourceName } from "../../core/mod.ts";
import type { LeaseRequest } from "../contract.ts";
import type { CredentialState } from "./credential_state.ts";
import { gateUntil, memberProblem, tokenProblem } from "./eligibility.ts";
import type { Candidate, ModelCandidates, PriorityGroup } from "./model_candidates.ts";
import { choose } from "../policy/mod.ts";
import type { Probes } from "../quota/probes.ts";
import type { PoolState } from "./pool_state.ts";
import { TUNING } from "../tuning.ts";

/** The chosen candidate, and why. */
export interface Pick {
  readonly credentialState: CredentialState;
  readonly candidate: Candidate;
  readonly why: string;
  /** Set for a call sent to learn something; its failure must not count against the bucket. */
  readonly probe?: "limit" | "day";
}

export interface ChooseOptions {
  /** True when the call waits, so that a call beyond a known limit may be risked. */
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

  choose(
    candidates: ModelCandidates,
    request: LeaseRequest,
    now: number,
    options: ChooseOptions = {},
  ): Pick | undefined {
    candidates.advance(now);
    const close = this.#preferred(candidates, request, now);
    if (close !== undefined) return close;
    const sources = this.sourcesOf(candidates, request);
    const proven = this.#proven(candidates, sources, request, now);
    if (proven !== undefined) return proven;
    if (request.among !== undefined) return this.#inOrder(candidates, sources, request, now);
    if (request.pinned !== undefined || !request.counted) {
      return this.#scan(candidates, sources, request, now);
    }
    const accept = (candidate: Candidate) => this.#accept(candidate, request, now);
    return this.#ranked(sources, candidates, now, accept, "open") ??
      this.#ranked(sources, candidates, now, accept, "explore") ??
      (options.demand === true ? this.#probe(candidates, sources, request, now) : undefined);
  }

  /** The sources that may serve; a strict affinity keeps its source while that has any usable key. */
  sourcesOf(candidates: ModelCandidates, request: LeaseRequest): readonly SourceName[] {
    const { affinity } = request;
    if (affinity === undefined || !affinity.strict || !request.sources.includes(affinity.source)) {
      return request.sources;
    }
    const alive = candidates.groups.get(affinity.source)
      ?.some((group) =>
        candidates.list.some((candidate) =>
          candidate.group === group &&
          candidate.members.some((one) => one.usable && !request.tried.has(one.id))
        )
      );
    return alive === true ? [affinity.source] : request.sources;
  }

  /**
   * 0 when calls to this source are allowed for this model, else when to check again (Infinity: when a call
   * settles).
   */
  gate(source: SourceName, candidates: ModelCandidates, now: number): number {
    return gateUntil(this.#poolState, source, candidates.name, now);
  }

  #ranked(
    sources: readonly SourceName[],
    candidates: ModelCandidates,
    now: number,
    accept: (candidate: Candidate) => Pick | undefined,
    kind: "open" | "explore",
  ): Pick | undefined {
    for (const source of sources) {
      const groups = candidates.groups.get(source);
      if (groups === undefined || this.gate(source, candidates, now) > 0) continue;
      for (const group of groups) {
        const found = choose(this.#poolState.policy, this.#tolerance, group[kind], accept, this.#random);
        if (found !== undefined) return found;
      }
    }
    return undefined;
  }

  #accept(candidate: Candidate, request: LeaseRequest, now: number): Pick | undefined {
    if (tokenProblem(candidate.bucket, request) !== undefined) return undefined;
    let best: CredentialState | undefined;
    for (const credentialState of candidate.members) {
      if (best !== undefined && credentialState.usedSeq >= best.usedSeq) continue;
      if (memberProblem(credentialState, request, now) === undefined) best = credentialState;
    }
    return best === undefined
      ? undefined
      : { credentialState: best, candidate, why: this.#poolState.policy.name };
  }

  /**
   * The conversation's own key, while that costs nothing: its source is the preferred one and its bucket has
   * enough left.
   */
  #preferred(candidates: ModelCandidates, request: LeaseRequest, now: number): Pick | undefined {
    const { affinity } = request;
    if (affinity?.credential === undefined || !request.counted) return undefined;
    if (!affinity.strict && !this.#affinity) return undefined;
    const credentialState = this.#poolState.credentials.get(affinity.credential);
    if (credentialState === undefined || !request.sources.includes(credentialState.source)) return undefined;
    for (const candidate of credentialState.candidates) {
      if (candidate.model !== candidates || candidate.state !== "open") continue;
      if (
        !affinity.strict &&
        (candidate.share < TUNING.affinityShare || !this.#isFront(candidate.group, candidates, request, now))
      ) continue;
      if (
        this.gate(credentialState.source, candidates, now) > 0 ||
        tokenProblem(candidate.bucket, request) !== undefined
      ) {
        continue;
      }
      if (memberProblem(credentialState, request, now) === undefined) {
        return { credentialState, candidate, why: "affinity" };
      }
    }
    return undefined;
  }

  /**
   * After several faults in a row, the key that answered last: otherwise a few broken keys would make a healthy
   * model look overloaded, and the few trial calls would go to them again.
   */
  #proven(
    candidates: ModelCandidates,
    sources: readonly SourceName[],
    request: LeaseRequest,
    now: number,
  ): Pick | undefined {
    for (const source of sources) {
      const route = this.#poolState.findRoute(source, candidates.name);
      if (route?.proven === undefined || !route.limit.doubted) continue;
      if (this.gate(source, candidates, now) > 0) continue;
      const credentialState = this.#poolState.credentials.get(route.proven);
      if (credentialState === undefined || memberProblem(credentialState, request, now) !== undefined) {
        continue;
      }
      for (const candidate of credentialState.candidates) {
        if (candidate.model !== candidates || candidate.state !== "open") continue;
        if (tokenProblem(candidate.bucket, request) !== undefined) continue;
        return { credentialState, candidate, why: "proven" };
      }
    }
    return undefined;
  }

  /** True when no better priority group has anything open, so that staying skips nobody. */
  #isFront(group: PriorityGroup, candidates: ModelCandidates, request: LeaseRequest, now: number): boolean {
    for (const source of request.sources) {
      if (this.gate(source, candidates, now) > 0) continue;
      for (const one of candidates.groups.get(source) ?? []) {
        if (one === group) return true;
        if (one.open.size > 0) return false;
      }
    }
    return true;
  }

  /** For calls bound to one key or without quota of their own: checks every candidate. */
  #scan(
    candidates: ModelCandidates,
    sources: readonly SourceName[],
    request: LeaseRequest,
    now: number,
  ): Pick | undefined {
    for (const source of sources) {
      if (this.gate(source, candidates, now) > 0) continue;
      for (const candidate of this.#scanned(candidates, request)) {
        if (candidate.group.source !== source || candidate.bucket.state === "closed") continue;
        const found = this.#accept(candidate, request, now);
        if (found !== undefined) {
          return { ...found, why: request.pinned === undefined ? "uncounted" : "pinned" };
        }
      }
    }
    return undefined;
  }

  /** The first of the named credentials that can take it. */
  #inOrder(
    candidates: ModelCandidates,
    sources: readonly SourceName[],
    request: LeaseRequest,
    now: number,
  ): Pick | undefined {
    for (const id of request.among ?? []) {
      const found = this.#scan(candidates, sources, { ...request, pinned: request.pinned ?? id }, now);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  #scanned(candidates: ModelCandidates, request: LeaseRequest): Iterable<Candidate> {
    if (request.pinned === undefined) return candidates.list;
    const own = this.#poolState.credentials.get(request.pinned)?.candidates ?? [];
    return [...own].filter((candidate) => candidate.model === candidates);
  }

  #probe(
    candidates: ModelCandidates,
    sources: readonly SourceName[],
    request: LeaseRequest,
    now: number,
  ): Pick | undefined {
    const kind = this.#probes.due(candidates, now);
    if (kind === undefined) return undefined;
    for (const candidate of this.#probes.toProbe(candidates, kind, now)) {
      if (
        !sources.includes(candidate.group.source) || this.gate(candidate.group.source, candidates, now) > 0
      ) continue;
      const found = this.#accept(candidate, request, now);
      if (found !== undefined) return { ...found, why: `probe of a ${kind} limit`, probe: kind };
    }
    return undefined;
  }
}
