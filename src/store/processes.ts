import { CommitLost } from "./commit.ts";
import type { ProcessRecord } from "./contract.ts";
import { type Decode, defined } from "./fields.ts";
import { processKey, processPrefix } from "./keys.ts";
import { HEARTBEAT_MS, PROCESS_TTL_MS } from "./limits.ts";
import { forgetProcess, hasEnded, type RunningProcess, thisProcess } from "./running_process.ts";
import { commitConfiguration, type Session } from "./session.ts";

const decodeProcess: Decode<ProcessRecord> = (fields) => ({
  id: fields.text("id"),
  startedAt: fields.number("startedAt"),
  until: fields.number("until"),
  seenEpoch: fields.text("seenEpoch"),
  ...defined({ host: fields.optional("host", fields.text), pid: fields.optional("pid", fields.number) }),
});

/**
 * The record by which other processes know this one. Joining, leaving and the end of a dead process move the epoch, so that
 * all hear of it; a heartbeat only renews the record and says which epoch was taken over. A process of this host that was
 * killed is found out by its number at once, any other when its record ends.
 */
export class Presence {
  readonly #session: Session;
  readonly #startedAt: number;
  readonly #self: RunningProcess;
  #stopListening: () => void = () => {};
  #cancelBeat: () => void = () => {};
  #beating: Promise<void> = Promise.resolve();
  #due = false;
  #closed = false;
  #joined = false;

  constructor(session: Session) {
    this.#session = session;
    this.#startedAt = session.clock.now();
    this.#self = thisProcess(session.processId);
  }

  async join(): Promise<void> {
    this.#joined = true;
    await commitConfiguration(this.#session, () => this.#step(this.#record(this.#session.kv.atomic())));
    await this.#beat();
    this.#stopListening = this.#session.epoch.listen(() => this.#beatNow());
    this.#schedule();
  }

  async list(): Promise<readonly ProcessRecord[]> {
    const now = this.#session.clock.now();
    return (await this.#all()).map((item) => item.record).filter((record) => !isDead(record, now));
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#cancelBeat();
    this.#stopListening();
    await this.#beating;
    forgetProcess(this.#session.processId);
    if (!this.#joined) return;
    const atomic = () => this.#session.kv.atomic().delete(processKey(this.#session.processId));
    await commitConfiguration(this.#session, () => this.#step(atomic())).catch(() => {});
  }

  #step(commit: Deno.AtomicOperation) {
    return Promise.resolve({ commit, done: () => undefined });
  }

  #record(atomic: Deno.AtomicOperation): Deno.AtomicOperation {
    const { clock, epoch, processId } = this.#session;
    const until = clock.now() + PROCESS_TTL_MS;
    const record = {
      v: 1,
      id: processId,
      startedAt: this.#startedAt,
      until,
      seenEpoch: epoch.current(),
      ...this.#self,
    };
    return atomic.set(processKey(processId), record, { expireIn: PROCESS_TTL_MS * 6 });
  }

  #schedule(): void {
    if (this.#closed) return;
    this.#cancelBeat = this.#session.clock.after(HEARTBEAT_MS, () => this.#beatNow());
  }

  /** Beats as soon as the beat at work is done; of several that are asked for meanwhile one is enough. */
  #beatNow(): void {
    this.#cancelBeat();
    if (this.#due) return;
    this.#due = true;
    this.#beating = this.#beating.then(() => {
      this.#due = false;
      return this.#closed ? undefined : this.#beat();
    })
      // A heartbeat that fails is made good by the next one, well before the record ends.
      .catch(() => {})
      .finally(() => {
        this.#cancelBeat();
        this.#schedule();
      });
  }

  async #beat(): Promise<void> {
    await this.#record(this.#session.kv.atomic()).commit();
    await this.#bury();
  }

  /** Removes records of processes that ended or stopped beating, each once, and tells everybody. */
  async #bury(): Promise<void> {
    const now = this.#session.clock.now();
    const dead = (await this.#all()).filter((item) => isDead(item.record, now));
    for (const { entry } of dead) {
      const result = commitConfiguration(this.#session, async () => {
        const present = await this.#session.kv.get(entry.key);
        if (present.versionstamp !== entry.versionstamp) return { answer: undefined };
        return this.#step(this.#session.kv.atomic().check(entry).delete(entry.key));
      });
      await result.catch((error) => {
        if (!(error instanceof CommitLost)) throw error;
      });
    }
  }

  async #all(): Promise<{ readonly entry: Deno.KvEntry<unknown>; readonly record: ProcessRecord }[]> {
    const found = [];
    for await (const entry of this.#session.kv.list({ prefix: processPrefix })) {
      const record = this.#session.quarantine.read(entry, decodeProcess);
      if (record !== undefined) found.push({ entry, record });
    }
    return found;
  }
}

function isDead(record: ProcessRecord, now: number): boolean {
  return record.until <= now || hasEnded(record);
}
