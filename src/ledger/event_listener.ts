import type { Clock } from "../core/mod.ts";
import type { LiveEvent, LiveEventName } from "./contract.ts";
import { REPLACEABLE } from "./replaceable_events.ts";

/** Replaceable events go out at most this often, in milliseconds: ten a second. */
const PACE_MS = 100;
/** Undelivered events after which a listener is given up. */
const MOST_WAITING = 1_000;
/** Logs and requests beyond this many in one tenth of a second are left out, and `missed` says so; they are in the ledger. */
const MOST_A_TICK = 50;

/** One reader of the event bus: a bounded queue, paced. */
export class EventListener {
  readonly #clock: Clock;
  readonly #onEnd: () => void;
  readonly #queue: LiveEvent[] = [];
  readonly #held = new Map<LiveEventName, LiveEvent>();
  #cancelTick: (() => void) | undefined;
  #inTick = 0;
  /** The id of the newest event that was left out since `missed` was last said. */
  #leftOut: number | undefined;
  #wake: (() => void) | undefined;
  #ended = false;

  constructor(clock: Clock, onEnd: () => void) {
    this.#clock = clock;
    this.#onEnd = onEnd;
  }

  offer(event: LiveEvent): void {
    if (this.#ended) return;
    if (this.#cancelTick === undefined) {
      this.#startTick();
      this.#inTick = 0;
      this.#deliver(event);
    } else if (REPLACEABLE.has(event.name)) {
      this.#held.delete(event.name);
      this.#held.set(event.name, event);
    } else if (++this.#inTick <= MOST_A_TICK || event.name !== "request" && event.name !== "log") {
      this.#deliver(event);
    } else {
      this.#leftOut = event.id;
    }
  }

  /** Tells the reader, within a tenth of a second, that events up to this id will not come: it is to read again. */
  leaveOut(id: number): void {
    if (this.#ended) return;
    this.#leftOut = id;
    if (this.#cancelTick === undefined) this.#startTick();
  }

  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#cancelTick?.();
    this.#onEnd();
    this.#wake?.();
  }

  async *events(): AsyncGenerator<LiveEvent> {
    try {
      while (true) {
        const next = this.#queue.shift();
        if (next !== undefined) yield next;
        else if (this.#ended) return;
        else await new Promise<void>((resolve) => this.#wake = resolve);
      }
    } finally {
      this.end();
    }
  }

  #deliver(event: LiveEvent): void {
    if (this.#queue.length >= MOST_WAITING) {
      this.#queue.length = 0;
      this.end();
      return;
    }
    this.#queue.push(event);
    this.#wake?.();
  }

  #startTick(): void {
    this.#cancelTick = this.#clock.after(PACE_MS, () => {
      this.#cancelTick = undefined;
      const held = [...this.#held.values()];
      this.#held.clear();
      if (this.#leftOut !== undefined) held.push({ id: this.#leftOut, name: "missed", data: {} });
      this.#leftOut = undefined;
      if (held.length === 0) return;
      this.#startTick();
      this.#inTick = 0;
      for (const event of held) this.#deliver(event);
    });
  }
}
