import type { SourceName } from "../../core/mod.ts";
import { nextPacificMidnight } from "../../core/mod.ts";
import type { BucketLimitView } from "../contract.ts";
import type { Said } from "../candidates/cooldown.ts";
import type { LaneNode } from "../candidates/lane.ts";
import type { Prior } from "./prior.ts";
import type { SharedPermits } from "../cluster/shared_permits.ts";
import { SendWindow } from "./send_window.ts";
import { MINUTE, TUNING } from "../tuning.ts";

export interface KnownLimit {
  readonly value: number;
  readonly origin: BucketLimitView["origin"];
  readonly asOf: number;
}

/** Why a bucket serves nothing until a time. */
export interface Block {
  readonly until: number;
  /** minute, day or cooling. */
  readonly kind: "minute" | "day" | "cooling";
  readonly reason: string;
  /** True when Google stated `until`; else it is our own pause, which grows and decays, and ends with one trial call. */
  readonly fact: boolean;
  /** True when Google itself closed it; a guess may be wrong, so that there may not be too many. */
  readonly stated: boolean;
  readonly at: number;
  /** What Google said, for those who meet the block. */
  readonly said: Said;
}

/** Google counts Code Assist and Antigravity for each account, whichever project it calls through; all else for each project. */
export function countedByAccount(source: SourceName): boolean {
  return source === "gemini_cli" || source === "antigravity";
}

export interface BucketIdentity {
  readonly id: string;
  readonly project: string;
  readonly projectKind: "told" | "measured" | "key";
  readonly source: SourceName;
  /** The quota group, or the model alone. */
  readonly unit: string;
}

/** One project's quota for one model or quota group: what was sent, what is allowed, and until when it is closed. */
export class Bucket {
  readonly window = new SendWindow();
  /** Where it stands in the lanes of its models. */
  readonly nodes = new Set<LaneNode>();
  rpm: KnownLimit | undefined;
  /** Since when the limit is believed to be what it is, and when it was last lowered: what was sent before proves nothing about it. */
  believedSince = 0;
  loweredAt = -Infinity;
  /** The limit proved too low, or is likely to be: calls feel their way up to this many a minute; 0 when they do not. */
  rising = 0;
  /** The limit from which they feel their way up. */
  risingFrom: number | undefined;
  /** The limit, and our part of it, when the last common change of the model's limits began. */
  base: { readonly value: number; readonly soft: number; readonly slow: number } | undefined;
  tpm: KnownLimit | undefined;
  rpd: KnownLimit | undefined;
  /** Somebody else shares this bucket: our own part of it, as far as it was found. */
  soft = Infinity;
  softAt = 0;
  softStep: number = TUNING.softStep;
  /** Our part is less than one a minute: so many minutes more lie between two calls. */
  slow = 0;
  /** Most requests of one minute that were served while the limit was unknown. */
  proven = 0;
  /** Requests of this day that were sent here, and those that other processes said they sent. */
  dayCount = 0;
  othersToday = 0;
  dayEndsAt = 0;
  block: Block | undefined;
  guesses = 0;
  halfOpen = false;
  trials = 0;
  exploring = 0;
  /** Last stated share of a quota without numbers, and when it resets. */
  remaining:
    | {
      readonly fraction: number;
      readonly resetsAt?: number;
      readonly asOf: number;
      /** The day's count at that time. */
      readonly count?: number;
    }
    | undefined;
  /** Google named a time at which one more call goes, whatever our own count says. */
  #promised = false;
  dayProbeAt = Infinity;
  dayProbeEvery: number = TUNING.dayProbe;
  probedAt = 0;
  /** Stated end of the last minute refusal, as evidence of a shared window. */
  stamp: { readonly at: number; readonly until: number } | undefined;
  lastUsed = 0;
  /** Permits shared with other processes; absent when this one is alone. */
  shared: SharedPermits | undefined;
  /** Since when the known limit is spent by permits alone. */
  permitsSince = 0;
  /** Called when permits run low. */
  wanting: () => void = () => {};

  state: "open" | "explore" | "closed" = "open";
  share = 1;
  until = 0;
  reason = "";
  /** When `refresh` would next say something else; Infinity when only an event can change it. */
  nextAt = Infinity;

  #now = 0;
  /** What each other process said; absent until one did. */
  #others: Map<string, number> | undefined;
  readonly #inherited = new WeakSet<Bucket>();

  constructor(readonly identity: BucketIdentity, readonly prior: Prior) {}

  get id(): string {
    return this.identity.id;
  }

  /** The requests a minute that may be sent now, whatever their origin. */
  get paceLimit(): number {
    return Math.min(this.rpm?.value ?? Math.max(this.prior.value, this.proven), this.soft);
  }

  /** Its limit was not stated since the model's limits began to change together. */
  get isInferred(): boolean {
    return this.rpm !== undefined && this.base !== undefined && this.rpm.asOf < this.prior.shift.since;
  }

  /** The limit as it was last believed, without what calls feel their way up to. */
  get restingLimit(): number | undefined {
    return this.risingFrom ?? this.rpm?.value;
  }

  get dayUsed(): number {
    return this.dayCount + this.othersToday;
  }

  get tokenLimit(): number {
    return this.tpm?.value ?? Infinity;
  }

  /** Brings the window, the day and the state to `now`. Returns true when a block ended by this. */
  refresh(now: number): boolean {
    this.#now = now;
    this.window.advance(now);
    this.#rollDay(now);
    const ended = this.#endBlock(now);
    if (this.block !== undefined) this.#close(this.block.until, this.block.kind, this.#probeTime());
    else if (this.halfOpen && this.trials > 0) this.#close(Infinity, "cooling", Infinity);
    else if (this.rpd !== undefined && this.dayUsed >= this.rpd.value) {
      this.#close(this.dayEndsAt, "day", this.dayEndsAt);
    } else if (this.window.tokens >= this.tokenLimit) {
      const free = this.window.tokensFreeAt(this.tokenLimit, 1);
      this.#close(free, "tokens", free);
    } else this.#pace(now);
    return ended;
  }

  /** A key of another bucket turned out to draw from this one: its limits and block hold here, and what it sent counts here. */
  inherit(former: Bucket): void {
    if (this.#inherited.has(former)) return;
    this.#inherited.add(former);
    if (this.rpm === undefined) this.prior.replace(undefined, former.rpm?.value);
    this.rpm ??= former.rpm;
    this.tpm ??= former.tpm;
    this.rpd ??= former.rpd;
    if ((former.block?.until ?? 0) > (this.block?.until ?? 0)) this.block = former.block;
    if (former.dayEndsAt === this.dayEndsAt || this.dayEndsAt === 0) {
      this.dayEndsAt = former.dayEndsAt;
      this.dayCount += former.dayCount;
    }
    this.window.absorb(former.window);
  }

  /** Another process says how many requests it has sent in the day that ends at `endsAt`. True when that was news. */
  noteOther(process: string, endsAt: number, count: number): boolean {
    if (this.dayEndsAt === 0) this.dayEndsAt = endsAt;
    const others = this.#others ??= new Map();
    if (endsAt !== this.dayEndsAt || others.get(process) === count) return false;
    this.othersToday += count - (others.get(process) ?? 0);
    others.set(process, count);
    return true;
  }

  /** Somebody vouches for it: no block, no guess, and a day's count starts anew if that was what closed it. */
  unblock(): void {
    if (this.block?.kind === "day" || this.reason === "day") this.rpd = undefined;
    this.block = undefined;
    this.dayProbeAt = Infinity;
    this.guesses = 0;
    this.halfOpen = false;
  }

  /**
   * A refusal that our own sends do not explain named its end: one call goes then, although our part of the limit looks used up.
   * Not where that part was found out before: there, others take what is free.
   */
  promise(): void {
    this.#promised = this.slow === 0;
  }

  /** A call was sent. */
  sentOne(): void {
    this.#promised = false;
  }

  #pace(now: number): void {
    const limit = this.paceLimit;
    if (this.#lacksPermits(now)) return;
    const rested = this.slow === 0 ? 0 : this.window.lastAt + (1 + this.slow) * MINUTE;
    if (this.window.requests < limit && rested <= now) return this.#open(limit);
    const free = Math.max(this.window.requestsFreeAt(limit), rested);
    const raiseAt = this.soft === Infinity ? Infinity : this.softAt + this.#stepNow(now);
    if (this.#promised || this.#mayExplore() || this.#mayRise() || (raiseAt <= now && this.exploring === 0)) {
      this.state = "explore";
      this.share = 0;
      this.until = 0;
      this.nextAt = free;
      return;
    }
    const retry = raiseAt > now ? Math.min(free, raiseAt) : free;
    this.#close(retry, "minute", retry);
  }

  /** With other processes about, a known limit is spent only by permits. */
  #lacksPermits(now: number): boolean {
    const { shared } = this;
    if (shared === undefined || this.rpm === undefined) return false;
    if (shared.available(now) > 0) return false;
    if (this.soft !== Infinity && now - this.softAt > this.#stepNow(now)) this.raiseSoft(now);
    const retry = shared.retryAt > now ? shared.retryAt : now + 1_000;
    this.#close(retry, "minute", retry);
    this.wanting();
    return true;
  }

  #stepNow(now: number): number {
    const { rise } = this.prior;
    if (now - rise.lastAt < TUNING.riseLasts && (this.rpm?.asOf ?? 0) < rise.since) return TUNING.softStepMin;
    const pressed = this.shared === undefined ? TUNING.softStepPressed : TUNING.softStepSharedPressed;
    return now < this.prior.pressedUntil ? Math.min(this.softStep, pressed) : this.softStep;
  }

  #mayExplore(): boolean {
    return this.rpm === undefined && this.soft === Infinity && this.exploring < Math.max(1, this.proven >> 2);
  }

  #mayRise(): boolean {
    const { requests } = this.window;
    return this.rising > requests && this.exploring < Math.max(1, requests >> 2);
  }

  /** Something is sent beyond the soft limit: if it is refused, the next try comes later. */
  raiseSoft(now: number): void {
    if (this.soft === Infinity || this.rising > 0) return;
    this.softAt = now;
    if (this.slow > 0) {
      this.slow = this.slow > 1 ? this.slow / TUNING.slowGrowth : Math.max(0, this.slow - TUNING.slowStep);
      return;
    }
    this.soft++;
    if (this.soft >= (this.rpm?.value ?? Infinity)) this.soft = Infinity;
  }

  /** What was sent beyond the soft limit was served: while calls wait long, the next step comes sooner. */
  foundRoom(rank: number, now: number): void {
    if (rank < this.soft || this.soft === Infinity || now >= this.prior.pressedUntil) return;
    this.softStep = Math.max(TUNING.softStepMin, this.softStep / 2);
  }

  /** What is left by the source's word, less a guess of what was used since; an account that tells nothing is in the middle. */
  #stated(): number {
    if (this.remaining === undefined) return countedByAccount(this.identity.source) ? TUNING.quotaUnknown : 1;
    const used = Math.max(0, this.dayCount - (this.remaining.count ?? this.dayCount));
    return this.remaining.fraction * TUNING.quotaPerCall ** used;
  }

  #open(limit: number): void {
    const tokens = this.tokenLimit === Infinity ? 1 : 1 - this.window.tokens / this.tokenLimit;
    const day = this.rpd === undefined ? 1 : 1 - this.dayUsed / this.rpd.value;
    this.state = "open";
    this.share = Math.min((limit - this.window.requests) / limit, tokens, day, this.#stated());
    this.until = 0;
    this.reason = "";
    const lapse = this.shared === undefined || this.rpm === undefined
      ? Infinity
      : this.shared.lapsesAt(this.#now);
    this.nextAt = Math.min(this.window.nextExpiry, lapse, this.rpd === undefined ? Infinity : this.dayEndsAt);
  }

  #close(until: number, reason: string, nextAt: number): void {
    this.state = "closed";
    this.share = 0;
    this.until = until;
    this.reason = reason;
    this.nextAt = nextAt;
  }

  /** A day's block may be tried once before its end; the chooser asks for that. */
  #probeTime(): number {
    const until = this.block?.until ?? Infinity;
    return this.block?.kind === "day" ? Math.min(until, this.dayProbeAt) : until;
  }

  #endBlock(now: number): boolean {
    if (this.block === undefined || this.block.until > now) return false;
    if (!this.block.fact) this.halfOpen = true;
    this.block = undefined;
    this.dayProbeAt = Infinity;
    return true;
  }

  #rollDay(now: number): void {
    if (now < this.dayEndsAt) return;
    this.dayCount = this.othersToday = 0;
    this.#others = undefined;
    this.dayProbeEvery = TUNING.dayProbe;
    this.dayEndsAt = nextPacificMidnight(now);
  }
}
