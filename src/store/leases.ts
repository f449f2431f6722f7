import type { HeldLease } from "./contract.ts";
import type { Decode } from "./fields.ts";
import { leaseKey } from "./keys.ts";
import { commit, type Session } from "./session.ts";

interface LeaseRecord {
  readonly holder: string;
  readonly until: number;
}

const decodeLease: Decode<LeaseRecord> = (fields) => ({
  holder: fields.text("holder"),
  until: fields.number("until"),
});

/** Takes the lease `name` for `ttlMs`; undefined while another holds it. */
export async function takeLease(
  session: Session,
  name: string,
  ttlMs: number,
): Promise<HeldLease | undefined> {
  const holder = session.newId(`${session.processId}_`);
  const until = await write(
    session,
    name,
    ttlMs,
    holder,
    (record, now) => record === undefined || record.until <= now,
  );
  return until === undefined ? undefined : new Lease(session, name, holder, until);
}

/** Writes the lease if `allowed` accepts the current record; returns its expiry, or undefined. */
function write(
  session: Session,
  name: string,
  ttlMs: number,
  holder: string,
  allowed: (record: LeaseRecord | undefined, now: number) => boolean,
): Promise<number | undefined> {
  const key = leaseKey(name);
  return session.turns.run(`lease ${name}`, () =>
    commit<number | undefined>(session, async () => {
      const entry = await session.kv.get(key);
      const now = session.clock.now();
      if (!allowed(session.quarantine.read(entry, decodeLease), now)) return { answer: undefined };
      const until = now + ttlMs;
      const record = { v: 1, holder, until };
      return {
        commit: session.kv.atomic().check(entry).set(key, record, { expireIn: ttlMs + 60_000 }),
        done: () => until,
      };
    }));
}

class Lease implements HeldLease {
  readonly name: string;
  readonly #session: Session;
  readonly #holder: string;
  #until: number;

  constructor(session: Session, name: string, holder: string, until: number) {
    this.name = name;
    this.#session = session;
    this.#holder = holder;
    this.#until = until;
  }

  get until(): number {
    return this.#until;
  }

  /** False when the lease has expired and somebody else has it, or it was released. */
  async renew(ttlMs: number): Promise<boolean> {
    const mine = (record: LeaseRecord | undefined) => record?.holder === this.#holder;
    const until = await write(this.#session, this.name, ttlMs, this.#holder, mine);
    if (until === undefined) return false;
    this.#until = until;
    return true;
  }

  async release(): Promise<void> {
    const key = leaseKey(this.name);
    await commit(this.#session, async () => {
      const entry = await this.#session.kv.get(key);
      const record = this.#session.quarantine.read(entry, decodeLease);
      if (record?.holder !== this.#holder) return { answer: undefined };
      return { commit: this.#session.kv.atomic().check(entry).delete(key), done: () => undefined };
    });
    this.#until = 0;
  }
}
