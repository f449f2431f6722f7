import type { Clock } from "../core/mod.ts";
import type { Store } from "../store/mod.ts";
import type { FreshIndex } from "./fresh_index.ts";
import { sealSegment, SEGMENT_RECORDS } from "./segment_seal.ts";

/** Packed values this process writes before it looks whether a segment is full. */
const SEAL_EVERY = 32;
const LEASE_MS = 30_000;

/** Packs fresh records into segments, one process and one run at a time. */
export class Sealer {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #onProblem: (error: unknown) => void;
  readonly #fresh: FreshIndex;
  #written = 0;
  #running: Promise<number> = Promise.resolve(0);

  constructor(store: Store, clock: Clock, fresh: FreshIndex, onProblem: (error: unknown) => void) {
    this.#store = store;
    this.#clock = clock;
    this.#fresh = fresh;
    this.#onProblem = onProblem;
  }

  /** Told after each write; seals now and then, in the background. */
  written(values: number): void {
    this.#written += values;
    if (this.#written < SEAL_EVERY) return;
    this.#written = 0;
    this.seal(SEGMENT_RECORDS / 2).catch(this.#onProblem);
  }

  /** Packs as long as at least `minimum` records wait; returns how many were packed. */
  seal(minimum: number): Promise<number> {
    this.#running = this.#running.catch(() => 0).then(() => this.#sealAll(minimum));
    return this.#running;
  }

  async settled(): Promise<void> {
    await this.#running.catch(() => 0);
  }

  async #sealAll(minimum: number): Promise<number> {
    const lease = await this.#store.lease("ledger-seal", LEASE_MS);
    if (lease === undefined) return 0;
    try {
      let moved = 0;
      while (true) {
        const part = await sealSegment(this.#store.kv, this.#clock.now(), minimum, this.#fresh);
        moved += part;
        if (part < SEGMENT_RECORDS / 4) return moved;
        await lease.renew(LEASE_MS);
      }
    } finally {
      await lease.release();
    }
  }
}
