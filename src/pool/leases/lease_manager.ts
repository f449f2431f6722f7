import type { Clock, Credential, Failure, Random, Usage } from "../../core/mod.ts";
import type { CapTake } from "../queue/shortage.ts";
import type { Chooser, Pick } from "../candidates/chooser.ts";
import type { AttemptHistory, Lease, LeaseRequest, PoolEvent, Verdict } from "../contract.ts";
import type { Effects, InFlightCall } from "./effects.ts";
import type { Bucket } from "../quota/bucket.ts";
import type { CredentialState } from "../candidates/credential_state.ts";
import { limitsRose } from "../quota/bucket_limits.ts";
import type { Probes } from "../quota/probes.ts";
import type { PoolState } from "../candidates/pool_state.ts";
import type { Suggestions } from "../quota/suggestions.ts";
import { verdictOf } from "./verdict.ts";
import type { ModelCandidates } from "../candidates/model_candidates.ts";
import type { Sent } from "../quota/send_window.ts";
import type { Route } from "../candidates/cooldown.ts";

export interface LeaseManagerContext {
  readonly poolState: PoolState;
  readonly chooser: Chooser;
  readonly probes: Probes;
  readonly effects: Effects;
  readonly suggestions: Suggestions;
  readonly clock: Clock;
  readonly random: Random;
  readonly emit: (event: PoolEvent) => void;
  readonly hasFallback: (model: string) => boolean;
  readonly counted: (bucket: Bucket) => void;
  readonly learned: (what: Bucket | CredentialState) => void;
  /** Called when something may have become free. */
  readonly freed: () => void;
}

/** Takes slots and quota when a call starts, and returns or settles them once when it ends. */
export class LeaseManager implements LeaseEnds {
  readonly #context: LeaseManagerContext;
  #seq = 0;

  constructor(context: LeaseManagerContext) {
    this.#context = context;
  }

  start(
    { credentialState, candidate, why, probe }: Pick,
    request: LeaseRequest,
    queuedMs: number,
    caps: CapTake,
  ): Lease {
    const { poolState, probes, clock } = this.#context;
    const { bucket } = candidate;
    const now = clock.now();
    const exploring = request.counted && candidate.state === "explore";
    const trial = request.counted && bucket.isOnTrial;
    const route = poolState.route(credentialState.source, candidate.model.name);
    const sent = request.counted ? bucket.send(request.inputTokens, exploring, now) : undefined;
    if (request.counted) this.#context.counted(bucket);
    if (probe !== undefined) probes.started(bucket.identity.unit, candidate, now);
    const lease = new LeaseHandle(
      this,
      credentialState,
      bucket,
      candidate.model,
      request,
      route,
      sent,
      caps,
      queuedMs,
      why,
      probe,
      exploring,
      trial,
    );
    this.#occupy(lease, now);
    return lease;
  }

  succeed(lease: LeaseHandle, usage: Usage | undefined): void {
    this.#landing(lease, () => this.#succeed(lease, usage));
  }

  fail(lease: LeaseHandle, failure: Failure, history: AttemptHistory): Verdict {
    return this.#landing(lease, () => this.#fail(lease, failure, history));
  }

  /** Ends a lease that was never settled: the request may have reached Google, so it keeps counting. */
  abandon(lease: LeaseHandle): void {
    this.#landing(lease, () => this.#abandon(lease));
  }

  /** Ensures that a returned slot is offered again, even if our own code fails after it. */
  #landing<Value>(lease: LeaseHandle, land: () => Value): Value {
    try {
      return land();
    } catch (cause) {
      this.#refresh(lease, this.#context.clock.now());
      this.#context.freed();
      throw cause;
    }
  }

  #succeed(lease: LeaseHandle, usage: Usage | undefined): void {
    const { poolState, probes, suggestions, emit, learned, freed, clock } = this.#context;
    const { credentialState, quota: bucket, sent, probe } = lease;
    const unchanged = this.#vacate(lease);
    const now = clock.now();
    credentialState.requests++;
    if (credentialState.endGuesses(lease.candidates.name)) learned(credentialState);
    if (lease.endpoint.answer()) emit({ type: "recovered", scope: `endpoint:${credentialState.source}` });
    lease.route.proven = credentialState.id;
    if (lease.route.limit.success(now)) emit({ type: "recovered", scope: `model:${lease.model}` });
    if (sent !== undefined) {
      probes.counted(bucket.identity.unit, now);
      const { exploring } = lease;
      const how = { tokens: usage?.promptTokens, exploring, dayProbe: probe === "day" };
      const raised = bucket.served(sent, how, now);
      if (raised) limitsRose(poolState, bucket, now);
      if (raised || probe === "day") learned(bucket);
      if (probe !== undefined) probes.ended(bucket.identity.unit, raised, now);
      suggestions.served(bucket, sent.at, now);
    }
    lease.caps.settle(usage);
    if (!unchanged) this.#refresh(lease, now);
    freed();
  }

  #fail(lease: LeaseHandle, failure: Failure, history: AttemptHistory): Verdict {
    const { poolState, probes, effects, random, hasFallback, freed, clock } = this.#context;
    this.#vacate(lease);
    const now = clock.now();
    // The refusal of a key that was replaced meanwhile does not concern its replacement.
    const note = poolState.holds(lease.credential)
      ? effects.apply(lease, failure, history, now)
      : "the key was replaced meanwhile";
    if (lease.probe !== undefined) {
      const refused = failure.class === "rate_limit" || failure.class === "quota";
      probes.ended(lease.quota.identity.unit, refused ? false : undefined, now);
    }
    if (failure.class === "client_gone" || failure.class === "blocked") lease.caps.settle();
    else lease.caps.refund();
    this.#refresh(lease, now);
    const facts = { hasFallback: hasFallback(lease.model) };
    const verdict = verdictOf(failure, history, facts, random);
    freed();
    return { ...verdict, note };
  }

  #abandon(lease: LeaseHandle): void {
    const { probes, clock, freed } = this.#context;
    this.#vacate(lease);
    lease.caps.settle();
    const now = clock.now();
    if (lease.probe !== undefined) probes.ended(lease.quota.identity.unit, undefined, now);
    this.#refresh(lease, now);
    freed();
  }

  #occupy(lease: LeaseHandle, now: number): void {
    const { poolState } = this.#context;
    const { credentialState, quota } = lease;
    credentialState.load.inFlight++;
    credentialState.lastUsed = now;
    credentialState.usedSeq = ++this.#seq;
    quota.touch(this.#seq);
    lease.endpoint.trials++;
    lease.route.limit.inFlight++;
    poolState.refreshBucket(quota, now);
    if (credentialState.inFlight >= credentialState.slots) poolState.refreshCredential(credentialState, now);
  }

  /** Returns the slot. True when that opens nothing: the bucket and the credential had room before. */
  #vacate(lease: LeaseHandle): boolean {
    const { credentialState, quota, exploring, trial, probe } = lease;
    const full = credentialState.load.inFlight-- >= credentialState.slots;
    lease.endpoint.trials--;
    lease.route.limit.inFlight--;
    quota.ended(lease);
    return !full && !exploring && !trial && probe === undefined && quota.state === "open" &&
      quota.tpm === undefined;
  }

  #refresh(lease: LeaseHandle, now: number): void {
    this.#context.poolState.refreshBucket(lease.quota, now);
    const { credentialState } = lease;
    this.#context.poolState.refreshCredential(credentialState.load.current ?? credentialState, now);
  }
}

/** Ends calls, each once. */
interface LeaseEnds {
  succeed(lease: LeaseHandle, usage: Usage | undefined): void;
  fail(lease: LeaseHandle, failure: Failure, history: AttemptHistory): Verdict;
  abandon(lease: LeaseHandle): void;
}

const SETTLED: Verdict = { next: "stop", delayMs: 0, note: "settled before" };

/** A call in flight, for the pool and its holder: one small object, because it lives as long as the call. */
class LeaseHandle implements Lease, InFlightCall {
  readonly kind = "lease";
  readonly credential: Credential;
  #settled = false;

  constructor(
    readonly owner: LeaseEnds,
    readonly credentialState: CredentialState,
    readonly quota: Bucket,
    readonly candidates: ModelCandidates,
    readonly request: LeaseRequest,
    readonly route: Route,
    readonly sent: Sent | undefined,
    readonly caps: CapTake,
    readonly queuedMs: number,
    readonly note: string,
    readonly probe: "limit" | "day" | undefined,
    /** True for a call sent to explore the limit. */
    readonly exploring: boolean,
    /** True for the one trial call of a bucket after a guess. */
    readonly trial: boolean,
  ) {
    this.credential = credentialState.credential;
  }

  get bucket(): string {
    return this.quota.id;
  }

  get model(): string {
    return this.request.model;
  }

  get tokens(): number {
    return this.request.inputTokens;
  }

  /** The circuit breaker: the credential's own, or its source's. */
  get endpoint() {
    return this.credentialState.endpoint ?? this.route.endpoint;
  }

  succeed(usage?: Usage): void {
    if (this.#settle()) this.owner.succeed(this, usage);
  }

  fail(failure: Failure, history: AttemptHistory): Verdict {
    return this.#settle() ? this.owner.fail(this, failure, history) : SETTLED;
  }

  [Symbol.dispose](): void {
    if (this.#settle()) this.owner.abandon(this);
  }

  /** Marks it settled; true the first time. */
  #settle(): boolean {
    const first = !this.#settled;
    this.#settled = true;
    return first;
  }
}
