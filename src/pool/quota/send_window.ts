import { MINUTE, TUNING } from "../tuning.ts";

/** One call in a window; settled by the lease. */
export class Sent {
  /** Its weight in the pace: 0 once it is known or assumed not to count at Google. */
  requests = 1;
  /** Its weight as evidence of what Google counted. */
  seen = 1;
  counted = true;
  /** True when Google did not serve it and may not have counted it: it paces, but proves nothing about limits. */
  doubtful = false;

  constructor(
    public at: number,
    public tokens: number,
    /** Number of requests in the window when it was sent, including itself. */
    readonly rank: number,
    /** The entry that counts this call with others of the same moment. */
    readonly slot: Sent | undefined = undefined,
  ) {}
}

/** Several calls as one entry. */
function together(at: number, requests: number, tokens: number, rank: number): Sent {
  const sent = new Sent(at, tokens, rank);
  sent.requests = sent.seen = requests;
  return sent;
}

/**
 * From this many requests in a window on, calls of the same tenth of a second are counted together: finer pacing
 * is useless at such limits, and an object per call that lives for a minute costs more than the call (measured
 * at thousands a second).
 */
const COARSE = 1_000;
const SLOT_MS = 100;

/** The readable part of a window. */
export type WindowView = Pick<
  SendWindow,
  "requests" | "tokens" | "nextExpiry" | "countAt" | "expiries" | "tokensFreeAt"
>;

/** The calls of the last minute and a margin, with running sums; a little more is kept as evidence. */
export class SendWindow {
  #requests = 0;
  #tokens = 0;
  /** Extra milliseconds that a send counts beyond the minute. */
  #margin: number = TUNING.margin;
  #lastAt = 0;
  #entries: Sent[] = [];
  #start = 0;
  #slot: Sent | undefined;
  #slotEnds = 0;

  /** Requests that count in the minute. */
  get requests(): number {
    return this.#requests;
  }

  /** Input tokens that count in the minute. */
  get tokens(): number {
    return this.#tokens;
  }

  /** When the last call was sent, whatever became of it. */
  get lastAt(): number {
    return this.#lastAt;
  }

  /** Widens the margin after a call that should have fitted was refused: each counts a little longer. */
  widenMargin(): void {
    this.#margin = Math.min(this.#margin * 1.5, TUNING.marginMax);
  }

  /** Shrinks the margin slowly after a served call. */
  relaxMargin(): void {
    this.#margin = Math.max(TUNING.margin, this.#margin * 0.999);
  }

  /** When the oldest counted send leaves; Infinity when there is none. */
  get nextExpiry(): number {
    const first = this.#entries[this.#start];
    return first === undefined ? Infinity : first.at + MINUTE + this.#margin;
  }

  add(at: number, tokens: number): Sent {
    const rank = this.#requests + 1;
    this.#lastAt = at;
    this.#requests++;
    this.#tokens += tokens;
    if (rank > COARSE) return new Sent(at, tokens, rank, this.#slotFor(at, tokens));
    const entry = new Sent(at, tokens, rank);
    this.#slot = undefined;
    this.#entries.push(entry);
    return entry;
  }

  /** The entry of this moment, with the call counted in it. It is as old as its newest call, so that none leaves too early. */
  #slotFor(at: number, tokens: number): Sent {
    let slot = this.#slot;
    if (slot === undefined || at >= this.#slotEnds || !slot.counted) {
      slot = together(at, 0, 0, 0);
      this.#slot = slot;
      this.#slotEnds = at + SLOT_MS;
      this.#entries.push(slot);
    }
    slot.at = Math.max(slot.at, at);
    slot.requests++;
    slot.seen++;
    slot.tokens += tokens;
    return slot;
  }

  /** Restores calls from before a restart, oldest first; ignores those too old to matter. */
  restore(at: number, requests: number, tokens: number, now: number): void {
    if (at <= now - 2 * MINUTE || at > now) return;
    this.#entries.push(together(at, requests, tokens, this.#requests + requests));
    this.#requests += requests;
    this.#tokens += tokens;
  }

  /** Adds the counts of another window. */
  absorb(other: SendWindow): void {
    const copies = other.snapshot().map(({ at, requests, tokens }) =>
      together(at, requests, tokens, requests)
    );
    // Calls in flight refer to their entries, so these stay the same objects.
    this.#entries = [...this.#entries.slice(this.#start), ...copies].sort((a, b) => a.at - b.at);
    this.#start = 0;
    for (const { requests, tokens } of copies) {
      this.#requests += requests;
      this.#tokens += tokens;
    }
  }

  settle(entry: Sent, tokens: number): void {
    this.#weigh(entry, 0, tokens - entry.tokens);
    entry.tokens = tokens;
  }

  /** Removes a refused call, which Google does not count. */
  cancel(entry: Sent): void {
    this.release(entry);
    if (entry.slot !== undefined) entry.slot.seen -= entry.seen;
    entry.seen = 0;
  }

  /** Removes a call from the pace but keeps it as evidence. */
  release(entry: Sent): void {
    this.#weigh(entry, -entry.requests, -entry.tokens);
    entry.requests = 0;
    entry.tokens = 0;
  }

  /** Changes a call's weight, in its slot and, while it is in the window, in the sums. */
  #weigh({ slot, counted }: Sent, requests: number, tokens: number): void {
    if (slot !== undefined) {
      slot.requests += requests;
      slot.tokens += tokens;
    }
    if (!(slot?.counted ?? counted)) return;
    this.#requests += requests;
    this.#tokens += tokens;
  }

  advance(now: number): void {
    const end = now - MINUTE - this.#margin;
    for (;;) {
      const entry = this.#entries[this.#start];
      if (entry === undefined || entry.at > end) break;
      entry.counted = false;
      this.#requests -= entry.requests;
      this.#tokens -= entry.tokens;
      this.#start++;
    }
    if (this.#start > 32 && this.#start * 2 > this.#entries.length) this.#forget(end - TUNING.evidence);
  }

  /**
   * Requests of the minute that ended at `at`, without any margin; or those after `since`; `proven` leaves out
   * calls that may not have counted.
   */
  countAt(at: number, since = at - MINUTE, proven = false): number {
    let count = 0;
    for (let i = this.#entries.length - 1; i >= 0; i--) {
      const entry = this.#entries[i];
      if (entry === undefined || entry.at <= since) break;
      if (entry.at <= at && !(proven && entry.doubtful)) count += entry.seen;
    }
    return count;
  }

  /** When fewer than `limit` requests are in the window; 0 when that is so now. */
  requestsFreeAt(limit: number): number {
    return this.#freeAt(this.#requests - limit + 1, (entry) => entry.requests);
  }

  /** When `wanted` more tokens fit under `limit`; 0 when they fit now, Infinity when never. */
  tokensFreeAt(limit: number, wanted: number): number {
    if (wanted > limit) return Infinity;
    return this.#freeAt(this.#tokens + wanted - limit, (entry) => entry.tokens);
  }

  /** The times at which counted sends leave, oldest first. */
  expiries(): number[] {
    const times: number[] = [];
    for (let i = this.#start; i < this.#entries.length; i++) {
      const entry = this.#entries[i];
      for (let n = entry?.requests ?? 0; n > 0; n--) times.push((entry?.at ?? 0) + MINUTE + this.#margin);
    }
    return times;
  }

  /** What is counted now, for the store. */
  snapshot(): { readonly at: number; readonly requests: number; readonly tokens: number }[] {
    return this.#entries.slice(this.#start).filter((entry) => entry.requests > 0)
      .map(({ at, requests, tokens }) => ({ at, requests, tokens }));
  }

  /** The same, by seconds, at the latest time of each: too late is safe, too early is not. */
  bySecond(): [at: number, requests: number, tokens: number][] {
    const seconds: [number, number, number][] = [];
    let last: [number, number, number] | undefined;
    for (let i = this.#start; i < this.#entries.length; i++) {
      const entry = this.#entries[i];
      if (entry === undefined || entry.requests === 0) continue;
      if (last === undefined || Math.floor(last[0] / 1_000) !== Math.floor(entry.at / 1_000)) {
        last = [entry.at, 0, 0];
        seconds.push(last);
      }
      last[0] = entry.at;
      last[1] += entry.requests;
      last[2] += entry.tokens;
    }
    return seconds;
  }

  #freeAt(excess: number, weigh: (entry: Sent) => number): number {
    let left = excess;
    if (left <= 0) return 0;
    for (let i = this.#start; i < this.#entries.length; i++) {
      const entry = this.#entries[i];
      if (entry === undefined) break;
      left -= weigh(entry);
      if (left <= 0) return entry.at + MINUTE + this.#margin;
    }
    return Infinity;
  }

  #forget(before: number): void {
    let from = 0;
    while (from < this.#start && (this.#entries[from]?.at ?? Infinity) < before) from++;
    this.#entries = this.#entries.slice(from);
    this.#start -= from;
  }
}
