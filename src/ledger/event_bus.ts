import type { Clock, Json } from "../core/mod.ts";
import type { LiveEvent, LiveEventName } from "./contract.ts";

/** Events kept for listeners that come back. */
const RING = 1_000;
/** How long events are kept for the last listener after it has left. */
const RETURN_MS = 5 * 60_000;

export interface EventSubscription {
  /** Ends when the bus closes, when `close` is called, or when the listener is too slow. */
  readonly events: AsyncIterable<LiveEvent>;
  close(): void;
}

/** Sends events to listeners; remembers the last thousand while one might reconnect; never waits for a listener. */
export class EventBus {
  readonly #clock: Clock;
  readonly #ring: LiveEvent[] = [];
  readonly #listeners = new Set<EventListener>();
  #lastId: number;
  #closed = false;
  /** When the last listener left; nobody ever listened before. */
  #leftAt = -Infinity;

  constructor(clock: Clock) {
    this.#clock = clock;
    // Ids keep growing over restarts, so that Last-Event-ID of an earlier run means "older than all".
    this.#lastId = clock.now() * 1_000;
  }

  get listeners(): number {
    return this.#listeners.size;
  }

  /** Whether an event published now may reach somebody. */
  get heard(): boolean {
    return this.#listeners.size > 0 || this.#clock.now() - this.#leftAt <= RETURN_MS;
  }

  publish(name: LiveEventName, data: Json): void {
    if (this.#closed) return;
    const id = ++this.#lastId;
    if (!this.heard) {
      this.#ring.length = 0;
      return;
    }
    const event: LiveEvent = { id, name, data };
    this.#ring.push(event);
    if (this.#ring.length > RING * 2) this.#ring.splice(0, this.#ring.length - RING);
    for (const listener of this.#listeners) listener.offer(event);
  }

  /** Begins with the events after `lastEventId` that are still remembered; where some are not, `missed` says so. */
  subscribe(lastEventId?: number): EventSubscription {
    const listener = new EventListener(this.#clock, () => {
      this.#listeners.delete(listener);
      this.#leftAt = this.#clock.now();
    });
    if (this.#closed) listener.end();
    else this.#listeners.add(listener);
    if (lastEventId !== undefined) {
      const ring = this.#ring.slice(-RING);
      const first = ring[0]?.id ?? this.#lastId + 1;
      if (first > lastEventId + 1) listener.leaveOut(first - 1);
      for (const event of ring) if (event.id > lastEventId) listener.offer(event);
    }
    return { events: listener.events(), close: () => listener.end() };
  }

  close(): void {
    this.#closed = true;
    for (const listener of [...this.#listeners]) listener.end();
  }
}

/** Replaceable events go out at most this often, in milliseconds: ten a second. */
const PACE_MS = 100;
/** Undelivered events after which a listener is given up. */
const MOST_WAITING = 1_000;
/** Logs and requests beyond this many in one tenth of a second are left out, and `missed` says so; they are in the ledger. */
const MOST_A_TICK = 50;

/** One reader of the event bus: a bounded queue, paced. */
class EventListener {
  readonly #clock: Clock;
  readonly #onEnd: () => void;
  readonly #queue: LiveEvent[] = [];
  readonly #held = new Map<LiveEventName, LiveEvent>();
  #cancelTick: (() => void) | undefined;
  #inTick = 0;
  /** The id of the newest event left out since `missed` was last sent. */
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

  /** Sends `missed` to the reader within a tenth of a second: events up to this id were left out. */
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

/** Events whose newest state replaces the older ones: only the last one of a moment is sent. */
const REPLACEABLE: ReadonlySet<LiveEventName> = new Set<LiveEventName>([
  "stats_update",
  "stats_update_full",
  "traffic_update",
  "usage:cap-updated",
  "pool_update",
]);
