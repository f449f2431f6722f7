import type { Clock } from "../../src/core/mod.ts";

interface Event {
  readonly at: number;
  readonly seq: number;
  task: (() => void) | undefined;
}

/** Promise turns that async work gets between two events; the longest chain of the pool and its store is shorter. */
const SETTLE_TURNS = 12;

/** A discrete-event clock: jumps from event to event, so that hours take a second. */
export class EventClock implements Clock {
  #now: number;
  #seq = 0;
  readonly #heap: Event[] = [];

  constructor(start: number) {
    this.#now = start;
  }

  now(): number {
    return this.#now;
  }

  after(ms: number, task: () => void): () => void {
    const event: Event = { at: this.#now + Math.max(0, ms), seq: this.#seq++, task };
    this.#push(event);
    return () => {
      event.task = undefined;
    };
  }

  /** Runs all events up to `end`, then stands there. */
  async runUntil(end: number): Promise<void> {
    for (;;) {
      const next = this.#heap[0];
      if (next === undefined || next.at > end) break;
      this.#pop();
      if (next.task === undefined) continue;
      this.#now = Math.max(this.#now, next.at);
      next.task();
      for (let i = 0; i < SETTLE_TURNS; i++) await undefined;
    }
    this.#now = Math.max(this.#now, end);
  }

  #push(event: Event): void {
    const heap = this.#heap;
    let at = heap.length;
    heap.push(event);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!earlier(heap[at], heap[parent])) return;
      this.#swap(at, parent);
      at = parent;
    }
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (heap.length === 0 || last === undefined) return;
    heap[0] = last;
    for (let at = 0;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) return;
      if (child + 1 < heap.length && earlier(heap[child + 1], heap[child])) child++;
      if (!earlier(heap[child], heap[at])) return;
      this.#swap(at, child);
      at = child;
    }
  }

  #swap(a: number, b: number): void {
    const first = this.#heap[a], second = this.#heap[b];
    if (first === undefined || second === undefined) return;
    this.#heap[a] = second;
    this.#heap[b] = first;
  }
}

function earlier(a: Event | undefined, b: Event | undefined): boolean {
  if (a === undefined || b === undefined) return false;
  return a.at !== b.at ? a.at < b.at : a.seq < b.seq;
}
