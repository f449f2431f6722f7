import { nodeModule } from "lazy-node";
import { CommitLost, type ConfigWatcher, parseRecord, type ProcessRecord } from "../state/mod.ts";
import { recordKey, recordPrefix } from "./keys.ts";
import { HEARTBEAT_MS, PROCESS_RECORD_MS, PROCESS_TTL_MS } from "./limits.ts";
import type { Session } from "./session.ts";

/**
 * The record by which other processes know this one. Joining, leaving and the removal of a dead process change the epoch, so
 * that all are notified; a heartbeat only renews the record. A killed process of this host is detected by its id at once,
 * any other when its record expires.
 */
export class Presence {
  readonly #session: Session;
  readonly #config: ConfigWatcher;
  readonly #startedAt: number;
  readonly #self: RunningProcess;
  #cancelBeat: () => void = () => {};
  #beating: Promise<void> = Promise.resolve();
  #closed = false;
  #joined = false;

  constructor(session: Session, config: ConfigWatcher) {
    this.#session = session;
    this.#config = config;
    this.#startedAt = session.clock.now();
    this.#self = thisProcess(session.processId);
  }

  async join(): Promise<void> {
    this.#joined = true;
    const { processId: name } = this.#session;
    await this.#config.commit(() => {
      const record = this.#record();
      return { answer: undefined, changes: [{ section: "process", name, record, entry: { value: record } }] };
    });
    await this.#bury();
    this.#schedule();
  }

  /** The live processes, read now. */
  async list(): Promise<readonly ProcessRecord[]> {
    const now = this.#session.clock.now();
    return (await this.#all()).map((item) => item.record).filter((record) => !isDead(record, now));
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#cancelBeat();
    await this.#beating;
    forgetProcess(this.#session.processId);
    if (!this.#joined) return;
    const { processId: name } = this.#session;
    await this.#config.commit(() => ({ answer: undefined, changes: [{ section: "process", name }] }))
      .catch(() => {});
  }

  #record(): ProcessRecord {
    const { clock, processId } = this.#session;
    return {
      id: processId,
      startedAt: this.#startedAt,
      until: clock.now() + PROCESS_TTL_MS,
      ...this.#self,
    };
  }

  #schedule(): void {
    if (this.#closed) return;
    this.#cancelBeat = this.#session.clock.after(HEARTBEAT_MS, () => {
      // A failed heartbeat is followed by the next one, well before the record expires.
      this.#beating = this.#beat().catch(() => {}).finally(() => this.#schedule());
    });
  }

  async #beat(): Promise<void> {
    const { kv, processId } = this.#session;
    await kv.set(recordKey("process", processId), { v: 1, ...this.#record() }, {
      expireIn: PROCESS_RECORD_MS,
    });
    await this.#bury();
  }

  /** Removes records of processes that ended or stopped their heartbeat, each once; all are notified. */
  async #bury(): Promise<void> {
    const now = this.#session.clock.now();
    for (const { entry, record } of await this.#all()) {
      if (!isDead(record, now)) continue;
      const result = this.#config.commit(async () => {
        const { versionstamp } = await this.#session.kv.get(entry.key);
        // It is alive again, or another process removed it.
        if (versionstamp !== entry.versionstamp) return { answer: undefined };
        return {
          answer: undefined,
          changes: [{ section: "process", name: record.id, seen: entry.versionstamp }],
        };
      });
      await result.catch((error) => {
        if (!(error instanceof CommitLost)) throw error;
      });
    }
  }

  async #all(): Promise<{ readonly entry: Deno.KvEntry<unknown>; readonly record: ProcessRecord }[]> {
    const { kv, quarantine } = this.#session;
    const found = [];
    for await (const entry of kv.list({ prefix: recordPrefix("process") })) {
      const fields = quarantine.record(entry);
      const parsed = fields === undefined ? undefined : parseRecord("process", fields);
      if (parsed?.ok === true) found.push({ entry, record: parsed.value });
    }
    return found;
  }
}

function isDead(record: ProcessRecord, now: number): boolean {
  return record.until <= now || hasEnded(record);
}

/** How other processes of the same host know whether this one still runs. */
interface RunningProcess {
  readonly host: string;
  readonly pid: number;
}

/** Records that this very process has written; any other with its process id belongs to a dead process. */
const mine = new Set<string>();

/** This process, under the record `id`; without a host name where the platform does not provide it. */
function thisProcess(id: string): RunningProcess {
  mine.add(id);
  return { host: hostName(), pid: Deno.pid };
}

/** Forgets that the record `id` is this process's. */
function forgetProcess(id: string): void {
  mine.delete(id);
}

/** True when it is certain that the process of a record has ended; unknown for other hosts. */
function hasEnded(record: { readonly id: string } & Partial<RunningProcess>): boolean {
  const { id, host = "", pid } = record;
  if (pid === undefined || host === "" || host !== hostName()) return false;
  return pid === Deno.pid ? !mine.has(id) : !exists(pid);
}

function exists(pid: number): boolean {
  try {
    nodeModule("node:process").kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it runs as another user. Without permission to check, nothing is known.
    return !(error instanceof Error && "code" in error && error.code === "ESRCH");
  }
}

function hostName(): string {
  try {
    return Deno.hostname();
  } catch {
    return "";
  }
}
