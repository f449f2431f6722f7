import {
  type Failure,
  type FailureClass,
  type FailureScope,
  type Random,
  SOURCE_TABLE,
  type SourceName,
} from "../../core/mod.ts";
import type { Bucket } from "../quota/bucket.ts";
import { BucketLimits } from "../quota/bucket_limits.ts";
import type { AttemptHistory, PoolEvent } from "../contract.ts";
import { guessMs, type Said, saidOf } from "../candidates/cooldown.ts";
import type { CredentialState } from "../candidates/credential_state.ts";
import type { ModelCandidates } from "../candidates/model_candidates.ts";
import type { PoolState } from "../candidates/pool_state.ts";
import type { Sent } from "../quota/send_window.ts";
import type { Suggestions } from "../quota/suggestions.ts";
import { TUNING } from "../tuning.ts";

/** One upstream call in flight. */
export interface InFlightCall {
  readonly credentialState: CredentialState;
  /** The bucket that it uses. */
  readonly quota: Bucket;
  readonly model: string;
  readonly candidates: ModelCandidates;
  readonly sent: Sent | undefined;
  readonly tokens: number;
  readonly probe: "limit" | "day" | undefined;
}

export interface EffectsContext {
  readonly poolState: PoolState;
  readonly suggestions: Suggestions;
  readonly random: Random;
  readonly emit: (event: PoolEvent) => void;
  /** Marks a change that must survive a restart. */
  readonly dirty: (what: Bucket | CredentialState | PoolState) => void;
}

type Effect = (call: InFlightCall, failure: Failure, now: number, history: AttemptHistory) => string;

/** Refusals that Google does not count against any limit. */
const UNCOUNTED: ReadonlySet<FailureClass> = new Set(["rate_limit", "quota", "not_on_tier", "ambiguous_429"]);

/** Cooldown of a scope that Google closed without an end, by class; other classes get a growing guess. */
const RESTS: Readonly<Partial<Record<FailureClass, number>>> = {
  not_on_tier: TUNING.notOnTier,
  model_gone: TUNING.notOnTier,
  misconfigured: TUNING.sourceFault,
};

/**
 * Applies a failure: one function for each scope that it can name, and nothing else. A stated failure closes
 * everything concerned until the stated time; an inferred one causes a guessed cooldown, which grows, ends with
 * the first success, and never affects more than half of the keys that could serve.
 */
export class Effects {
  readonly #context: EffectsContext;
  readonly #limits: BucketLimits;
  readonly #byScope: Readonly<Record<FailureScope, Effect>>;

  readonly #hearsay = new Map<
    SourceName,
    { readonly id: string; readonly code: string | undefined; readonly at: number }
  >();

  constructor(context: EffectsContext) {
    this.#context = context;
    this.#limits = new BucketLimits(
      context,
      (credentialState, scope, failure, now) => this.#rest([credentialState], scope, failure, now),
    );
    this.#byScope = {
      request: () => "",
      credential: this.#credential,
      account: this.#account,
      project: this.#project,
      bucket: (call, failure, now) => this.#limits.close(call, failure, now),
      credential_model: this.#credentialModel,
      model: this.#model,
      source: this.#source,
      endpoint: this.#endpoint,
      egress: this.#egress,
    };
  }

  /** Returns a note on what was done, for the call's attempts. */
  apply(call: InFlightCall, failure: Failure, history: AttemptHistory, now: number): string {
    const { poolState } = this.#context;
    const { class: name, scope, project } = failure;
    if (name !== "client_gone" && name !== "invalid_request") call.credentialState.errors++;
    if (scope !== "endpoint" && name !== "client_gone") this.#answered(call);
    if (call.sent !== undefined) call.sent.doubtful = true;
    if (UNCOUNTED.has(name)) uncount(call);
    if (name === "overloaded") this.#limits.release(call);
    if (project !== undefined && scope !== "bucket") {
      poolState.measureProject(call.credentialState, project, now);
    }
    const note = this.#byScope[scope].call(this, call, failure, now, history);
    // A bucket's knowledge moves with it first.
    if (project !== undefined && scope === "bucket") {
      poolState.measureProject(call.credentialState, project, now);
    }
    poolState.refreshBucket(call.quota, now);
    poolState.refreshCredential(call.credentialState, now);
    return note;
  }

  /** Any answer proves that the endpoint is reachable. */
  #answered({ credentialState }: InFlightCall): void {
    const endpoint = credentialState.endpoint ?? this.#context.poolState.endpoint(credentialState.source);
    if (endpoint.answer()) {
      this.#context.emit({ type: "recovered", scope: `endpoint:${credentialState.source}` });
    }
  }

  /** Failures that a new token and a new set-up of the account do not resolve last until the user acts. */
  #credential(
    { credentialState }: InFlightCall,
    failure: Failure,
    now: number,
    history: AttemptHistory,
  ): string {
    if (failure.class !== "credential_stale") return this.#close([credentialState], failure, now);
    if (history.sameKeyRetries < 1) return "";
    return this.#close([credentialState], { ...failure, class: "credential_dead" }, now);
  }

  #account({ credentialState }: InFlightCall, failure: Failure, now: number): string {
    const { account } = credentialState;
    const all = [...this.#context.poolState.credentials.values()];
    const others = all.filter((one) =>
      one !== credentialState && account !== undefined && one.account === account
    );
    return this.#close([credentialState, ...others], failure, now);
  }

  #project({ credentialState }: InFlightCall, failure: Failure, now: number): string {
    return this.#close(this.#context.poolState.projectMembers(credentialState), failure, now);
  }

  /** Retires whole credentials or puts them in cooldown. */
  #close(states: readonly CredentialState[], failure: Failure, now: number): string {
    if (failure.class !== "credential_dead") return this.#rest(states, "credential", failure, now);
    const dying = states.filter(({ dead }) => dead === undefined);
    for (const credentialState of dying) this.#kill(credentialState, saidOf(failure), now);
    return dying.length === 0 ? "already retired" : `retired ${credentials(dying.length)}`;
  }

  #kill(credentialState: CredentialState, said: Said, now: number): void {
    credentialState.dead = said;
    credentialState.deadAt = now;
    const { message, status, code, link } = said;
    this.#context.emit({
      type: "dead",
      credential: credentialState.id,
      at: now,
      reason: message,
      status,
      ...(code === undefined ? {} : { code }),
      ...(link === undefined ? {} : { link }),
    });
    this.#context.poolState.refreshCredential(credentialState, now);
  }

  #credentialModel({ credentialState, candidates }: InFlightCall, failure: Failure, now: number): string {
    const scope = `model:${candidates.name}`;
    if (failure.stated !== true && !this.#mayGuess(credentialState, candidates, now)) {
      return "too much is benched by guesses already";
    }
    return this.#rest([credentialState], scope, failure, now);
  }

  /** Puts credentials, or one model of them, in cooldown. */
  #rest(states: readonly CredentialState[], scope: string, failure: Failure, now: number): string {
    for (const credentialState of states) {
      const streak = (credentialState.cooldowns.get(scope)?.streak ?? -1) + 1;
      const until = failure.until ?? now + this.#pauseMs(failure, streak);
      const { class: kind, message: reason } = failure;
      const fact = failure.until !== undefined;
      const cooldown = {
        scope,
        kind,
        until,
        reason,
        fact,
        stated: failure.stated === true,
        said: saidOf(failure),
      };
      credentialState.cooldowns.set(scope, { ...cooldown, streak });
      this.#context.dirty(credentialState);
      this.#context.emit({ type: "cooled", credential: credentialState.id, scope, until, reason });
      this.#context.poolState.refreshCredential(credentialState, now);
    }
    return `rests ${credentials(states.length)}${scope === "credential" ? "" : ` (${scope})`}`;
  }

  #pauseMs({ class: name, stated }: Failure, streak: number): number {
    const { random } = this.#context;
    if (stated === true && name === "quota") return guessMs(streak + 4, random, TUNING.spentMax);
    const fixed = stated === true ? RESTS[name] : undefined;
    return fixed ?? guessMs(name === "credential_stale" ? streak + 3 : streak, random);
  }

  /** True while guesses affect only a limited share of the credentials that could serve the model. */
  #mayGuess(credentialState: CredentialState, candidates: ModelCandidates, now: number): boolean {
    let all = 0, benched = 1;
    for (const { members } of candidates.list) {
      for (const member of members) {
        if (!member.usable) continue;
        all++;
        const cooldown = member === credentialState ? undefined : member.cooldownFor(candidates.name, now);
        if (cooldown !== undefined && !cooldown.stated) benched++;
      }
    }
    return benched <= Math.floor(all * TUNING.guessShare);
  }

  #model({ credentialState, candidates }: InFlightCall, failure: Failure, now: number): string {
    const { limit } = this.#context.poolState.route(credentialState.source, candidates.name);
    const stated = SOURCE_TABLE[credentialState.source].statesTrueTimes ? failure.until : undefined;
    const until = limit.fault(now, this.#context.random, saidOf(failure), stated);
    if (until === 0) return "asks the model less";
    this.#context.emit({ type: "cooled", scope: `model:${candidates.name}`, until, reason: failure.message });
    return `rests the model for ${until - now} ms`;
  }

  #source({ credentialState }: InFlightCall, failure: Failure, now: number): string {
    const until = failure.until ?? now + TUNING.sourceFault;
    if (failure.stated === false && !this.#heardTwice(credentialState, failure, now)) {
      return "one account's word alone";
    }
    this.#context.poolState.sourceFaults.set(credentialState.source, { until, said: saidOf(failure) });
    this.#context.dirty(this.#context.poolState);
    this.#context.emit({
      type: "cooled",
      scope: `source:${credentialState.source}`,
      until,
      reason: failure.message,
    });
    return `rested the source ${credentialState.source}`;
  }

  /** A source's fallback hosts make wrong statements: they count only when two accounts get them. */
  #heardTwice({ id, source }: CredentialState, { code }: Failure, now: number): boolean {
    const before = this.#hearsay.get(source);
    this.#hearsay.set(source, { id, code, at: now });
    return before !== undefined && before.id !== id && before.code === code &&
      now - before.at < TUNING.sourceFault;
  }

  #endpoint({ credentialState }: InFlightCall, failure: Failure, now: number): string {
    const endpoint = credentialState.endpoint ?? this.#context.poolState.endpoint(credentialState.source);
    const until = endpoint.fault(now, this.#context.random);
    if (until === 0) return "";
    if (credentialState.endpoint === undefined) this.#context.dirty(this.#context.poolState);
    const scope = credentialState.endpoint === undefined
      ? `endpoint:${credentialState.source}`
      : `proxy:${credentialState.id}`;
    this.#context.emit({ type: "cooled", scope, until, reason: failure.message });
    return `rests the way there for ${until - now} ms`;
  }

  #egress(_call: InFlightCall, failure: Failure, now: number): string {
    const until = now + TUNING.egress;
    this.#context.poolState.egress = { until, said: saidOf(failure) };
    this.#context.dirty(this.#context.poolState);
    this.#context.emit({ type: "cooled", scope: "egress", until, reason: failure.message });
    return "this network may not call Google";
  }
}

/** Google does not count what it refuses. */
function uncount({ quota: bucket, sent }: InFlightCall): void {
  if (sent !== undefined) bucket.uncount(sent);
}

function credentials(count: number): string {
  return count === 1 ? "the credential" : `${count} credentials`;
}
