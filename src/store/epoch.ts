import type { Clock } from "../core/mod.ts";
import { epochKey } from "./keys.ts";
import { EPOCH_POLL_MS } from "./limits.ts";

/** Before the first configuration write. */
const NO_EPOCH = "0".repeat(20);

/**
 * Knows the configuration's version: the versionstamp of the epoch key, which grows with each commit. It is watched and
 * also polled, because a watch on a local file does not see what other processes write.
 */
export class EpochWatch {
  readonly #kv: Deno.Kv;
  readonly #clock: Clock;
  readonly #listeners = new Set<(epoch: string) => void>();
  #epoch = NO_EPOCH;
  #cancelPoll: () => void = () => {};
  #polling: Promise<void> = Promise.resolve();
  #reader: ReadableStreamDefaultReader<unknown> | undefined;
  #watching: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(kv: Deno.Kv, clock: Clock) {
    this.#kv = kv;
    this.#clock = clock;
  }

  async start(): Promise<void> {
    await this.poll();
    this.#schedule();
    this.#watching = this.#watch();
  }

  current(): string {
    return this.#epoch;
  }

  listen(listener: (epoch: string) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Takes over a newer epoch; an older one, from a slow read, changes nothing. */
  advance(versionstamp: string): void {
    if (versionstamp <= this.#epoch || this.#closed) return;
    this.#epoch = versionstamp;
    for (const listener of [...this.#listeners]) listener(versionstamp);
  }

  async poll(): Promise<void> {
    const entry = await this.#kv.get(epochKey);
    if (entry.versionstamp !== null) this.advance(entry.versionstamp);
  }

  #schedule(): void {
    this.#cancelPoll = this.#clock.after(EPOCH_POLL_MS, () => {
      // A read that fails (file locked, server away) is made good by the next one.
      this.#polling = this.poll().catch(() => {}).finally(() => {
        if (!this.#closed) this.#schedule();
      });
    });
  }

  async #watch(): Promise<void> {
    const reader = this.#kv.watch<[unknown]>([epochKey]).getReader();
    this.#reader = reader;
    try {
      for (let step = await reader.read(); !step.done && !this.#closed; step = await reader.read()) {
        const stamp = step.value[0].versionstamp;
        if (stamp !== null) this.advance(stamp);
      }
    } catch {
      // The watch ends with the database or the connection; polling goes on.
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#cancelPoll();
    this.#listeners.clear();
    await this.#polling;
    await this.#reader?.cancel().catch(() => {});
    await this.#watching;
  }
}
