import type { Credential, Failure, Usage } from "../../core/mod.ts";
import type { Bucket } from "../quota/bucket.ts";
import type { CapTake } from "../caps/cap_gate.ts";
import type { AttemptHistory, Lease, Need, Verdict } from "../contract.ts";
import type { CredentialEntry } from "../candidates/credential_entry.ts";
import type { Flight } from "./effects.ts";
import type { Lane } from "../candidates/lane.ts";
import type { Sent } from "../quota/send_window.ts";
import type { Way } from "../candidates/way.ts";

/** Ends calls; each end is told once. */
export interface Landing {
  succeed(lease: OpenLease, usage: Usage | undefined): void;
  fail(lease: OpenLease, failure: Failure, history: AttemptHistory): Verdict;
  abandon(lease: OpenLease): void;
}

const SETTLED: Verdict = { next: "stop", delayMs: 0, note: "settled before" };

/** A call under way, as the pool and its holder see it: one small object, because it lives as long as the call. */
export class OpenLease implements Lease, Flight {
  readonly kind = "lease";
  readonly credential: Credential;
  #settled = false;

  constructor(
    readonly landing: Landing,
    readonly entry: CredentialEntry,
    readonly quota: Bucket,
    readonly lane: Lane,
    readonly need: Need,
    readonly way: Way,
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
    this.credential = entry.credential;
  }

  get bucket(): string {
    return this.quota.id;
  }

  get model(): string {
    return this.need.model;
  }

  get tokens(): number {
    return this.need.inputTokens;
  }

  /** The way there: the credential's own, or its source's. */
  get endpoint() {
    return this.entry.endpoint ?? this.way.endpoint;
  }

  succeed(usage?: Usage): void {
    if (this.#settle()) this.landing.succeed(this, usage);
  }

  fail(failure: Failure, history: AttemptHistory): Verdict {
    return this.#settle() ? this.landing.fail(this, failure, history) : SETTLED;
  }

  [Symbol.dispose](): void {
    if (this.#settle()) this.landing.abandon(this);
  }

  /** True the first time. */
  #settle(): boolean {
    const first = !this.#settled;
    this.#settled = true;
    return first;
  }
}
