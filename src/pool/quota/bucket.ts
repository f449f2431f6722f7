import type { LimitNotice } from "../../core/mod.ts";
import type { Said } from "../candidates/cooldown.ts";
import type { Candidate } from "../candidates/model_candidates.ts";
import type { SharedPermits } from "../cluster/permit_source.ts";
import { TUNING } from "../tuning.ts";
import {
  type Block,
  type BucketIdentity,
  type BucketState,
  countedByAccount,
  type StatedShare,
} from "./bucket_state.ts";
import { DayQuota } from "./day_quota.ts";
import { type Inference, NOTHING } from "./inference.ts";
import { type KnownLimit, type SetLimit, withSetLimit } from "./set_limits.ts";
import type { Prior } from "./prior.ts";
import { RequestPace } from "./request_pace.ts";
import { SendWindow, type Sent, type WindowView } from "./send_window.ts";

/** The reason of a bucket closed because its source states that it is nearly used up. */
const QUOTA_LOW = "quota nearly used up";

/**
 * One project's quota for one model or quota group: what was sent, what is allowed, and until when it is closed.
 * Other code reports calls, refusals and resets by methods; the fields are private.
 */
export class Bucket {
  /** Its candidates, one for each model: few, and iterated at each call, so a list. */
  #candidates: readonly Candidate[] = [];
  readonly #window = new SendWindow();
  readonly #pace: RequestPace;
  readonly #day = new DayQuota();
  #tpm: KnownLimit | undefined;
  #remaining: StatedShare | undefined;
  #block: Block | undefined;
  /** Consecutive guessed blocks: the next is longer. */
  #guesses = 0;
  /** True after a guess has ended: one trial call is sent, and the rest wait for its result. */
  #halfOpen = false;
  #trials = 0;
  #probedAt = 0;
  /** Stated end of the last minute refusal, as evidence of a shared window. */
  #resetEvidence: { readonly at: number; readonly until: number } | undefined;
  #lastUsed = 0;

  #state: "open" | "explore" | "closed" = "open";
  #share = 1;
  #until = 0;
  #reason = "";
  #nextAt = Infinity;
  readonly #inherited = new WeakSet<Bucket>();

  constructor(readonly identity: BucketIdentity, readonly prior: Prior) {
    this.#pace = new RequestPace(this.#window, prior);
  }

  get id(): string {
    return this.identity.id;
  }

  /** As of the last `refresh`: whether a call may go (`explore`: to find out whether it may). */
  get state(): "open" | "explore" | "closed" {
    return this.#state;
  }

  /** Free part, 0 to 1. */
  get share(): number {
    return this.#share;
  }

  /** The time at which it opens, while it is closed. */
  get until(): number {
    return this.#until;
  }

  /** The reason why it is closed. */
  get reason(): string {
    return this.#reason;
  }

  /** When `refresh` would next change the state; Infinity when only an event can. */
  get nextAt(): number {
    return this.#nextAt;
  }

  /** Order of use, as given to `touch`. */
  get lastUsed(): number {
    return this.#lastUsed;
  }

  /** The calls of the last minute. */
  get window(): WindowView {
    return this.#window;
  }

  get rpm(): KnownLimit | undefined {
    return this.#pace.known;
  }

  get tpm(): KnownLimit | undefined {
    return this.#tpm;
  }

  get rpd(): KnownLimit | undefined {
    return this.#day.known;
  }

  get tokenLimit(): number {
    return this.#tpm?.value ?? Infinity;
  }

  /** The requests per minute that may be sent now, known, learned or assumed. */
  get paceLimit(): number {
    return this.#pace.allowed;
  }

  /** Our share of the requests per minute if others use them too; else Infinity. */
  get sharedLimit(): number {
    return this.#pace.sharedLimit;
  }

  /** Permits shared with other processes; absent when this one is alone. */
  get permits(): SharedPermits | undefined {
    return this.#pace.permits;
  }

  /** True when its limit has not been stated since the model's limits began to change together. */
  get isInferred(): boolean {
    return this.#pace.isInferred;
  }

  /** The day's requests: this process's, all processes', and the end of the day. */
  get day(): { readonly count: number; readonly used: number; readonly endsAt: number } {
    return this.#day;
  }

  /** True when the day has a known limit that other processes also count against. */
  get countsTogether(): boolean {
    return this.rpd !== undefined && (this.permits !== undefined || this.#day.isShared);
  }

  get block(): Block | undefined {
    return this.#block;
  }

  /** The share that a source stated without numbers. */
  get remaining(): StatedShare | undefined {
    return this.#remaining;
  }

  get probedAt(): number {
    return this.#probedAt;
  }

  get resetEvidence(): { readonly at: number; readonly until: number } | undefined {
    return this.#resetEvidence;
  }

  /** True when the next call is the trial after a guess. */
  get isOnTrial(): boolean {
    return this.#halfOpen;
  }

  /** Brings the window, the day and the state to `now`. Returns true when a block ended by this. */
  refresh(now: number): boolean {
    this.#window.advance(now);
    this.#day.advance(now);
    const ended = this.#endBlock(now);
    const { used, endsAt } = this.#day;
    if (this.#block !== undefined) this.#close(this.#block.until, this.#block.kind, this.#probeTime());
    else if (this.#halfOpen && this.#trials > 0) this.#close(Infinity, "cooling", Infinity);
    else if (this.rpd !== undefined && used >= this.rpd.value) this.#close(endsAt, "day", endsAt);
    else if (this.#window.tokens >= this.tokenLimit) {
      const free = this.#window.tokensFreeAt(this.tokenLimit, 1);
      this.#close(free, "tokens", free);
    } else this.#look(now);
    return ended;
  }

  /** Updates its candidates in every model to `now`. */
  refreshNodes(now: number): void {
    for (let i = 0; i < this.#candidates.length; i++) {
      const candidate = this.#candidates[i]!;
      candidate.model.refresh(candidate, now);
    }
  }

  /** Adds a candidate: it serves one more model. */
  join(candidate: Candidate): void {
    this.#candidates = [...this.#candidates, candidate];
  }

  leave(candidate: Candidate): void {
    this.#candidates = this.#candidates.filter((one) => one !== candidate);
  }

  /** Counts a call that is sent; `exploring` when it goes beyond what is known. */
  send(tokens: number, exploring: boolean, now: number): Sent {
    this.#pace.sent(exploring, now);
    if (this.#halfOpen) this.#trials++;
    this.#day.add();
    return this.#window.add(now, tokens);
  }

  /** Records its position in the order of use. */
  touch(order: number): void {
    this.#lastUsed = order;
  }

  /** Ends a call, successful or not: its probe or trial is over. */
  ended({ exploring, trial }: { readonly exploring: boolean; readonly trial: boolean }): void {
    if (exploring) this.#pace.explored();
    if (trial) this.#trials--;
  }

  /** Records a served call and what it proves about the limits. Returns true when a known limit proved too low. */
  served(
    sent: Sent,
    how: { readonly tokens: number | undefined; readonly exploring: boolean; readonly dayProbe: boolean },
    now: number,
  ): boolean {
    if (how.tokens !== undefined) this.#window.settle(sent, how.tokens);
    this.#guesses >>= 1;
    this.#halfOpen = false;
    this.#window.relaxMargin();
    if (how.dayProbe) {
      this.#block = undefined;
      this.#day.reopen();
    }
    const raised = this.#pace.served(sent, now);
    if (how.exploring) this.#pace.foundRoom(sent.rank, now);
    return raised;
  }

  /** Uncounts a refused call: Google does not count what it refuses. */
  uncount(sent: Sent): void {
    if (sent.requests === 0) return;
    this.#window.cancel(sent);
    this.#day.takeBack();
  }

  /** Releases a call that failed by Google's fault: it no longer paces, unless such calls were found to count. */
  release(sent: Sent): void {
    if (this.prior.faults !== "counted") this.#window.release(sent);
  }

  /** Records a refusal for requests per minute with its stated end `until`. Returns what it taught. */
  refusedMinute(
    notice: LimitNotice,
    sent: Sent,
    { probe, until }: { readonly probe: boolean; readonly until: number | undefined },
    now: number,
  ): Inference {
    const { prior } = this;
    const shared = this.#pace.sharedLimit !== Infinity;
    const inference = this.#pace.refused(notice, sent, probe, now);
    if (!inference.explained && this.#isCalm(inference.missing, shared, now)) this.#pace.admitOne();
    this.#resetEvidence = { at: now, until: until ?? now };
    if (until !== undefined) prior.phase.note(until);
    return inference;
  }

  /** Records a refusal for input tokens per minute, of a call with so many. */
  refusedTokens(notice: LimitNotice, tokens: number, now: number): Inference {
    const before = this.#tpm?.value;
    const value = notice.value ?? before;
    if (value === undefined) return NOTHING;
    this.#tpm = { value, origin: "learned", asOf: now };
    const missing = Math.max(0, Math.floor(value * 0.9) - this.#window.tokens - tokens);
    return { ...NOTHING, explained: missing === 0, changed: before !== value, missing };
  }

  /**
   * Records a refusal for requests per day: closed until the reset, with probes in between that become rarer.
   * True when the limit is new.
   */
  refusedDay(value: number | undefined, until: number, said: Said, now: number): boolean {
    const news = this.#day.refused(value, now);
    this.#block = { until, kind: "day", reason: "requests a day", fact: true, stated: true, at: now, said };
    return news;
  }

  /** Closes it until the block's end. */
  close(block: Block): void {
    this.#block = block;
  }

  /** Counts a guess; returns the number of consecutive ones before it. */
  countGuess(): number {
    return this.#guesses++;
  }

  /**
   * Removes its block and guesses after a reset by the user or a success; restarts the day's count if the day
   * had closed it.
   */
  unblock(): void {
    if (this.#block?.kind === "day" || this.#reason === "day") this.#day.forgetLimit();
    this.#block = undefined;
    this.#day.cancelProbe();
    this.#guesses = 0;
    this.#halfOpen = false;
  }

  /**
   * Applies the source's statement of what is left: nearly used up means closed until the reset, before a call
   * fails on it.
   */
  stateShare({ fraction, resetsAt }: Pick<StatedShare, "fraction" | "resetsAt">, now: number): void {
    const { count } = this.#day;
    this.#remaining = { fraction, asOf: now, count, ...(resetsAt === undefined ? {} : { resetsAt }) };
    const block = this.#block;
    // Google may reset budgets before the stated time: an old closure is tested when the numbers contradict it.
    const doubtful = block !== undefined && fraction >= TUNING.quotaLow &&
      now - block.at >= TUNING.quotaDoubt;
    if (block?.reason === QUOTA_LOW || doubtful) this.unblock();
    const closed = this.#block?.until ?? 0;
    if (fraction >= TUNING.quotaLow || resetsAt === undefined || resetsAt <= now || resetsAt <= closed) {
      return;
    }
    const said: Said = { class: "quota", status: 429, code: "rate_limit_exceeded", message: QUOTA_LOW };
    const stated = { fact: true, stated: true, at: now, said };
    this.#block = { until: resetsAt, kind: "cooling", reason: QUOTA_LOW, ...stated };
  }

  /** Applies a limit that the user set or removed. */
  setLimit(kind: "rpm" | "tpm" | "rpd", set: SetLimit | undefined, now: number): void {
    if (kind === "rpm") this.#pace.setByUser(set, now);
    else if (kind === "rpd") this.#day.setByUser(set, now);
    else this.#tpm = withSetLimit(this.#tpm, set, now);
  }

  /** True when a call beyond its known limit would show whether that was raised, and nothing else blocks it. */
  mayProbeLimit(now: number): boolean {
    return this.#state === "closed" && this.#reason === "minute" && this.#block === undefined &&
      this.#pace.mayProbe(now);
  }

  /** True when its day is used up and may be probed. */
  mayProbeDay(now: number): boolean {
    return this.#block?.kind === "day" && this.#day.probeAt <= now;
  }

  /** Records that a probe beyond its limit is sent. */
  probed(now: number): void {
    this.#probedAt = now;
  }

  /** Postpones the other bucket's day probe, as this one's was refused. */
  postponeDayProbeOf(other: Bucket): void {
    other.#day.postponeProbe(this.#day.probeAt);
  }

  /** Tests a shared limit again after one of the model rose; true when this bucket must be refreshed. */
  retestShared(): boolean {
    return this.#pace.retestShared();
  }

  /** Follows limits of the model that were stated again, as this one may have moved with them. */
  followShift(now: number): void {
    this.#pace.followShift(now);
  }

  /** Merges another bucket that turned out to be the same quota: its limits, block and calls count here. */
  inherit(former: Bucket): void {
    if (this.#inherited.has(former)) return;
    this.#inherited.add(former);
    this.#pace.inherit(former.#pace);
    this.#tpm ??= former.#tpm;
    if ((former.#block?.until ?? 0) > (this.#block?.until ?? 0)) this.#block = former.#block;
    this.#day.inherit(former.#day);
    this.#window.absorb(former.#window);
  }

  /** Records another process's requests in the day that ends at `endsAt`. True when that was new. */
  noteOther(process: string, endsAt: number, count: number): boolean {
    return this.#day.noteOther(process, endsAt, count);
  }

  /** Drops the restored count of the day, which the processes report themselves. */
  forgetOwnDay(): void {
    this.#day.forgetOwn();
  }

  /**
   * Shares its limit with other processes by permits; `wanting` is called when they run low. Without permits
   * this process is alone.
   */
  sharePermits(permits: SharedPermits | undefined, wanting: () => void, now: number): void {
    this.#pace.sharePermits(permits, wanting, now);
  }

  toState(): BucketState {
    return {
      ...this.#pace.toState(),
      ...this.#day.toState(),
      tpm: this.#tpm,
      block: this.#block,
      guesses: this.#guesses,
      window: this.#window.bySecond(),
    };
  }

  /** Restores its stored state; for a new bucket. */
  restore(state: BucketState, now: number): void {
    this.#pace.restore(state, now);
    this.#day.restore(state, now);
    this.#tpm = state.tpm;
    this.#block = state.block;
    this.#guesses = state.guesses;
    for (const [at, requests, tokens] of state.window) this.#window.restore(at, requests, tokens, now);
  }

  /** Merges what another process learned: newer limits, and blocks that last longer. True when something changed. */
  merge(state: BucketState, now: number): boolean {
    let changed = this.#pace.merge(state, now);
    changed = this.#day.merge(state) || changed;
    if (state.tpm !== undefined && state.tpm.asOf > (this.#tpm?.asOf ?? 0)) {
      this.#tpm = state.tpm;
      changed = true;
    }
    const { block } = state;
    if (block === undefined || block.until <= now || block.until <= (this.#block?.until ?? 0)) return changed;
    this.#block = block;
    return true;
  }

  #look(now: number): void {
    const found = this.#pace.check(now);
    if (found === "closed") return this.#close(this.#pace.nextAt, "minute", this.#pace.nextAt);
    if (found === "open") return this.#open(now);
    this.#state = "explore";
    this.#share = 0;
    this.#until = 0;
    this.#nextAt = this.#pace.nextAt;
  }

  #open(now: number): void {
    const limit = this.#pace.allowed;
    const tokens = this.tokenLimit === Infinity ? 1 : 1 - this.#window.tokens / this.tokenLimit;
    this.#state = "open";
    this.#share = Math.min(
      (limit - this.#window.requests) / limit,
      tokens,
      this.#day.share,
      this.#statedShare(),
    );
    this.#until = 0;
    this.#reason = "";
    this.#nextAt = Math.min(
      this.#window.nextExpiry,
      this.#pace.lapsesAt(now),
      this.rpd === undefined ? Infinity : this.#day.endsAt,
    );
  }

  #close(until: number, reason: string, nextAt: number): void {
    this.#state = "closed";
    this.#share = 0;
    this.#until = until;
    this.#reason = reason;
    this.#nextAt = nextAt;
  }

  /** The stated share left, less an estimate of the use since; half for an account that states nothing. */
  #statedShare(): number {
    const remaining = this.#remaining;
    if (remaining === undefined) return countedByAccount(this.identity.source) ? TUNING.quotaUnknown : 1;
    const used = Math.max(0, this.#day.count - (remaining.count ?? this.#day.count));
    return remaining.fraction * TUNING.quotaPerCall ** used;
  }

  /** When a day's block may be probed before its end. */
  #probeTime(): number {
    const until = this.#block?.until ?? Infinity;
    return this.#block?.kind === "day" ? Math.min(until, this.#day.probeAt) : until;
  }

  #endBlock(now: number): boolean {
    if (this.#block === undefined || this.#block.until > now) return false;
    if (!this.#block.fact) this.#halfOpen = true;
    this.#block = undefined;
    this.#day.cancelProbe();
    return true;
  }

  /**
   * True when no call waits long for the model, and others were just found to share its limit or took most of
   * it: then the stated time is better than our own count.
   */
  #isCalm(missing: number, shared: boolean, now: number): boolean {
    const limit = this.rpm?.value ?? 0;
    return now > this.prior.pressedUntil && (!shared || (limit - missing) * 4 <= limit);
  }
}
