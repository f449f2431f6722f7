import type { Failure, FailureClass, FailureScope, Random, SourceName } from "../../core/mod.ts";
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

/** One upstream call under way. */
export interface InFlightCall {
  readonly entry: CredentialState;
  /** What it draws from. */
  readonly quota: Bucket;
  readonly model: string;
  readonly lane: ModelCandidates;
  readonly sent: Sent | undefined;
  readonly tokens: number;
  readonly probe: "limit" | "day" | undefined;
}

export interface EffectsContext {
  readonly poolState: PoolState;
  readonly suggestions: Suggestions;
  readonly random: Random;
  readonly emit: (event: PoolEvent) => void;
  /** Something that must survive a restart changed. */
  readonly dirty: (what: Bucket | CredentialState | PoolState) => void;
}

type Effect = (call: InFlightCall, failure: Failure, now: number, history: AttemptHistory) => string;

/** Refusals that Google does not count against any limit. */
const UNCOUNTED: ReadonlySet<FailureClass> = new Set(["rate_limit", "quota", "not_on_tier", "ambiguous_429"]);

/** How long something rests that Google closed without an end, by class; what is not here rests by a guess that grows. */
const RESTS: Readonly<Partial<Record<FailureClass, number>>> = {
  not_on_tier: TUNING.notOnTier,
  model_gone: TUNING.notOnTier,
  misconfigured: TUNING.sourceFault,
};

/**
 * What a failure closes: one function for each scope that it can name, and nothing beside them. Google's word closes all that it
 * concerns until the stated time; what is merely inferred rests by a guess, which grows, heals with the first success, and never
 * takes more than half of those who could serve.
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
      (entry, scope, failure, now) => this.#rest([entry], scope, failure, now),
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

  /** Returns what was done, for the call's trail. */
  apply(call: InFlightCall, failure: Failure, history: AttemptHistory, now: number): string {
    const { poolState } = this.#context;
    const { class: name, scope, project } = failure;
    if (name !== "client_gone" && name !== "invalid_request") call.entry.errors++;
    if (scope !== "endpoint" && name !== "client_gone") this.#answered(call);
    if (call.sent !== undefined) call.sent.doubtful = true;
    if (UNCOUNTED.has(name)) uncount(call);
    if (name === "overloaded") this.#limits.release(call);
    if (project !== undefined && scope !== "bucket") poolState.measureProject(call.entry, project, now);
    const note = this.#byScope[scope].call(this, call, failure, now, history);
    // A bucket first takes what it learned with it.
    if (project !== undefined && scope === "bucket") poolState.measureProject(call.entry, project, now);
    poolState.refreshBucket(call.quota, now);
    poolState.refreshEntry(call.entry, now);
    return note;
  }

  /** Any answer at all proves the way there. */
  #answered({ entry }: InFlightCall): void {
    const endpoint = entry.endpoint ?? this.#context.poolState.endpoint(entry.source);
    if (endpoint.answer()) this.#context.emit({ type: "recovered", scope: `endpoint:${entry.source}` });
  }

  /** What a new token and a new look at the account do not help lasts until somebody does something about the account. */
  #credential({ entry }: InFlightCall, failure: Failure, now: number, history: AttemptHistory): string {
    if (failure.class !== "credential_stale") return this.#close([entry], failure, now);
    if (history.sameKeyRetries < 1) return "";
    return this.#close([entry], { ...failure, class: "credential_dead" }, now);
  }

  #account({ entry }: InFlightCall, failure: Failure, now: number): string {
    const { account } = entry;
    const all = [...this.#context.poolState.entries.values()];
    const others = all.filter((one) => one !== entry && account !== undefined && one.account === account);
    return this.#close([entry, ...others], failure, now);
  }

  #project({ entry }: InFlightCall, failure: Failure, now: number): string {
    return this.#close(this.#context.poolState.projectMembers(entry), failure, now);
  }

  /** Retires or rests whole credentials. */
  #close(entries: readonly CredentialState[], failure: Failure, now: number): string {
    if (failure.class !== "credential_dead") return this.#rest(entries, "credential", failure, now);
    const dying = entries.filter(({ dead }) => dead === undefined);
    for (const entry of dying) this.#kill(entry, saidOf(failure), now);
    return dying.length === 0 ? "already retired" : `retired ${credentials(dying.length)}`;
  }

  #kill(entry: CredentialState, said: Said, now: number): void {
    entry.dead = said;
    entry.deadAt = now;
    const { message, status, code, link } = said;
    this.#context.emit({
      type: "dead",
      credential: entry.id,
      at: now,
      reason: message,
      status,
      ...(code === undefined ? {} : { code }),
      ...(link === undefined ? {} : { link }),
    });
    this.#context.poolState.refreshEntry(entry, now);
  }

  #credentialModel({ entry, lane }: InFlightCall, failure: Failure, now: number): string {
    const scope = `model:${lane.name}`;
    if (failure.stated !== true && !this.#mayGuess(entry, lane, now)) {
      return "too much is benched by guesses already";
    }
    return this.#rest([entry], scope, failure, now);
  }

  /** Rests credentials, or a part of what they serve. */
  #rest(entries: readonly CredentialState[], scope: string, failure: Failure, now: number): string {
    for (const entry of entries) {
      const streak = (entry.cooldowns.get(scope)?.streak ?? -1) + 1;
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
      entry.cooldowns.set(scope, { ...cooldown, streak });
      this.#context.dirty(entry);
      this.#context.emit({ type: "cooled", credential: entry.id, scope, until, reason });
      this.#context.poolState.refreshEntry(entry, now);
    }
    return `rests ${credentials(entries.length)}${scope === "credential" ? "" : ` (${scope})`}`;
  }

  #pauseMs({ class: name, stated }: Failure, streak: number): number {
    const { random } = this.#context;
    if (stated === true && name === "quota") return guessMs(streak + 4, random, TUNING.spentMax);
    const fixed = stated === true ? RESTS[name] : undefined;
    return fixed ?? guessMs(name === "credential_stale" ? streak + 3 : streak, random);
  }

  /** Guesses may bench only a share of those who could serve the lane. */
  #mayGuess(entry: CredentialState, lane: ModelCandidates, now: number): boolean {
    let all = 0, benched = 1;
    for (const { members } of lane.nodes) {
      for (const member of members) {
        if (!member.usable) continue;
        all++;
        const cooldown = member === entry ? undefined : member.cooldownFor(lane.name, now);
        if (cooldown !== undefined && !cooldown.stated) benched++;
      }
    }
    return benched <= Math.floor(all * TUNING.guessShare);
  }

  #model({ entry, lane }: InFlightCall, failure: Failure, now: number): string {
    const { limit } = this.#context.poolState.route(entry.source, lane.name);
    const stated = entry.source === "api_key" ? undefined : failure.until;
    const until = limit.fault(now, this.#context.random, saidOf(failure), stated);
    if (until === 0) return "asks the model less";
    this.#context.emit({ type: "cooled", scope: `model:${lane.name}`, until, reason: failure.message });
    return `rests the model for ${until - now} ms`;
  }

  #source({ entry }: InFlightCall, failure: Failure, now: number): string {
    const until = failure.until ?? now + TUNING.sourceFault;
    if (failure.stated === false && !this.#heardTwice(entry, failure, now)) return "one account's word alone";
    this.#context.poolState.sourceFaults.set(entry.source, { until, said: saidOf(failure) });
    this.#context.dirty(this.#context.poolState);
    this.#context.emit({ type: "cooled", scope: `source:${entry.source}`, until, reason: failure.message });
    return `rested the source ${entry.source}`;
  }

  /** A source's stand-in hosts say of it what is not so: that counts once two accounts hear it. */
  #heardTwice({ id, source }: CredentialState, { code }: Failure, now: number): boolean {
    const before = this.#hearsay.get(source);
    this.#hearsay.set(source, { id, code, at: now });
    return before !== undefined && before.id !== id && before.code === code &&
      now - before.at < TUNING.sourceFault;
  }

  #endpoint({ entry }: InFlightCall, failure: Failure, now: number): string {
    const endpoint = entry.endpoint ?? this.#context.poolState.endpoint(entry.source);
    const until = endpoint.fault(now, this.#context.random);
    if (until === 0) return "";
    if (entry.endpoint === undefined) this.#context.dirty(this.#context.poolState);
    const scope = entry.endpoint === undefined ? `endpoint:${entry.source}` : `proxy:${entry.id}`;
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
