import type { Credential, Failure, Usage } from "../../core/mod.ts";
import type { Bucket } from "../quota/bucket.ts";
import type { CapTake } from "../caps/cap_gate.ts";
import type { AttemptHistory, Lease, LeaseRequest, Verdict } from "../contract.ts";
import type { CredentialState } from "../candidates/credential_state.ts";
import type { InFlightCall } from "./effects.ts";
import type { ModelCandidates } from "../candidates/model_candidates.ts";
import type { Sent } from "../quota/send_window.ts";
import type { Route } from "../candidates/route.ts";

/** Ends calls; each end is told once. */
export interface LeaseEnds {
  succeed(lease: LeaseHandle, usage: Usage | undefined): void;
  fail(lease: LeaseHandle, failure: Failure, history: AttemptHistory): Verdict;
  abandon(lease: LeaseHandle): void;
}

const SETTLED: Verdict = { next: "stop", delayMs: 0, note: "settled before" };

/** A call under way, as the pool and its holder see it: one small object, because it lives as long as the call. */
export class LeaseHandle implements Lease, InFlightCall {
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
    /** Sent to find out how much there is. */
    readonly exploring: boolean,
    /** The one call that a bucket gets after a guess. */
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

  /** The way there: the credential's own, or its source's. */
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

  /** True the first time. */
  #settle(): boolean {
    const first = !this.#settled;
    this.#settled = true;
    return first;
  }
}
