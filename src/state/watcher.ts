import { type Clock, coalesced, type Random } from "../core/mod.ts";
import type { ConfigRecordOf, Section } from "./records.ts";
import {
  buildConfigSnapshot,
  type ConfigSnapshot,
  emptyTables,
  type Entry,
  type Tables,
} from "./snapshot.ts";

/** The epoch before the first write of the configuration. */
export const NO_EPOCH = "0".repeat(20);
/**
 * Interval at which the epoch is polled, in milliseconds: a watch on a local file does not see what other processes write.
 */
const POLL_MS = 1_000;
/** How often a commit that lost a race is tried before it fails. */
const COMMIT_TRIES = 40;
/** Writes that share one commit; each may carry one value of at most 60 KiB, and a commit holds 800 KiB. */
const WRITES_PER_COMMIT = 12;

/** A record's place in the configuration. */
export type Address = readonly [section: Section, name: string];

/** The database's record of its newest change. */
export interface Head {
  /** The version of the whole configuration; grows with each commit. */
  readonly epoch: string;
  /** The epoch that the newest commit followed, and everything it changed; absent when that is unknown. */
  readonly before?: string;
  readonly changed?: readonly Address[];
}

/** One record to write, or to remove when `record` is absent. */
export interface Change {
  readonly section: Section;
  readonly name: string;
  /** The stored form. */
  readonly record?: object;
  readonly entry?: Omit<Entry<ConfigRecordOf[Section]>, "versionstamp">;
  /** The record's version on which this change was decided, for records that are also written without a new epoch. */
  readonly seen?: string;
}

/** The storage of the configuration. */
export interface ConfigStorage {
  head(): Promise<Head>;
  /** Calls `listener` with each new head; returns a function that stops it. */
  watch(listener: (head: Head) => void): () => Promise<void>;
  /** Reads everything; entries of `known` with the same version need not be decoded again. */
  readAll(known: Tables): Promise<Tables>;
  /** The entries at some addresses, undefined where there is no record. */
  read(addresses: readonly Address[], known: Tables): Promise<readonly (Entry<unknown> | undefined)[]>;
  /** Commits when nothing changed since `epoch`; the new epoch, or undefined when something did. */
  commit(epoch: string, changes: readonly Change[]): Promise<string | undefined>;
}

/** The configuration on which a write decides: the newest one, with the earlier decisions of the same commit. */
export interface Draft {
  entry<Name extends Section>(section: Name, name: string): Entry<ConfigRecordOf[Name]> | undefined;
  entries<Name extends Section>(section: Name): Iterable<[string, Entry<ConfigRecordOf[Name]>]>;
}

/** The result of a write's decision: an answer, and the changes to commit. */
export interface Decision<Answer> {
  readonly answer: Answer;
  readonly changes?: readonly Change[];
}
export type Write<Answer> = (draft: Draft) => Promise<Decision<Answer>> | Decision<Answer>;

/** A commit that lost every race it was allowed to run. */
export class CommitLost extends Error {
  override readonly name = "CommitLost";
}

type Listener = (next: ConfigSnapshot, previous: ConfigSnapshot) => void;

interface Waiting {
  readonly write: Write<unknown>;
  readonly settle: (answer: unknown) => void;
  readonly fail: (cause: unknown) => void;
}

/**
 * Keeps the whole configuration in memory and up to date: reads once per epoch, and only the records that a commit changed.
 * Every write goes through `commit`, decides on the snapshot and takes effect only if nothing has changed since, so it reads
 * nothing; concurrent writes share one commit.
 */
export class ConfigWatcher {
  readonly #storage: ConfigStorage;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #listeners = new Set<Listener>();
  readonly #waiting: Waiting[] = [];
  #tables: Tables = emptyTables();
  #snapshot: ConfigSnapshot = buildConfigSnapshot(NO_EPOCH, this.#tables);
  /** Reads and commits take turns: a read never overwrites a later commit. */
  #turn: Promise<unknown> = Promise.resolve();
  #cancelPoll: () => void = () => {};
  #stopWatch: () => Promise<void> = () => Promise.resolve();
  #closed = false;
  readonly #look = coalesced(() => this.#takeTurn(async () => this.#follow(await this.#storage.head())));

  constructor(storage: ConfigStorage, clock: Clock, random: Random) {
    this.#storage = storage;
    this.#clock = clock;
    this.#random = random;
  }

  /** Reads the configuration and follows it until `close`. */
  async start(): Promise<void> {
    const head = await this.#storage.head();
    this.#replace(head.epoch, await this.#storage.readAll(this.#tables));
    this.#schedule();
    this.#stopWatch = this.#storage.watch((head) => {
      // A failed read (file locked, server unreachable) is repeated by the next poll.
      void this.#takeTurn(() => this.#follow(head)).catch(() => {});
    });
  }

  current(): ConfigSnapshot {
    return this.#snapshot;
  }

  /** Calls `listener` after every change, by this or another process; returns a function that stops it. */
  subscribe(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** The configuration from the database: one read if nothing has changed. */
  async refresh(): Promise<ConfigSnapshot> {
    await this.#look();
    return this.#snapshot;
  }

  /** Runs `write` on the newest configuration until its commit succeeds. Throws CommitLost when it lost 40 races. */
  commit<Answer>(write: Write<Answer>): Promise<Answer> {
    return new Promise((resolve, fail) => {
      const settle = resolve as (answer: unknown) => void;
      this.#waiting.push({ write, settle, fail });
      void this.#takeTurn(() => this.#commitWaiting());
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#cancelPoll();
    this.#listeners.clear();
    await this.#stopWatch();
    await this.#turn;
  }

  #takeTurn<Answer>(task: () => Promise<Answer>): Promise<Answer> {
    const turn = this.#turn.then(task);
    this.#turn = turn.catch(() => {});
    return turn;
  }

  #schedule(): void {
    if (this.#closed) return;
    this.#cancelPoll = this.#clock.after(POLL_MS, () => {
      void this.#look().catch(() => {}).finally(() => this.#schedule());
    });
  }

  /** Applies a newer state of the database; ignores an older one from a slow read. */
  async #follow({ epoch, before, changed }: Head): Promise<void> {
    if (epoch <= this.#snapshot.epoch || this.#closed) return;
    if (before !== this.#snapshot.epoch || changed === undefined) {
      return this.#replace(epoch, await this.#storage.readAll(this.#tables));
    }
    const entries = await this.#storage.read(changed, this.#tables);
    this.#apply(epoch, changed.map(([section, name], index) => ({ section, name, entry: entries[index] })));
  }

  async #commitWaiting(): Promise<void> {
    const batch = this.#waiting.splice(0, WRITES_PER_COMMIT);
    try {
      for (let tries = 1; batch.length > 0; tries++) {
        if (await this.#tryBatch(batch)) return;
        if (tries === COMMIT_TRIES) {
          throw new CommitLost(`The database is too busy: a write lost ${COMMIT_TRIES} races. Try again.`);
        }
        await pause(this.#random() * Math.min(60, 1 + tries * 2));
        await this.#follow(await this.#storage.head());
      }
    } catch (cause) {
      for (const { fail } of batch) fail(cause);
    }
  }

  /** Tries to commit a batch; false when something has changed in between. Writes that fail themselves leave the batch. */
  async #tryBatch(batch: Waiting[]): Promise<boolean> {
    const draft = new DraftTables(this.#tables);
    const answers: unknown[] = [];
    const changes: Change[] = [];
    for (const waiting of [...batch]) {
      try {
        const decision = await waiting.write(draft);
        for (const change of decision.changes ?? []) {
          draft.apply(change);
          changes.push(change);
        }
        answers.push(decision.answer);
      } catch (cause) {
        batch.splice(batch.indexOf(waiting), 1);
        waiting.fail(cause);
      }
    }
    const { epoch } = this.#snapshot;
    if (changes.length === 0) {
      // A refusal must not be based on an outdated state.
      if ((await this.#storage.head()).epoch > epoch) return false;
    } else {
      const next = await this.#storage.commit(epoch, changes);
      if (next === undefined) return false;
      const applied = changes.map(({ section, name, entry }) => ({
        section,
        name,
        entry: entry === undefined ? undefined : { ...entry, versionstamp: next },
      }));
      this.#apply(next, applied);
    }
    batch.forEach(({ settle }, index) => settle(answers[index]));
    return true;
  }

  #apply(epoch: string, changes: readonly Applied[]): void {
    const draft = new DraftTables(this.#tables);
    for (const change of changes) draft.apply(change);
    this.#replace(epoch, draft.tables());
  }

  #replace(epoch: string, tables: Tables): void {
    const previous = this.#snapshot;
    this.#snapshot = buildConfigSnapshot(epoch, tables, { tables: this.#tables, snapshot: previous });
    this.#tables = tables;
    for (const listener of [...this.#listeners]) {
      try {
        listener(this.#snapshot, previous);
      } catch (cause) {
        // A failing listener must not affect the commit.
        queueMicrotask(() => {
          throw cause;
        });
      }
    }
  }
}

interface Applied {
  readonly section: Section;
  readonly name: string;
  readonly entry?: Omit<Entry<unknown>, "versionstamp"> | undefined;
}

/** Tables with uncommitted changes; sections without one stay the same objects. */
class DraftTables implements Draft {
  readonly #tables: Tables;
  readonly #changed = new Map<Section, Map<string, Entry<unknown>>>();

  constructor(tables: Tables) {
    this.#tables = tables;
  }

  entry<Name extends Section>(section: Name, name: string) {
    return this.#table(section).get(name);
  }

  entries<Name extends Section>(section: Name) {
    return this.#table(section).entries();
  }

  apply({ section, name, entry }: Applied): void {
    const table = this.#changed.get(section) ?? new Map<string, Entry<unknown>>(this.#tables[section]);
    this.#changed.set(section, table);
    if (entry === undefined) table.delete(name);
    else table.set(name, { versionstamp: "", ...entry });
  }

  tables(): Tables {
    return { ...this.#tables, ...Object.fromEntries(this.#changed) };
  }

  #table<Name extends Section>(section: Name): ReadonlyMap<string, Entry<ConfigRecordOf[Name]>> {
    // `apply` puts only entries of the section's own kind into its table.
    const changed = this.#changed.get(section) as
      | ReadonlyMap<string, Entry<ConfigRecordOf[Name]>>
      | undefined;
    return changed ?? this.#tables[section] as ReadonlyMap<string, Entry<ConfigRecordOf[Name]>>;
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
