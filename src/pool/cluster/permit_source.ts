import type { Clock, Random } from "../../core/mod.ts";
import type { PoolLog, PoolStore } from "../options.ts";
import type { Bucket } from "../quota/bucket.ts";
import type { ProcessShare } from "./sharing.ts";
import { MINUTE, TUNING } from "../tuning.ts";

export interface PermitSourceContext {
  readonly store: PoolStore;
  readonly share: ProcessShare;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: PoolLog;
  readonly freed: () => void;
}

/** Supplies buckets with permits while other processes use the same database, and fetches more when they run low. */
export class PermitSource {
  readonly #context: PermitSourceContext;
  #closed = false;

  constructor(context: PermitSourceContext) {
    this.#context = context;
  }

  /** Gives a bucket shared permits, or removes them when this process is alone. */
  adopt(bucket: Bucket): void {
    const { share, store, random, clock } = this.#context;
    if (share.alone) bucket.sharePermits(undefined, () => {}, clock.now());
    else if (bucket.permits === undefined) {
      const permits = new SharedPermits(bucket.id, store, random);
      bucket.sharePermits(permits, () => this.#fetch(bucket), clock.now());
    }
  }

  close(): void {
    this.#closed = true;
  }

  #fetch(bucket: Bucket): void {
    const { clock, freed, log } = this.#context;
    const { permits, rpm } = bucket;
    if (permits === undefined || rpm === undefined || this.#closed || clock.now() < permits.retryAt) return;
    permits.fetch(rpm.value, bucket.sharedLimit, () => clock.now()).then(() => {
      bucket.refreshNodes(clock.now());
      freed();
    }).catch((problem) => log("warn", "Could not take a share of a bucket.", { problem: String(problem) }));
  }
}

interface Chunk {
  readonly name: string;
  left: number;
  readonly until: number;
}

const PARTS = 20;
const TRIES = 4;
/** Pause before the next try when all tried chunks are in use. */
const RETRY_MS = 250;

/**
 * A bucket's requests a minute, shared with other processes: the limit is split into chunks, each a record that
 * its taker holds for a minute, so that all processes together never exceed the limit in any minute. Chunks are
 * taken in the background, from a random index on.
 */
export class SharedPermits {
  /** No chunk is asked for before this time. */
  retryAt = 0;
  readonly #chunks: Chunk[] = [];
  readonly #busyUntil = new Map<number, number>();
  #fetching = false;

  constructor(
    readonly bucket: string,
    readonly store: Pick<PoolStore, "takeSlice" | "returnSlice">,
    readonly random: Random,
  ) {}

  /** Requests that may be sent now. */
  available(now: number): number {
    let sum = 0;
    for (const chunk of this.#chunks) if (chunk.until > now) sum += chunk.left;
    return sum;
  }

  /** When the permits in hand expire; Infinity without any. */
  lapsesAt(now: number): number {
    return Math.min(
      Infinity,
      ...this.#chunks.filter((one) => one.left > 0 && one.until > now).map((one) => one.until),
    );
  }

  use(now: number): void {
    const chunk = this.#chunks.find((one) => one.left > 0 && one.until > now);
    if (chunk !== undefined) chunk.left--;
  }

  /**
   * Takes one more chunk of `limit`, of which `part` is our share; true when it got one. Returns expired ones first.
   */
  async fetch(limit: number, part: number, now: () => number): Promise<boolean> {
    if (this.#fetching) return false;
    this.#fetching = true;
    try {
      await this.#handBackLapsed(now());
      const size = Math.max(1, Math.floor(limit / PARTS));
      const count = Math.ceil(Math.min(limit, part) / size);
      const start = Math.floor(this.random() * count);
      let tries = 0;
      for (let i = 0; i < count && tries < TRIES; i++) {
        const at = (start + i) % count;
        if ((this.#busyUntil.get(at) ?? 0) > now()) continue;
        tries++;
        if (await this.#take(at, Math.min(size, limit - at * size), `${limit}/${at}`, now())) return true;
      }
      this.retryAt = now() + RETRY_MS * (0.5 + this.random());
      return false;
    } finally {
      this.#fetching = false;
    }
  }

  async #take(at: number, size: number, part: string, now: number): Promise<boolean> {
    const until = now + (size === 1 ? 500 : 2_000);
    const end = until + MINUTE + TUNING.margin;
    const name = `rpm ${this.bucket} ${part}`;
    const { granted } = await this.store.takeSlice(name, size, size, end);
    this.#busyUntil.set(at, granted > 0 ? end : now + 2_000);
    if (granted > 0) this.#chunks.push({ name, left: granted, until });
    return granted > 0;
  }

  async #handBackLapsed(now: number): Promise<void> {
    const lapsed = this.#chunks.filter((one) => one.until <= now);
    for (const chunk of lapsed) {
      this.#chunks.splice(this.#chunks.indexOf(chunk), 1);
      if (chunk.left > 0) await this.store.returnSlice(chunk.name, chunk.left);
    }
  }
}
