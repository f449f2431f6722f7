import type { Clock, NewId } from "../../src/core/mod.ts";

/** The machine's own clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  after(ms, task) {
    const timer = setTimeout(task, ms);
    return () => clearTimeout(timer);
  },
};

export const randomId: NewId = (prefix) => prefix + crypto.getRandomValues(new Uint8Array(16)).toHex();

/** A clock that stands still until it is told to move; due tasks then run in the order of their times. */
export class HandClock implements Clock {
  #now: number;
  #tasks: { readonly at: number; readonly task: () => void }[] = [];

  constructor(now = 1_800_000_000_000) {
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  after(ms: number, task: () => void): () => void {
    const item = { at: this.#now + ms, task };
    this.#tasks.push(item);
    return () => {
      this.#tasks = this.#tasks.filter((other) => other !== item);
    };
  }

  /** Timers that are still set. */
  get pending(): number {
    return this.#tasks.length;
  }

  move(ms: number): void {
    this.#now += ms;
    const due = this.#tasks.filter((item) => item.at <= this.#now).sort((a, b) => a.at - b.at);
    this.#tasks = this.#tasks.filter((item) => item.at > this.#now);
    for (const { task } of due) task();
  }
}
