import { type Credential, err, ok, type Result } from "../core/mod.ts";
import type { StoreProblem } from "./contract.ts";
import { encodeCredential } from "./credential_codec.ts";
import { credentialKey, credentialPrintKey } from "./keys.ts";
import { CHECKS_PER_COMMIT, KEYS_PER_READ } from "./limits.ts";
import { commitConfiguration, type Session } from "./session.ts";

type Outcome = Result<Credential, StoreProblem>;
type Record = Awaited<ReturnType<typeof encodeCredential>>;

interface Waiting {
  readonly credential: Credential;
  readonly print: string;
  readonly record: Record;
  readonly settle: (outcome: Outcome) => void;
  readonly fail: (cause: unknown) => void;
}

/** Each insert checks that its record and its fingerprint are new. */
const CHECKS_PER_INSERT = 2;
const INSERTS_PER_COMMIT = Math.floor(CHECKS_PER_COMMIT / CHECKS_PER_INSERT);

/** New credentials; those that wait at the same time go into one commit, so that many keys move the epoch few times. */
export class CredentialInserts {
  readonly #session: Session;
  readonly #waiting: Waiting[] = [];

  constructor(session: Session) {
    this.#session = session;
  }

  async insert(credential: Credential, print: string): Promise<Outcome> {
    const record = await encodeCredential(this.#session.vault, credential, print);
    return await new Promise<Outcome>((settle, fail) => {
      this.#waiting.push({ credential, print, record, settle, fail });
      void this.#session.turns.run("credentials", () => this.#next());
    });
  }

  async #next(): Promise<void> {
    const batch = this.#waiting.splice(0, INSERTS_PER_COMMIT);
    if (batch.length === 0) return;
    try {
      const outcomes = await commitConfiguration(this.#session, () => this.#attempt(batch));
      batch.forEach((one, index) => one.settle(outcomes[index] ?? err({ kind: "missing" })));
    } catch (cause) {
      for (const one of batch) one.fail(cause);
    }
  }

  async #attempt(batch: readonly Waiting[]) {
    const { kv } = this.#session;
    const found = await readAll(kv, batch);
    const commit = kv.atomic();
    const prints = new Map<string, string>();
    let inserts = 0;
    const outcomes = batch.map(({ credential, print, record }, index): Outcome => {
      const [present, holder] = found[index] ?? [];
      const held = prints.get(print) ?? holder?.value;
      if (typeof held === "string") return err({ kind: "duplicate", id: held });
      if (present === undefined || holder === undefined || present.value !== null) {
        return err({ kind: "duplicate", id: credential.id });
      }
      prints.set(print, credential.id);
      inserts++;
      commit.check(present, holder).set(present.key, record).set(holder.key, credential.id);
      return ok(credential);
    });
    return inserts === 0 ? { answer: outcomes } : { commit, done: () => outcomes };
  }
}

async function readAll(kv: Deno.Kv, batch: readonly Waiting[]): Promise<Deno.KvEntryMaybe<unknown>[][]> {
  const keys = batch.flatMap(({ credential, print }) => [
    credentialKey(credential.id),
    credentialPrintKey(print),
  ]);
  const entries = await kv.getMany<unknown[]>(keys.slice(0, KEYS_PER_READ));
  return batch.map((_, index) => entries.slice(index * 2, index * 2 + 2));
}
