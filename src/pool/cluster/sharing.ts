import type { Clock, CredentialId, JsonObject } from "../../core/mod.ts";
import { dayOf, fromRecord, isDayRecord } from "../quota/bucket_record.ts";
import type { Caps } from "../caps/caps.ts";
import type { PoolLog, PoolStore } from "../options.ts";
import type { PermitSource } from "./permit_source.ts";
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
  /** Stores a record for a bucket that does not exist yet. */
  readonly remember: (name: string, value: JsonObject) => void;
}

/** Coordinates processes that use the same database. Does nothing for a single process, not even a timer. */
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
    // Not needed while alone: a process that joins changes the epoch.
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

/** FNV-1a: the same number in every process. */
function hash(text: string): number {
  let value = 0x811C9DC5;
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  return value >>> 0;
}

/**
 * One process's share of a credential's slots: an equal share, the remainder to those whose hash with the
 * credential is smallest.
 */
export function slotShare(total: number, credential: string, me: string, live: readonly string[]): number {
  const rest = total % live.length;
  const rank = live.toSorted((a, b) => hash(credential + a) - hash(credential + b) || (a < b ? -1 : 1))
    .indexOf(me);
  return rank < 0 ? 0 : Math.floor(total / live.length) + (rank < rest ? 1 : 0);
}

const RECORD = "share:";

/**
 * The processes that share this database, and our share of everything. A process that joins uses nothing until
 * every other one has confirmed that it knows of it and that its calls in flight fit its smaller share; a dead
 * one leaves when its record expires.
 */
export class ProcessShare {
  live: readonly string[];
  /** False after joining until all others have made room. */
  settled = true;
  readonly #store: PoolStore;
  #published = "";

  constructor(store: PoolStore) {
    this.#store = store;
    this.live = [store.processId];
  }

  get alone(): boolean {
    return this.live.length <= 1;
  }

  /** Reads the list of live processes; true when our share changed. */
  async refresh(): Promise<boolean> {
    const others = (await this.#store.processes()).map((one) => one.id).filter((id) =>
      id !== this.#store.processId
    );
    const live = [this.#store.processId, ...others].sort();
    const settled = this.settled && (!this.alone || this.#published !== "") ||
      await this.#allMadeRoom(others);
    const changed = settled !== this.settled || live.join() !== this.live.join();
    this.live = live;
    this.settled = settled;
    return changed;
  }

  /** Publishes which list this process uses, and whether its calls in flight fit it. */
  async publish(fits: boolean, at: number): Promise<void> {
    const text = `${this.live.join()} ${fits}`;
    if (text === this.#published) return;
    await this.#store.poolState.put(RECORD + this.#store.processId, { v: 1, at, live: [...this.live], fits });
    this.#published = text;
  }

  slots(total: number, credential: CredentialId): number {
    if (!this.settled) return 0;
    return this.alone ? total : slotShare(total, credential, this.#store.processId, this.live);
  }

  async #allMadeRoom(others: readonly string[]): Promise<boolean> {
    for (const id of others) {
      const record = await this.#store.poolState.get(RECORD + id);
      const live = record?.["live"];
      if (record?.["fits"] !== true || !Array.isArray(live) || !live.includes(this.#store.processId)) {
        return false;
      }
    }
    return true;
  }
}
