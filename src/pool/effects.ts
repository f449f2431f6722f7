import type { CredentialId, Failure, FailureClass, LimitNotice, Random } from "../core/mod.ts";
import { nextPacificMidnight } from "../core/mod.ts";
import type { Bucket } from "./bucket.ts";
import type { AttemptHistory, PoolEvent } from "./contract.ts";
import { guessMs } from "./cooldown.ts";
import type { CredentialEntry } from "./credential_entry.ts";
import { learnDay, learnRequests, learnTokens, type Lesson } from "./learning.ts";
import { followShift } from "./moving_limits.ts";
import type { Roster } from "./roster.ts";
import type { Sent } from "./send_window.ts";
import type { Suggestions } from "./suggestions.ts";
import { MINUTE, TUNING } from "./tuning.ts";

/** One upstream call under way. */
export interface Flight {
  readonly entry: CredentialEntry;
  /** What it draws from. */
  readonly quota: Bucket;
  readonly model: string;
  readonly sent: Sent | undefined;
  readonly tokens: number;
  readonly probe: "limit" | "day" | undefined;
}

export interface EffectsContext {
  readonly roster: Roster;
  readonly suggestions: Suggestions;
  readonly random: Random;
  readonly emit: (event: PoolEvent) => void;
  /** Something that must survive a restart changed. */
  readonly dirty: (what: Bucket | CredentialEntry) => void;
}

type Effect = (flight: Flight, failure: Failure, now: number, history: AttemptHistory) => string;

/** Applies a failure to what it concerns, exactly that, for as long as it lasts. Returns what was done, for the call's trail. */
export class Effects {
  readonly #context: EffectsContext;
  readonly #table: Readonly<Record<FailureClass, Effect>>;

  constructor(context: EffectsContext) {
    this.#context = context;
    const nothing: Effect = () => "";
    this.#table = {
      caller_fault: nothing,
      client_gone: nothing,
      blocked: nothing,
      empty_reply: nothing,
      unknown: nothing,
      credential_dead: this.#dead,
      credential_stale: this.#stale,
      config_fault: this.#sourceFault,
      rate_limit: this.#limited,
      quota: this.#limited,
      not_on_tier: this.#notOnTier,
      model_gone: this.#modelGone,
      overloaded: this.#overloaded,
      region_blocked: this.#egress,
      transport: this.#transport,
      ambiguous_429: this.#ambiguous,
    };
  }

  apply(flight: Flight, failure: Failure, history: AttemptHistory, now: number): string {
    if (failure.class !== "client_gone" && failure.class !== "caller_fault") flight.entry.errors++;
    if (failure.class !== "transport" && failure.class !== "client_gone") this.#answered(flight);
    if (failure.class === "rate_limit" || failure.class === "quota") flight.entry.limited.add(flight.model);
    else flight.entry.limited.delete(flight.model);
    if (flight.sent !== undefined) flight.sent.doubtful = true;
    const note = this.#table[failure.class].call(this, flight, failure, now, history);
    this.#context.roster.refreshBucket(flight.quota, now);
    this.#context.roster.refreshEntry(flight.entry, now);
    return note;
  }

  /** Any answer at all proves the way there. */
  #answered({ entry }: Flight): void {
    const endpoint = entry.endpoint ?? this.#context.roster.endpoint(entry.source);
    if (endpoint.answer()) this.#context.emit({ type: "recovered", scope: `endpoint:${entry.source}` });
  }

  #dead({ entry }: Flight, failure: Failure): string {
    if (entry.dead) return "already dead";
    entry.dead = true;
    entry.deadBecause = failure.message;
    const link = failure.link === undefined ? {} : { link: failure.link };
    this.#context.emit({ type: "dead", credential: entry.id, reason: failure.message, ...link });
    return "retired the credential";
  }

  /** The first time the caller refreshes the token; if that did not help, the credential rests. */
  #stale(flight: Flight, failure: Failure, now: number, history: AttemptHistory): string {
    if (history.sameKeyRetries < 1) return "";
    return this.#guessCredential(flight.entry, "credential", failure, now);
  }

  #sourceFault({ entry }: Flight, failure: Failure, now: number): string {
    const until = failure.until ?? now + TUNING.sourceFault;
    this.#context.roster.sourceFaults.set(entry.source, { until, reason: failure.message });
    this.#context.emit({ type: "cooled", scope: `source:${entry.source}`, until, reason: failure.message });
    return `rested the source ${entry.source}`;
  }

  #limited(flight: Flight, failure: Failure, now: number): string {
    this.#uncount(flight);
    const notices = failure.limits ?? [];
    const note = this.#limit(flight, failure, notices, now);
    const project = notices.find((notice) => notice.project !== undefined)?.project;
    if (project !== undefined) this.#context.roster.measureProject(flight.entry, project, now);
    return note;
  }

  #limit(flight: Flight, failure: Failure, notices: readonly LimitNotice[], now: number): string {
    const day = notices.find((notice) =>
      notice.kind === "requests_per_day" || notice.kind === "tokens_per_day"
    );
    if (day !== undefined || failure.class === "quota") return this.#dayOut(flight, failure, day, now);
    const notes = notices.map((notice) => this.#minuteOut(flight, failure, notice, now));
    if (notes.length > 0) return notes.join("; ");
    return this.#block(flight.quota, failure, now, "rate limit");
  }

  #dayOut(flight: Flight, failure: Failure, notice: LimitNotice | undefined, now: number): string {
    const { quota: bucket, entry } = flight;
    // The short delay that stands beside a daily violation of an API key is not true: the day ends at Pacific midnight.
    const midnight = entry.source === "api_key" && notice !== undefined
      ? nextPacificMidnight(now)
      : undefined;
    const until = midnight ?? failure.until;
    if (until === undefined) return this.#block(bucket, failure, now, "quota");
    const named = notice?.kind === "tokens_per_day" ? undefined : notice;
    if (learnDay(bucket, named, until, now)) this.#learned(bucket, "requests_per_day", bucket.rpd?.value);
    if (flight.probe === "day") this.#context.roster.postponeDayProbes(bucket);
    this.#context.suggestions.dayOut(bucket, now);
    this.#context.dirty(bucket);
    this.#context.emit({
      type: "cooled",
      credential: entry.id,
      scope: bucket.id,
      until,
      reason: failure.message,
    });
    return "closed the bucket until its daily reset";
  }

  #minuteOut(flight: Flight, failure: Failure, notice: LimitNotice, now: number): string {
    const { quota: bucket, sent } = flight;
    if (notice.kind === "requests_per_minute" && sent !== undefined) {
      const lesson = learnRequests(bucket, notice, sent, flight.probe !== undefined, now);
      this.#afterLesson(bucket, "requests_per_minute", bucket.rpm?.value, lesson, now);
      const until = failure.until ?? now;
      if (!lesson.explained) this.#context.suggestions.refused(bucket, sent.at, lesson.missing, until, now);
      bucket.stamp = { at: now, until };
      if (failure.until !== undefined) bucket.prior.phase.note(failure.until);
      if (failure.until === undefined && lesson.explained) return "paced by its own window";
    } else if (notice.kind === "tokens_per_minute") {
      const lesson = learnTokens(bucket, notice, flight.tokens, now);
      this.#afterLesson(bucket, "tokens_per_minute", bucket.tpm?.value, lesson, now);
      if (lesson.explained) return "paced by its own tokens";
    }
    return this.#block(bucket, failure, now, notice.kind.replaceAll("_", " "));
  }

  #afterLesson(bucket: Bucket, kind: string, limit: number | undefined, lesson: Lesson, now: number): void {
    if (lesson.changed) this.#learned(bucket, kind, limit);
    if (lesson.shifted) followShift(this.#context.roster, bucket.prior, now);
    else if (lesson.priorMoved) this.#context.roster.refreshAll(now);
    this.#context.dirty(bucket);
  }

  #learned(bucket: Bucket, kind: string, limit: number | undefined): void {
    if (limit !== undefined) this.#context.emit({ type: "limit-learned", bucket: bucket.id, kind, limit });
  }

  /** Closes a bucket until the stated time, or for a guess when none was stated. */
  #block(bucket: Bucket, failure: Failure, now: number, reason: string): string {
    const fact = failure.until !== undefined;
    if (!fact && !this.#mayGuess(bucket, now)) return "too much is benched by guesses already";
    const until = fact
      ? Math.max(now, failure.until ?? 0) + TUNING.resetSlack
      : now + guessMs(bucket.guesses++, this.#context.random);
    if ((bucket.block?.until ?? 0) > until) return "already closed for longer";
    bucket.block = { until, kind: until - now > 10 * MINUTE ? "cooling" : "minute", reason, fact, at: now };
    this.#context.dirty(bucket);
    this.#context.emit({ type: "cooled", scope: bucket.id, until, reason });
    return `closed the bucket (${reason}) for ${Math.round((until - now) / 100) / 10} s`;
  }

  #notOnTier(flight: Flight, failure: Failure, now: number): string {
    this.#uncount(flight);
    const until = failure.until ?? now + TUNING.notOnTier;
    const limitIsZero = failure.limits?.some((notice) => notice.value === 0) ?? false;
    const owners = limitIsZero ? this.#membersOf(flight.quota) : [flight.entry];
    for (const entry of owners) {
      this.#cool(entry, `model:${flight.model}`, "not_on_tier", until, failure.message, true);
    }
    for (const entry of owners) this.#context.roster.refreshEntry(entry, now);
    return "set the model aside for this key";
  }

  #membersOf(bucket: Bucket): CredentialEntry[] {
    const { entries } = this.#context.roster;
    return [...entries.values()].filter((entry) => entry.buckets.get(bucket.identity.unit) === bucket);
  }

  #modelGone(flight: Flight, failure: Failure, now: number, history: AttemptHistory): string {
    const until = failure.until ?? now + TUNING.modelGone;
    this.#cool(flight.entry, `model:${flight.model}`, "model_gone", until, failure.message, true);
    if (!history.classes.includes("model_gone")) return "set the model aside for this key";
    this.#context.roster.way(flight.entry.source, flight.model).goneUntil = until;
    this.#context.emit({ type: "cooled", scope: `model:${flight.model}`, until, reason: failure.message });
    return "set the model aside";
  }

  #overloaded(flight: Flight, failure: Failure, now: number): string {
    if (flight.sent !== undefined && flight.quota.prior.faults !== "counted") {
      flight.quota.window.release(flight.sent);
    }
    const until = this.#context.roster.way(flight.entry.source, flight.model).load.fault(
      now,
      this.#context.random,
    );
    if (until === 0) return "asks the model less";
    this.#context.emit({ type: "cooled", scope: `model:${flight.model}`, until, reason: failure.message });
    return `rests the model for ${until - now} ms`;
  }

  #egress(_flight: Flight, failure: Failure, now: number): string {
    this.#context.roster.egressUntil = now + TUNING.egress;
    this.#context.emit({
      type: "cooled",
      scope: "egress",
      until: now + TUNING.egress,
      reason: failure.message,
    });
    return "this network may not call Google";
  }

  #transport({ entry }: Flight, failure: Failure, now: number): string {
    const endpoint = entry.endpoint ?? this.#context.roster.endpoint(entry.source);
    const until = endpoint.fault(now, this.#context.random);
    if (until === 0) return "";
    const scope = entry.endpoint === undefined ? `endpoint:${entry.source}` : `proxy:${entry.id}`;
    this.#context.emit({ type: "cooled", scope, until, reason: failure.message });
    return `rests the way there for ${until - now} ms`;
  }

  /** Nothing at first; a bucket that goes on answering so to different calls is rested by a guess. */
  #ambiguous(flight: Flight, failure: Failure, now: number): string {
    this.#uncount(flight);
    const { quota: bucket } = flight;
    const repeated = now - (bucket.ambiguousAt ?? -Infinity) < MINUTE;
    bucket.ambiguousAt = now;
    return repeated ? this.#block(bucket, failure, now, "unexplained 429") : "";
  }

  #guessCredential(entry: CredentialEntry, scope: string, failure: Failure, now: number): string {
    const streak = (entry.cooldowns.get(scope)?.streak ?? -1) + 1;
    const until = now + guessMs(streak + 3, this.#context.random);
    this.#cool(entry, scope, failure.class, until, failure.message, false, streak);
    return "rests the credential";
  }

  #cool(
    entry: CredentialEntry,
    scope: string,
    kind: string,
    until: number,
    reason: string,
    fact: boolean,
    streak = 0,
  ): void {
    entry.cooldowns.set(scope, { scope, kind, until, reason, fact, streak });
    this.#context.dirty(entry);
    const credential: CredentialId = entry.id;
    this.#context.emit({ type: "cooled", credential, scope, until, reason });
  }

  /** Guesses may bench only a share of the buckets that serve the same models. */
  #mayGuess(bucket: Bucket, now: number): boolean {
    let all = 0, benched = 0;
    for (const other of this.#context.roster.buckets.values()) {
      if (other.identity.unit !== bucket.identity.unit) continue;
      all++;
      if (other !== bucket && other.block !== undefined && !other.block.fact && other.block.until > now) {
        benched++;
      }
    }
    return all === 1 || benched + 1 <= Math.floor(all * TUNING.guessShare);
  }

  /** Google does not count what it refuses. */
  #uncount({ quota: bucket, sent }: Flight): void {
    if (sent === undefined || sent.requests === 0) return;
    bucket.window.cancel(sent);
    bucket.dayCount = Math.max(0, bucket.dayCount - 1);
  }
}
