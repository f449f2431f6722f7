import type { LimitNotice } from "../../core/mod.ts";
import type { SharedPermits } from "../cluster/permit_source.ts";
import { MINUTE, TUNING } from "../tuning.ts";
import type { PaceState } from "./bucket_state.ts";
import { type Inference, NOTHING } from "./inference.ts";
import { type KnownLimit, type SetLimit, withSetLimit } from "./set_limits.ts";
import type { Prior } from "./prior.ts";
import type { SendWindow, Sent } from "./send_window.ts";

/** Calls take time to arrive: so close to the edge of a window it is unknown on which side they were counted. */
const TRAVEL = 2_000;
const SETTLED = 65_000;
/** At so few requests per minute each one matters. */
const SMALL = 3;

/**
 * The requests per minute of one bucket: the known limit, our share of it if others use it too, and how calls approach a higher
 * one step by step.
 */
export class RequestPace {
  readonly #window: SendWindow;
  readonly #prior: Prior;
  #limit: KnownLimit | undefined;
  /** Since when the limit is assumed, and when it was last lowered: earlier calls prove nothing about it. */
  #believedSince = 0;
  #loweredAt = -Infinity;
  /** Set when the limit proved or probably is too low: calls approach this many per minute; else 0. */
  #probingLimit = 0;
  /** The limit from which they approach it. */
  #probingFrom: number | undefined;
  /** The limit, and our share of it, when the last common change of the model's limits began. */
  #baseline:
    | { readonly value: number; readonly sharedLimit: number; readonly minInterval: number }
    | undefined;
  /** Our share, as far as it was found, of a limit that others use too. */
  #sharedLimit = Infinity;
  #sharedAt = 0;
  #sharedStep: number = TUNING.softStep;
  /** For a share below one per minute: additional minutes between two calls. */
  #minInterval = 0;
  /** Most requests served in one minute while the limit was unknown. */
  #observedMax = 0;
  /** Calls in flight that explore the limit. */
  #exploring = 0;
  /** True when Google named a time at which one more call is allowed, regardless of our count. */
  #admitsOne = false;
  /** Permits shared with other processes; absent when this one is alone. */
  #permits: SharedPermits | undefined;
  /** Since when the known limit is used only by permits. */
  #permitsSince = 0;
  #wanting: () => void = () => {};
  #nextAt = Infinity;

  constructor(window: SendWindow, prior: Prior) {
    this.#window = window;
    this.#prior = prior;
  }

  get known(): KnownLimit | undefined {
    return this.#limit;
  }

  /** The requests per minute that may be sent now, known, learned or assumed. */
  get allowed(): number {
    return Math.min(this.#limit?.value ?? Math.max(this.#prior.value, this.#observedMax), this.#sharedLimit);
  }

  get sharedLimit(): number {
    return this.#sharedLimit;
  }

  get minInterval(): number {
    return this.#minInterval;
  }

  get sharedStep(): number {
    return this.#sharedStep;
  }

  get permits(): SharedPermits | undefined {
    return this.#permits;
  }

  /** True when the limit has not been stated since the model's limits began to change together. */
  get isInferred(): boolean {
    return this.#limit !== undefined && this.#baseline !== undefined &&
      this.#limit.asOf < this.#prior.shift.since;
  }

  /** True when a known limit is all ours and used up, so that one call beyond it would show whether it was raised. */
  mayProbe(now: number): boolean {
    return this.#limit !== undefined && this.#sharedLimit === Infinity && this.#permits === undefined &&
      this.#probingLimit === 0 && this.countInWindow(now) >= this.#limit.value;
  }

  /** When `check` would return another state. */
  get nextAt(): number {
    return this.#nextAt;
  }

  /** When permits in hand expire; Infinity without any. */
  lapsesAt(now: number): number {
    return this.#permits === undefined || this.#limit === undefined ? Infinity : this.#permits.lapsesAt(now);
  }

  /** Whether one more call may be sent now; sets `nextAt` if not. */
  check(now: number): "open" | "explore" | "closed" {
    const limit = this.allowed;
    if (this.#lacksPermits(now)) return "closed";
    const rested = this.#minInterval === 0 ? 0 : this.#window.lastAt + (1 + this.#minInterval) * MINUTE;
    if (this.#window.requests < limit && rested <= now) return "open";
    const free = Math.max(this.#window.requestsFreeAt(limit), rested);
    const raiseAt = this.#sharedLimit === Infinity ? Infinity : this.#sharedAt + this.#stepNow(now);
    if (
      this.#admitsOne || this.#mayExplore() || this.#mayRise() || (raiseAt <= now && this.#exploring === 0)
    ) {
      this.#nextAt = free;
      return "explore";
    }
    this.#nextAt = raiseAt > now ? Math.min(free, raiseAt) : free;
    return "closed";
  }

  /** Counts a sent call; `exploring` when it exceeds the known limit. */
  sent(exploring: boolean, now: number): void {
    this.#admitsOne = false;
    if (exploring) {
      this.#exploring++;
      this.#raiseShared(now);
    }
    this.#permits?.use(now);
  }

  explored(): void {
    this.#exploring--;
  }

  /** True when permits are missing and requested: beside other processes a known limit is used only by permits. */
  #lacksPermits(now: number): boolean {
    const permits = this.#permits;
    if (permits === undefined || this.#limit === undefined) return false;
    if (permits.available(now) > 0) return false;
    if (this.#sharedLimit !== Infinity && now - this.#sharedAt > this.#stepNow(now)) this.#raiseShared(now);
    this.#nextAt = permits.retryAt > now ? permits.retryAt : now + 1_000;
    this.#wanting();
    return true;
  }

  #stepNow(now: number): number {
    const { rise } = this.#prior;
    if (now - rise.lastAt < TUNING.riseLasts && (this.#limit?.asOf ?? 0) < rise.since) {
      return TUNING.softStepMin;
    }
    const pressed = this.#permits === undefined ? TUNING.softStepPressed : TUNING.softStepSharedPressed;
    return now < this.#prior.pressedUntil ? Math.min(this.#sharedStep, pressed) : this.#sharedStep;
  }

  #mayExplore(): boolean {
    return this.#limit === undefined && this.#sharedLimit === Infinity &&
      this.#exploring < Math.max(1, this.#observedMax >> 2);
  }

  #mayRise(): boolean {
    const { requests } = this.#window;
    return this.#probingLimit > requests && this.#exploring < Math.max(1, requests >> 2);
  }

  /** Raises our share for a call beyond it: if that is refused, the next try comes later. */
  #raiseShared(now: number): void {
    if (this.#sharedLimit === Infinity || this.#probingLimit > 0) return;
    this.#sharedAt = now;
    if (this.#minInterval > 0) {
      this.#minInterval = this.#minInterval > 1
        ? this.#minInterval / TUNING.slowGrowth
        : Math.max(0, this.#minInterval - TUNING.slowStep);
      return;
    }
    this.#sharedLimit++;
    if (this.#sharedLimit >= (this.#limit?.value ?? Infinity)) this.#sharedLimit = Infinity;
  }

  /** Records a refusal by requests per minute: the stated value replaces ours; one far below it means other users. */
  refused(notice: LimitNotice, sent: Sent, probe: boolean, now: number): Inference {
    const before = this.#limit?.value;
    const value = notice.value ?? before;
    if (value === undefined) return NOTHING;
    const shifted = this.#noteShift(value, now);
    const priorMoved = this.#set(value, now);
    const count = this.#countOf(sent.at, value);
    const changed = before !== value;
    const inference = { changed, priorMoved, shifted, missing: 0 };
    if (this.#isOurs(sent.at, count, value)) {
      if (!changed && !probe && count === value - 1) this.#window.widenMargin();
      return { ...inference, explained: true };
    }
    if (this.#permits !== undefined) {
      if (changed) this.#permitsSince = now;
      this.#lowerShared(value, now);
      return { ...inference, explained: false };
    }
    this.#lowerPart(count, now);
    return { ...inference, explained: false, missing: value - count };
  }

  /**
   * Allows one call at the stated end of a refusal that our own calls do not explain, although our share looks used up. Not if
   * that share was known before: then others take what is free.
   */
  admitOne(): void {
    this.#admitsOne = this.#minInterval === 0;
  }

  /** Lowers our share to what we sent, as others took the rest; after a lowered limit the smaller share counts. */
  #lowerPart(count: number, now: number): void {
    if (count === 0 && this.#sharedLimit === 1) {
      this.#minInterval = Math.min(
        TUNING.slowMax,
        Math.max(this.#minInterval + TUNING.slowStep, this.#minInterval * TUNING.slowGrowth),
      );
    }
    const lowered = now - this.#loweredAt < SETTLED;
    this.#sharedLimit = Math.max(1, lowered ? Math.min(count, this.#sharedLimit) : count);
    this.#sharedAt = now;
    this.#sharedStep = Math.min(this.#sharedStep * TUNING.softGrowth, TUNING.softStepMax);
  }

  /** With other processes nobody sees the whole count, so the common share is lowered step by step. */
  #lowerShared(value: number, now: number): void {
    // Calls from before the permits were in force must leave the window first.
    if (now - this.#sharedAt < 2_000 || now - this.#permitsSince < SETTLED) return;
    this.#sharedLimit = Math.max(1, Math.floor(Math.min(this.#sharedLimit, value) * 0.95));
    this.#sharedAt = now;
    this.#sharedStep = Math.min(this.#sharedStep * TUNING.softGrowth, TUNING.softStepShared);
  }

  /**
   * Our calls in the minute before a refusal. Many calls that failed by Google's fault show whether those count: more than the
   * limit in all means that they are free; exactly the limit, and too few without them, that they count.
   */
  #countOf(at: number, value: number): number {
    const all = this.#window.countAt(at), sure = this.#window.countAt(at, at - MINUTE, true);
    if (all > value + 1 && sure <= value + 1) this.#prior.noteFaults("free");
    else if (all >= value - 1 && sure < value - 1 && this.#prior.faults === "unknown") {
      this.#prior.noteFaults("counted");
    }
    return this.#prior.faults === "free" ? sure : all;
  }

  /** True when our own calls used up the limit; our count of a large one may lack a call, that of a small one not. */
  #isOurs(at: number, count: number, value: number): boolean {
    if (count < value - 1) return false;
    return value > SMALL || this.#window.countAt(at + TRAVEL, at - MINUTE - TRAVEL) >= value;
  }

  /** Sets the learned limit; true when the tier's median moved. */
  #set(value: number, now: number): boolean {
    const before = this.#limit?.value;
    // A lower limit lowers our share of it; a higher one says nothing about what the others take.
    if (before !== undefined && value < before) this.#scalePart(value / before);
    this.#believe(value, now, now);
    this.#stopProbing();
    return this.#prior.replace(before, value);
  }

  /** Requests that certainly counted in Google's window at `at`. */
  countInWindow(at: number): number {
    const start = this.#prior.phase.startOf(at);
    if (start === undefined) return this.#window.countAt(at, at - MINUTE + TRAVEL, true);
    return at + TRAVEL < start + MINUTE ? this.#window.countAt(at, start, true) : 0;
  }

  /** Records a served call and what it proves about the limit. True when a known limit proved too low. */
  served(sent: Sent, now: number): boolean {
    const limit = this.#limit;
    if (limit === undefined) {
      this.#observedMax = Math.max(this.#observedMax, sent.rank);
      return false;
    }
    if (this.#probingLimit > 0) {
      this.#climb(sent.rank, now);
      return false;
    }
    if (sent.rank <= limit.value || limit.origin === "set" || this.#permits !== undefined) return false;
    // A call sent before the limit was assumed may have been served under another one.
    if (sent.at < this.#believedSince) return false;
    if (now - sent.at > MINUTE || this.countInWindow(sent.at) <= limit.value) return false;
    this.#disprove(sent.rank, now);
    return true;
  }

  /** Records that a call beyond our share was served: while calls wait long, the next step comes sooner. */
  foundRoom(rank: number, now: number): void {
    if (rank < this.#sharedLimit || this.#sharedLimit === Infinity || now >= this.#prior.pressedUntil) return;
    this.#sharedStep = Math.max(TUNING.softStepMin, this.#sharedStep / 2);
  }

  /** Tests our share at once after another bucket's limit rose, unless the limit was stated since. True for a share. */
  retestShared(): boolean {
    if (this.#sharedLimit === Infinity || (this.#limit?.asOf ?? 0) >= this.#prior.rise.since) return false;
    this.#sharedAt = 0;
    return true;
  }

  /** Follows newly stated limits: moves one that was not stated with them, or back when that proves wrong. */
  followShift(now: number): void {
    const limit = this.#limit;
    const { shift } = this.#prior;
    if (limit?.origin !== "learned") return;
    if (shift.fresh) {
      this.#baseline = {
        value: this.#restingLimit ?? limit.value,
        sharedLimit: this.#sharedLimit,
        minInterval: this.#minInterval,
      };
    }
    if (this.#permits === undefined && this.isInferred) this.#follow(now);
  }

  /** The last assumed limit, without the one that calls approach. */
  get #restingLimit(): number | undefined {
    return this.#probingFrom ?? this.#limit?.value;
  }

  /** Records what the stated value means for all buckets of the model; true when others must be refreshed. */
  #noteShift(value: number, now: number): boolean {
    const limit = this.#limit;
    const { shift } = this.#prior;
    if (limit === undefined || limit.origin !== "learned" || this.#permits !== undefined) return false;
    const before = this.#inferredFrom(now) ?? this.#restingLimit;
    if (before === undefined) return false;
    // An inferred value may be off by one: that is not a change.
    if (this.isInferred && !shift.lasts(now) && Math.abs(value - before) <= 1) return false;
    if (value !== before) {
      shift.note(before, value, now);
      return true;
    }
    if (before === limit.value || this.#probingLimit > 0) return false;
    // It was inferred from the others, and proved wrong.
    shift.drop();
    return true;
  }

  /** The limit before the change, when it was not stated since and is assumed to have moved with the others. */
  #inferredFrom(now: number): number | undefined {
    return this.isInferred && this.#prior.shift.lasts(now) ? this.#baseline?.value : undefined;
  }

  /** Moves a limit that was not stated since the others changed, or moves it back when that proves wrong. */
  #follow(now: number): void {
    const limit = this.#limit, baseline = this.#baseline;
    const { shift } = this.#prior;
    if (limit === undefined || baseline === undefined) return;
    if (shift.dropped) return this.#revert(now);
    if (!shift.certain && !(shift.rises && this.#probingLimit > 0)) return;
    const value = shift.predict(baseline.value);
    if (!shift.rises && value < limit.value) this.#infer(value, now);
    if (shift.rises && value > limit.value) this.#letRise(value);
  }

  /** Restores the former limit: the change does not concern it. */
  #revert(now: number): void {
    const limit = this.#limit, baseline = this.#baseline;
    if (limit === undefined || baseline === undefined || limit.value >= baseline.value) return;
    this.#infer(baseline.value, now);
    this.#sharedLimit = Math.max(this.#sharedLimit, baseline.sharedLimit);
    this.#minInterval = baseline.minInterval;
  }

  /** Sets an inferred limit, which follows from other buckets' limits or from served calls; our share follows a lower one. */
  #infer(value: number, now: number): void {
    const limit = this.#limit;
    if (limit === undefined || limit.value === value) return;
    this.#prior.replace(limit.value, value);
    if (value < limit.value) this.#scalePart(value / limit.value);
    this.#believe(value, limit.asOf, now);
  }

  #believe(value: number, asOf: number, now: number): void {
    if (this.#limit !== undefined && value < this.#limit.value) this.#loweredAt = now;
    this.#limit = { value, origin: "learned", asOf };
    this.#believedSince = now;
    this.#observedMax = 0;
    if (this.#sharedLimit >= value) this.#sharedLimit = Infinity;
  }

  #scalePart(by: number): void {
    if (this.#sharedLimit === Infinity) return;
    const part = this.#sharedLimit / (1 + this.#minInterval) * by;
    this.#sharedLimit = Math.max(1, Math.round(part));
    this.#minInterval = part < 1 ? Math.min(TUNING.slowMax, 1 / part - 1) : 0;
  }

  /** Lets calls approach `value`, which the limit probably is now, or our share of it. */
  #letRise(value: number): void {
    const limit = this.#limit?.value ?? value;
    const part = this.#sharedLimit === Infinity ? limit : this.#sharedLimit / (1 + this.#minInterval);
    this.#probingFrom ??= limit;
    this.#probingLimit = Math.max(1, Math.round(value * part / limit));
    this.#minInterval = 0;
  }

  #stopProbing(): void {
    this.#probingLimit = 0;
    this.#probingFrom = undefined;
  }

  /** Handles a call served beyond the limit: it rose; or it was inferred and inexact, or wrong like all inferred with it. */
  #disprove(rank: number, now: number): void {
    const limit = this.#limit;
    const { shift } = this.#prior;
    if (limit === undefined) return;
    const before = this.#inferredFrom(now);
    if (before !== undefined && limit.value < before && rank > shift.most(before)) {
      shift.drop();
      return this.#revert(now);
    }
    this.#probingFrom = limit.value;
    this.#infer(rank, now);
    const foretold = before === undefined ? 0 : shift.predict(before);
    this.#probingLimit = foretold > rank ? foretold : Infinity;
  }

  /** Records that an exploring call was served: so much is ours. */
  #climb(rank: number, now: number): void {
    const limit = this.#limit;
    if (limit !== undefined && rank > limit.value) {
      this.#prior.replace(limit.value, rank);
      this.#limit = { ...limit, value: rank };
    }
    if (rank > this.#sharedLimit) {
      this.#sharedLimit = rank >= (this.#limit?.value ?? Infinity) ? Infinity : rank;
      this.#sharedAt = now;
    }
    if (rank >= this.#probingLimit) this.#stopProbing();
  }

  /** Applies a limit that the user set or removed. */
  setByUser(set: SetLimit | undefined, now: number): void {
    const before = this.#limit;
    this.#limit = withSetLimit(before, set, now);
    this.#prior.replace(before?.value, this.#limit?.value);
  }

  /** Takes the limit of another bucket that turned out to be the same one. */
  inherit(former: RequestPace): void {
    if (this.#limit !== undefined) return;
    this.#prior.replace(undefined, former.#limit?.value);
    this.#limit = former.#limit;
  }

  /** Uses the limit by permits from now on; `wanting` is called when they run low. Without permits this process is alone. */
  sharePermits(permits: SharedPermits | undefined, wanting: () => void, now: number): void {
    if (permits !== undefined) this.#permitsSince = now;
    this.#permits = permits;
    this.#wanting = wanting;
  }

  toState(): PaceState {
    return {
      rpm: this.#limit,
      shared: this.#sharedLimit === Infinity
        ? undefined
        : { limit: this.#sharedLimit, at: this.#sharedAt, step: this.#sharedStep },
      observedMax: this.#observedMax,
    };
  }

  restore({ rpm, shared, observedMax }: PaceState, now: number): void {
    this.#limit = rpm;
    this.#prior.replace(undefined, rpm?.value);
    this.#observedMax = observedMax;
    if (shared !== undefined) this.#takeShared(shared, now);
  }

  /** Merges what another process learned later; true when something changed. */
  merge({ rpm, shared }: PaceState, now: number): boolean {
    let changed = false;
    if (rpm !== undefined && rpm.asOf > (this.#limit?.asOf ?? 0)) {
      this.#prior.replace(this.#limit?.value, rpm.value);
      if (rpm.value !== this.#limit?.value) this.#permitsSince = now;
      this.#limit = rpm;
      changed = true;
    }
    if (shared?.at === undefined || shared.at <= this.#sharedAt) return changed;
    this.#takeShared(shared, now);
    return true;
  }

  #takeShared({ limit, at, step }: NonNullable<PaceState["shared"]>, now: number): void {
    this.#sharedLimit = limit;
    this.#sharedAt = at ?? now;
    this.#sharedStep = step ?? this.#sharedStep;
  }
}
