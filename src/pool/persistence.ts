import type { Clock, CredentialId, JsonObject } from "../core/mod.ts";
import { isObject, storedFailureClass } from "../core/mod.ts";
import { Bucket } from "./quota/bucket.ts";
import {
  type DayCount,
  dayOf,
  dayRecordName,
  encodeDay,
  fromRecord,
  isDayRecord,
  toRecord,
} from "./quota/bucket_record.ts";
import { saidIn } from "./candidates/cooldown.ts";
import type { NamedRecord } from "../store/contract.ts";
import type { CredentialCooldown, CredentialState } from "./candidates/credential_state.ts";
import type { PoolLog, PoolStore } from "./options.ts";
import { PoolState } from "./candidates/pool_state.ts";
import { TUNING } from "./tuning.ts";

/** Records written at once; the rest wait for the next turn. */
const BATCH = 200;
/** Prefix of the name of a bucket's record. */
const BUCKET = "bucket:";
/** The record of cooldowns larger than a credential. */
const RESTS = "rests";
const FORGET_AFTER = 30 * 24 * 3_600_000;

type Kept = Bucket | CredentialState | PoolState;

export interface PersistenceContext {
  readonly store: Pick<PoolStore, "poolState" | "processId">;
  readonly clock: Clock;
  readonly log: PoolLog;
  /** Projects that were read from errors; stored with their keys. */
  readonly projects: Map<CredentialId, string>;
}

/** Keeps what the pool learned: changes are written together, at most every 250 ms, never by a request. */
export class Persistence {
  readonly #records: PoolStore["poolState"];
  readonly #by: string;
  readonly #clock: Clock;
  readonly #log: PoolLog;
  readonly #projects: Map<CredentialId, string>;
  readonly #remembered = new Map<string, JsonObject>();
  /** Counts of the current day, by bucket and process. */
  readonly #days = new Map<string, Map<string, DayCount>>();
  readonly #urgent = new Set<Kept>();
  readonly #lazy = new Set<Bucket>();
  /** Buckets that were forgotten: a call that ends late must not bring them back. */
  readonly #forgotten = new WeakSet<Kept>();
  #cancel: (() => void) | undefined;
  #dueAt = Infinity;
  #wroteAt = -Infinity;
  #writing: Promise<void> = Promise.resolve();
  /** True while writes fail: logged once, then retried until one succeeds. */
  #failing = false;
  #closed = false;

  constructor({ store, clock, log, projects }: PersistenceContext) {
    this.#records = store.poolState;
    this.#by = store.processId;
    this.#clock = clock;
    this.#log = log;
    this.#projects = projects;
  }

  async load(): Promise<void> {
    const old = this.#clock.now() - FORGET_AFTER;
    for (const { name, value } of await this.#records.list()) {
      const at = value["at"];
      const over = isDayRecord(name) && dayOf(value, this.#clock.now()) === undefined;
      if (over || (typeof at === "number" && at < old)) await this.#records.remove(name);
      else this.remember(name, value);
    }
  }

  /** Keeps a record until its bucket or credential exists. */
  remember(name: string, value: JsonObject): void {
    if (!isDayRecord(name)) {
      this.#remembered.set(name, value);
      return;
    }
    const day = dayOf(value, this.#clock.now());
    if (day === undefined) return;
    const days = this.#days.get(day.bucket) ?? new Map<string, DayCount>();
    this.#days.set(day.bucket, days.set(day.by, day));
  }

  /**
   * Restores a new bucket's stored state; `live` are the processes that use the database now. True when there was one.
   */
  adoptBucket(bucket: Bucket, live: readonly string[] = []): boolean {
    const record = this.#remembered.get(BUCKET + bucket.id);
    if (record === undefined) return false;
    const state = fromRecord(record);
    if (state !== undefined) bucket.restore(state, this.#clock.now());
    this.#adoptDay(bucket, String(record["by"]), live);
    return true;
  }

  /** Assigns the restored count of the day: if several processes counted, their own records are right. */
  #adoptDay(bucket: Bucket, by: string, live: readonly string[]): void {
    const days = this.#days.get(bucket.id);
    const { endsAt, count } = bucket.day;
    if (days !== undefined || live.length > 1) bucket.forgetOwnDay();
    if (live.includes(by) && by !== this.#by) bucket.noteOther(by, endsAt, count);
    for (const day of days?.values() ?? []) bucket.noteOther(day.by, day.endsAt, day.count);
  }

  /** Removes what is stored of a bucket, after what is being written. */
  forget(bucket: Bucket): void {
    this.#forgotten.add(bucket);
    this.#remembered.delete(BUCKET + bucket.id);
    this.#days.delete(bucket.id);
    const names = [BUCKET + bucket.id, dayRecordName(this.#by, bucket)];
    this.#writing = this.#writing.then(async () => {
      for (const name of names) await this.#records.remove(name);
    }).catch((problem) => this.#report(problem));
  }

  adoptEntries(poolState: PoolState): void {
    const now = this.#clock.now();
    const rests = this.#remembered.get(RESTS);
    if (rests !== undefined) poolState.restoreRests(rests, now);
    for (const credentialState of poolState.credentials.values()) {
      const record = this.#remembered.get(`key:${credentialState.id}`);
      this.#remembered.delete(`key:${credentialState.id}`);
      const project = record?.["project"];
      if (typeof project === "string") this.#projects.set(credentialState.id, project);
      for (const cooldown of cooldownsOf(record)) {
        if (cooldown.until > now) credentialState.cooldowns.set(cooldown.scope, cooldown);
      }
    }
  }

  /** Creates every stored bucket, so that it is shown before its model is called. */
  adoptBuckets(poolState: PoolState): void {
    const names = [...this.#remembered.keys()].filter((name) => name.startsWith(BUCKET));
    poolState.recall(names.map((name) => name.slice(BUCKET.length)));
  }

  /** Schedules a write at once, or 250 ms after the last one: a process may be killed at any time. */
  changed(what: Kept): void {
    this.#urgent.add(what);
    const quiet = this.#clock.now() - this.#wroteAt >= TUNING.saveDelay;
    this.#schedule(this.#failing ? TUNING.saveRetry : quiet ? 0 : TUNING.saveDelay);
  }

  /** Schedules a write within two seconds after a count changed, as a lost count is corrected by Google's refusals. */
  counted(bucket: Bucket): void {
    this.#lazy.add(bucket);
    this.#schedule(TUNING.countSaveDelay);
  }

  /** Writes everything that is pending; a visitor has no traffic of its own to record. */
  async close(poolState: PoolState, visitor = false): Promise<void> {
    this.#closed = true;
    this.#cancel?.();
    this.#cancel = undefined;
    const now = this.#clock.now();
    for (const bucket of visitor ? [] : poolState.buckets.values()) {
      bucket.refresh(now);
      if (bucket.window.requests > 0) this.#lazy.add(bucket);
    }
    await this.#writing;
    while (this.#urgent.size + this.#lazy.size > 0) await this.#write();
  }

  #schedule(ms: number): void {
    const at = this.#clock.now() + ms;
    if (at >= this.#dueAt || this.#closed) return;
    this.#cancel?.();
    this.#dueAt = at;
    this.#cancel = this.#clock.after(ms, () => {
      this.#dueAt = Infinity;
      this.#cancel = undefined;
      this.#writing = this.#writing.then(() => this.#write());
    });
  }

  async #write(): Promise<void> {
    this.#wroteAt = this.#clock.now();
    const batch = [...this.#urgent, ...this.#lazy].slice(0, BATCH);
    for (const one of batch) {
      this.#urgent.delete(one);
      if (one instanceof Bucket) this.#lazy.delete(one);
    }
    try {
      await this.#records.putAll([...new Set(batch)].flatMap((one) => this.#recordsOf(one)));
    } catch (problem) {
      this.#failed(batch, problem);
      return;
    }
    this.#failing = false;
    if (this.#urgent.size > 0) this.#schedule(TUNING.saveDelay);
    else if (this.#lazy.size > 0) this.#schedule(TUNING.countSaveDelay);
  }

  #failed(batch: readonly Kept[], problem: unknown): void {
    if (!this.#failing) this.#report(problem);
    this.#failing = true;
    if (this.#closed) return;
    for (const one of batch) this.#urgent.add(one);
    this.#schedule(TUNING.saveRetry);
  }

  #report(problem: unknown): void {
    this.#log("warn", "Could not save the pool's state; it is tried again until it succeeds.", {
      problem: problem instanceof Error ? problem.message : String(problem),
    });
  }

  #recordsOf(one: Kept): readonly NamedRecord[] {
    if (this.#forgotten.has(one)) return [];
    const at = this.#clock.now();
    if (one instanceof Bucket) {
      const record = {
        name: BUCKET + one.id,
        value: { ...toRecord(one.toState()), at, by: this.#by },
      };
      if (!one.countsTogether) return [record];
      return [record, { name: dayRecordName(this.#by, one), value: encodeDay(one, this.#by, at) }];
    }
    if (one instanceof PoolState) return [{ name: RESTS, value: one.restsRecord(at) }];
    const cooldowns = [...one.cooldowns.values()].filter((cooldown) => cooldown.until > at).map((
      cooldown,
    ) => ({ ...cooldown, said: { ...cooldown.said } }));
    const project = this.#projects.get(one.id);
    return [{
      name: `key:${one.id}`,
      value: { v: 1, at, cooldowns, ...(project === undefined ? {} : { project }) },
    }];
  }
}

function cooldownsOf(record: JsonObject | undefined): CredentialCooldown[] {
  const list: unknown = record?.["cooldowns"];
  if (!Array.isArray(list)) return [];
  return list.filter(isObject).flatMap(({ scope, kind, until, reason, fact, stated, said, streak }) => {
    if (typeof scope !== "string" || typeof kind !== "string" || typeof until !== "number") return [];
    const name = storedFailureClass(kind) ?? "unknown";
    return [{
      scope,
      kind,
      until,
      reason: String(reason),
      fact: fact === true,
      // Records of older versions do not distinguish the two.
      stated: (stated ?? fact) === true,
      said: saidIn(said, name, String(reason)),
      streak: Number(streak) || 0,
    }];
  });
}
