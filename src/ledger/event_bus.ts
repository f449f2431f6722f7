import type { Clock, Json } from "../core/mod.ts";
import type { LiveEvent, LiveEventName } from "./contract.ts";
import { EventListener } from "./event_listener.ts";

/** Events kept for listeners that come back. */
const RING = 1_000;
/** How long events are kept for the last listener after it has left. */
const RETURN_MS = 5 * 60_000;

export interface EventSubscription {
  /** Ends when the bus closes, when `close` is called, or when the listener is too slow. */
  readonly events: AsyncIterable<LiveEvent>;
  close(): void;
}

/** Sends events to whoever listens; remembers the last thousand while somebody might come back; never waits for a listener. */
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
    // Ids go on growing over a restart, so that Last-Event-ID of an earlier run means "older than all".
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
