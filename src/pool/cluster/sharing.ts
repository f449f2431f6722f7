import type { Clock, JsonObject } from "../../core/mod.ts";
import { fromRecord } from "../quota/bucket_record.ts";
import type { Caps } from "../caps/caps.ts";
import { dayOf, isDayRecord } from "../quota/day_record.ts";
import type { PoolLog, PoolStore } from "../options.ts";
import type { PermitSource } from "./permit_source.ts";
import type { ProcessShare } from "./process_share.ts";
import type { PoolState } from "../candidates/pool_state.ts";

const POLL_MS = 1_000;
const JOIN_POLL_MS = 200;
const IDLE_MS = 5_000;

export interface SharingContext {
  readonly store: PoolStore;
  readonly poolState: PoolState;
  readonly share: ProcessShare;
  readonly caps: Caps;
  readonly permits: PermitSource;
  readonly clock: Clock;
  readonly log: PoolLog;
  readonly freed: () => void;
  /** Keeps a record for a bucket that is not there yet. */
  readonly remember: (name: string, value: JsonObject) => void;
}

/** What changes when other processes use the same database. Alone it does nothing at all, not even a timer. */
export class Sharing {
  readonly #context: SharingContext;
  readonly #seen = new Map<string, number>();
  #cancel: (() => void) | undefined;
  #closed = false;

  constructor(context: SharingContext) {
    this.#context = context;
  }

  /** Follows a change of the list of processes; called at start and on each epoch. */
  async follow(): Promise<void> {
    const { share, poolState, permits, clock, freed } = this.#context;
    if (await share.refresh()) {
      poolState.reshare(clock.now());
      for (const bucket of poolState.buckets.values()) permits.adopt(bucket);
      poolState.refreshAll(clock.now());
      freed();
    }
    // Alone from the start there is nobody to tell; whoever joins makes the epoch move.
    await share.publish(poolState.fits, clock.now());
    if (!share.alone && !this.#closed) {
      this.#cancel ??= clock.after(share.settled ? POLL_MS : JOIN_POLL_MS, () => {
        this.#cancel = undefined;
        this.#poll().catch((problem) =>
          this.#context.log("warn", "Could not read what other processes learned.", {
            problem: String(problem),
          })
        );
      });
    }
  }

  close(): void {
    this.#closed = true;
    this.#context.permits.close();
    this.#cancel?.();
  }

  async #poll(): Promise<void> {
    const { store, caps, clock } = this.#context;
    for (const { name, value } of await store.poolState.list()) this.#merge(name, value);
    await caps.handBackIdle(IDLE_MS);
    for (const bucket of this.#context.poolState.buckets.values()) {
      if (bucket.permits !== undefined && bucket.permits.available(clock.now()) > 0) continue;
      this.#context.poolState.refreshBucket(bucket, clock.now());
    }
    this.#context.freed();
    await this.follow();
  }

  #merge(name: string, value: JsonObject): void {
    const { poolState, clock, store } = this.#context;
    const at = value["at"];
    if (typeof at !== "number" || value["by"] === store.processId || this.#seen.get(name) === at) return;
    this.#seen.set(name, at);
    const day = isDayRecord(name) ? dayOf(value, clock.now()) : undefined;
    const id = day?.bucket ?? (name.startsWith("bucket:") ? name.slice("bucket:".length) : undefined);
    if (id === undefined) return;
    const bucket = poolState.buckets.get(id);
    if (bucket === undefined) return this.#context.remember(name, value);
    if (day !== undefined) bucket.noteOther(day.by, day.endsAt, day.count);
    else {
      const state = fromRecord(value);
      if (state === undefined || !bucket.merge(state, clock.now())) return;
    }
    poolState.refreshBucket(bucket, clock.now());
  }
}
