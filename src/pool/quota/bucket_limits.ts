import { type Failure, type LimitNotice, nextPacificMidnight, SOURCE_TABLE } from "../../core/mod.ts";
import type { Bucket } from "./bucket.ts";
import { guessMs, saidOf } from "../candidates/cooldown.ts";
import type { CredentialState } from "../candidates/credential_state.ts";
import type { EffectsContext, InFlightCall } from "../leases/effects.ts";
import { isOperation } from "../candidates/model_key.ts";
import type { Inference } from "./inference.ts";
import { MINUTE, TUNING } from "../tuning.ts";
import type { PoolState } from "../candidates/pool_state.ts";
import type { Prior } from "./prior.ts";

type Rest = (credentialState: CredentialState, scope: string, failure: Failure, now: number) => string;

/** Closes buckets, and learns limits from their refusals. */
export class BucketLimits {
  readonly #context: EffectsContext;
  readonly #rest: Rest;

  constructor(context: EffectsContext, rest: Rest) {
    this.#context = context;
    this.#rest = rest;
  }

  /** Closes what the exhausted limit concerns: the operation's own bucket, that of another, or a metric of its own. */
  close(call: InFlightCall, failure: Failure, now: number): string {
    const { metric } = failure;
    const own = metric === undefined || metric === call.candidates.operation;
    if (own) return this.#closeBucket(call, failure, now);
    if (isOperation(metric)) return this.#closeOther(call, metric, failure, now);
    const named = failure.limits?.[0]?.model !== undefined;
    const scope = named ? `metric:${metric}:${call.candidates.model}` : `metric:${metric}`;
    for (const credentialState of this.#context.poolState.projectMembers(call.credentialState)) {
      this.#rest(credentialState, scope, failure, now);
    }
    return `holds calls that spend ${metric}`;
  }

  /** Releases a call that failed by Google's fault: it no longer paces, unless such calls were found to count. */
  release({ quota, sent }: InFlightCall): void {
    if (sent !== undefined) quota.release(sent);
  }

  #closeOther(
    call: InFlightCall,
    operation: InFlightCall["candidates"]["operation"],
    failure: Failure,
    now: number,
  ): string {
    const { poolState } = this.#context;
    const bucket = poolState.bucketOf(call.credentialState, poolState.bucketUnit(call.model, operation));
    const note = this.#block(bucket, failure, now, failure.class.replaceAll("_", " "));
    poolState.refreshBucket(bucket, now);
    return note;
  }

  #closeBucket(call: InFlightCall, failure: Failure, now: number): string {
    const notices = failure.limits ?? [];
    if (failure.class === "not_on_tier") return this.#block(call.quota, failure, now, "not on this plan");
    const day = notices.find((notice) =>
      notice.kind === "requests_per_day" || notice.kind === "tokens_per_day"
    );
    if (day !== undefined || failure.class === "quota") return this.#dayOut(call, failure, day, now);
    const notes = notices.map((notice) => this.#minuteOut(call, failure, notice, now));
    if (notes.length > 0) return notes.join("; ");
    return this.#block(call.quota, failure, now, "rate limit");
  }

  #dayOut(call: InFlightCall, failure: Failure, notice: LimitNotice | undefined, now: number): string {
    const { quota: bucket, credentialState } = call;
    // The short delay stated beside a daily violation of an API key is wrong: the day ends at Pacific midnight.
    const midnight = !SOURCE_TABLE[credentialState.source].statesTrueTimes && notice !== undefined
      ? nextPacificMidnight(now)
      : undefined;
    const until = midnight ?? failure.until;
    if (until === undefined) return this.#block(bucket, failure, now, "quota");
    const named = notice?.kind === "tokens_per_day" ? undefined : notice;
    if (bucket.refusedDay(named?.value, until, saidOf(failure), now)) {
      this.#learned(bucket, "requests_per_day", bucket.rpd?.value);
    }
    if (call.probe === "day") this.#context.poolState.postponeDayProbes(bucket);
    this.#context.suggestions.dayOut(bucket, now);
    this.#context.dirty(bucket);
    this.#context.emit({
      type: "cooled",
      credential: credentialState.id,
      scope: bucket.id,
      until,
      reason: failure.message,
    });
    return "closed the bucket until its daily reset";
  }

  #minuteOut(call: InFlightCall, failure: Failure, notice: LimitNotice, now: number): string {
    const { quota: bucket, sent } = call;
    if (notice.kind === "requests_per_minute" && sent !== undefined) {
      const { until } = failure;
      const inference = bucket.refusedMinute(notice, sent, { probe: call.probe !== undefined, until }, now);
      const { explained, missing } = inference;
      this.#afterRefusal(bucket, "requests_per_minute", bucket.rpm?.value, inference, now);
      if (!explained) this.#context.suggestions.refused(bucket, sent.at, missing, until ?? now, now);
      if (until === undefined && explained) return "paced by its own window";
    } else if (notice.kind === "tokens_per_minute") {
      const inference = bucket.refusedTokens(notice, call.tokens, now);
      this.#afterRefusal(bucket, "tokens_per_minute", bucket.tpm?.value, inference, now);
      if (inference.explained) return "paced by its own tokens";
    }
    return this.#block(bucket, failure, now, notice.kind.replaceAll("_", " "));
  }

  #afterRefusal(
    bucket: Bucket,
    kind: string,
    limit: number | undefined,
    { changed, shifted, priorMoved }: Inference,
    now: number,
  ): void {
    if (changed) this.#learned(bucket, kind, limit);
    if (shifted) followShift(this.#context.poolState, bucket.prior, now);
    else if (priorMoved) this.#context.poolState.refreshAll(now);
    this.#context.dirty(bucket);
  }

  #learned(bucket: Bucket, kind: string, limit: number | undefined): void {
    if (limit !== undefined) this.#context.emit({ type: "limit-learned", bucket: bucket.id, kind, limit });
  }

  /** Closes a bucket until the stated time, or for our own pause when none was stated. */
  #block(bucket: Bucket, failure: Failure, now: number, reason: string): string {
    const fact = failure.until !== undefined;
    const stated = failure.stated === true || fact;
    if (!stated && !this.#mayGuess(bucket, now)) return "too much is benched by guesses already";
    const until = fact
      ? Math.max(now, failure.until ?? 0) + TUNING.resetSlack
      : now + this.#pauseMs(bucket, failure);
    if ((bucket.block?.until ?? 0) > until) return "already closed for longer";
    const kind = until - now > 10 * MINUTE ? "cooling" : "minute";
    bucket.close({ until, kind, reason, fact, stated, at: now, said: saidOf(failure) });
    this.#context.dirty(bucket);
    this.#context.emit({ type: "cooled", scope: bucket.id, until, reason });
    return `closed the bucket (${reason}) for ${Math.round((until - now) / 100) / 10} s`;
  }

  #pauseMs(bucket: Bucket, failure: Failure): number {
    const { random } = this.#context;
    if (failure.class === "not_on_tier") return TUNING.notOnTier;
    return failure.stated === true
      ? guessMs(bucket.countGuess() + 4, random, TUNING.spentMax)
      : guessMs(bucket.countGuess(), random);
  }

  /** True while guesses affect only a limited share of the buckets that serve the same models. */
  #mayGuess(bucket: Bucket, now: number): boolean {
    let all = 0, benched = 0;
    for (const other of this.#context.poolState.buckets.values()) {
      if (other.identity.unit !== bucket.identity.unit) continue;
      all++;
      if (other !== bucket && other.block !== undefined && !other.block.stated && other.block.until > now) {
        benched++;
      }
    }
    return benched + 1 <= Math.floor(all * TUNING.guessShare);
  }
}

/**
 * Handles a limit that proved too low: others of the model may have risen too, so shared ones not stated since
 * are tested soon.
 */
export function limitsRose(poolState: PoolState, { prior }: Bucket, now: number): void {
  prior.noteRise(now);
  for (const other of poolState.buckets.values()) {
    if (other.prior === prior && other.retestShared()) poolState.refreshBucket(other, now);
  }
  followShift(poolState, prior, now);
}

/**
 * Handles limits that were stated again: the model's others are assumed to have moved with them, or are moved
 * back when that proves wrong.
 */
function followShift(poolState: PoolState, prior: Prior, now: number): void {
  for (const bucket of poolState.buckets.values()) if (bucket.prior === prior) bucket.followShift(now);
  prior.shift.noted();
  poolState.refreshAll(now);
}
