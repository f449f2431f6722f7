import type { Clock, Failure } from "../../src/core/mod.ts";
import type { Claim, Contender, Denial, Grant } from "./contender.ts";

const MAX_WAIT = 60_000;
const MAX_ATTEMPTS = 9;

/** How a baseline chooses and cools. */
interface Habit {
  readonly name: string;
  /** The next key at `now`, or undefined when all cool. */
  pick(now: number): number | undefined;
  succeeded(key: number): void;
  failed(key: number, failure: Failure, now: number): void;
  /** When the first key comes back. */
  readonly nextAt: number;
}

interface Waiting {
  readonly claim: Claim;
  readonly deliver: (answer: Grant | Denial) => void;
  readonly since: number;
}

/** A first-come queue of 60 s around a habit, so that all contenders may wait equally long. */
class Baseline implements Contender {
  readonly #clock: Clock;
  readonly #habit: Habit;
  readonly #queue: Waiting[] = [];
  #cancel: () => void = () => {};

  constructor(clock: Clock, habit: Habit) {
    this.#clock = clock;
    this.#habit = habit;
  }

  get name(): string {
    return this.#habit.name;
  }

  claim(claim: Claim, deliver: (answer: Grant | Denial) => void): void {
    const waiting = { claim, deliver, since: this.#clock.now() };
    if (claim.attempt > 1) this.#queue.unshift(waiting);
    else this.#queue.push(waiting);
    this.#serve();
  }

  waiting(): number {
    return this.#queue.length;
  }

  close(): Promise<void> {
    this.#cancel();
    return Promise.resolve();
  }

  #serve(): void {
    const now = this.#clock.now();
    while (this.#queue.length > 0) {
      const first = this.#queue[0];
      if (first !== undefined && now - first.since > MAX_WAIT) {
        this.#queue.shift();
        first.deliver({ kind: "denial", until: Math.max(this.#habit.nextAt, now) });
        continue;
      }
      const key = this.#habit.pick(now);
      if (key === undefined) break;
      this.#queue.shift();
      first?.deliver(this.#grant(key, first.claim));
    }
    this.#sleep(now);
  }

  #grant(key: number, claim: Claim): Grant {
    return {
      kind: "grant",
      key,
      succeed: () => {
        this.#habit.succeeded(key);
        this.#serve();
      },
      fail: (failure) => {
        this.#habit.failed(key, failure, this.#clock.now());
        this.#clock.after(0, () => this.#serve());
        return { next: claim.attempt >= MAX_ATTEMPTS ? "stop" : "wait", delayMs: 0 };
      },
    };
  }

  #sleep(now: number): void {
    this.#cancel();
    const first = this.#queue[0];
    if (first === undefined) return;
    const at = Math.min(this.#habit.nextAt, first.since + MAX_WAIT + 1);
    this.#cancel = this.#clock.after(Math.max(1, at - now), () => this.#serve());
  }
}

/** The keys in turn; any failure rests the key for a flat 60 s. */
export function roundRobinFlat(clock: Clock, keys: number): Contender {
  const until = new Array<number>(keys).fill(0);
  let turn = 0;
  return new Baseline(clock, {
    name: "round robin, flat 60 s",
    pick(now) {
      for (let i = 0; i < keys; i++) {
        const key = (turn + i) % keys;
        if ((until[key] ?? 0) > now) continue;
        turn = key + 1;
        return key;
      }
      return undefined;
    },
    succeeded() {},
    failed(key, _failure, now) {
      until[key] = now + 60_000;
    },
    get nextAt() {
      return Math.min(...until);
    },
  });
}

/** The key used least; failures double its rest from 1 s to 30 min, whatever Google says. */
export function leastUsedBlind(clock: Clock, keys: number): Contender {
  const until = new Array<number>(keys).fill(0);
  const used = new Array<number>(keys).fill(0);
  const rest = new Array<number>(keys).fill(1_000);
  return new Baseline(clock, {
    name: "least used, blind backoff",
    pick(now) {
      let best: number | undefined;
      for (let key = 0; key < keys; key++) {
        if ((until[key] ?? 0) <= now && (best === undefined || (used[key] ?? 0) < (used[best] ?? 0))) {
          best = key;
        }
      }
      if (best !== undefined) used[best] = (used[best] ?? 0) + 1;
      return best;
    },
    succeeded(key) {
      rest[key] = 1_000;
    },
    failed(key, _failure, now) {
      until[key] = now + (rest[key] ?? 1_000);
      rest[key] = Math.min((rest[key] ?? 1_000) * 2, 1_800_000);
    },
    get nextAt() {
      return Math.min(...until);
    },
  });
}

/** One key until it fails, then the next; a failed one rests for the time that Google states, or 60 s. */
export function sequentialKeys(clock: Clock, keys: number): Contender {
  const until = new Array<number>(keys).fill(0);
  return new Baseline(clock, {
    name: "sequential",
    pick(now) {
      const key = until.findIndex((time) => time <= now);
      return key < 0 ? undefined : key;
    },
    succeeded() {},
    failed(key, failure, now) {
      until[key] = failure.until ?? now + 60_000;
    },
    get nextAt() {
      return Math.min(...until);
    },
  });
}
