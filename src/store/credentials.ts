import { coalesced, type Credential, type CredentialId, err, ok, type Result } from "../core/mod.ts";
import { staleness } from "./config_records.ts";
import type { CredentialDraft, CredentialPatch, Store, StoreProblem } from "./contract.ts";
import {
  decodeCredential,
  decodeStored,
  encodeCredential,
  type StoredCredential,
} from "./credential_codec.ts";
import { CredentialInserts } from "./credential_inserts.ts";
import { fromDraft, identityOf } from "./credential_draft.ts";
import { applyPatch } from "./credential_patch.ts";
import { DecodeProblem } from "./fields.ts";
import {
  credentialKey,
  credentialPrefix,
  credentialPrintKey,
  epochKey,
  modelListKey,
  modelListsVersionKey,
} from "./keys.ts";
import { decodePacked, dropParts, type Packed } from "./packed.ts";
import { commitConfiguration, nextStamp, type Session } from "./session.ts";

type Outcome = Result<Credential, StoreProblem>;

interface Opened {
  readonly versionstamp: string;
  readonly credential: Credential;
}

/** Credentials, with their secrets sealed and an index of fingerprints that refuses the same secret or account twice. */
class CredentialRecords {
  readonly #session: Session;
  /** Opened credentials by id, each with the version of the record it was read from: decrypting costs more than reading. */
  #opened = new Map<string, Opened>();
  /** The last list, and the epoch of the database before it was read: every write of a credential moves the epoch. */
  #listed: { readonly epoch: string | null; readonly credentials: readonly Credential[] } | undefined;
  readonly #inserts: CredentialInserts;
  #addedAt = 0;
  readonly #relist = coalesced(() => this.#read());

  constructor(session: Session) {
    this.#session = session;
    this.#inserts = new CredentialInserts(session);
  }

  async list(): Promise<readonly Credential[]> {
    await this.#relist();
    return this.#listed?.credentials ?? [];
  }

  /** Of those who ask meanwhile, all get what one read found that began after they asked. */
  async #read(): Promise<void> {
    const { kv } = this.#session;
    const epoch = (await kv.get(epochKey)).versionstamp;
    if (this.#listed?.epoch === epoch) return;
    const opened = new Map<string, Opened>();
    for await (const entry of kv.list({ prefix: credentialPrefix }, { batchSize: 500 })) {
      const id = String(entry.key.at(-1));
      const { versionstamp } = entry;
      const known = this.#opened.get(id);
      const credential = known?.versionstamp === versionstamp ? known.credential : await this.#open(entry);
      if (credential !== undefined) opened.set(id, { versionstamp, credential });
    }
    this.#opened = opened;
    const credentials = [...opened.values()].map((one) => one.credential)
      .sort((a, b) => a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1));
    this.#listed = { epoch, credentials };
  }

  async get(id: CredentialId): Promise<Credential | undefined> {
    return await this.#open(await this.#session.kv.get(credentialKey(id)));
  }

  async add(draft: CredentialDraft): Promise<Outcome> {
    const id = this.#session.newId("cred_") as CredentialId;
    // Of keys that are added in one moment each is later than the one before: lists keep their order.
    this.#addedAt = Math.max(this.#session.clock.now(), this.#addedAt + 1);
    const made = fromDraft(draft, id, this.#addedAt);
    if (!made.ok) return made;
    const outcome = await this.#insert(made.value);
    if (!outcome.ok && outcome.error.kind === "duplicate") {
      await this.#signInAgain(outcome.error.id, made.value);
    }
    return outcome;
  }

  async update(id: CredentialId, patch: CredentialPatch, expected?: number): Promise<Outcome> {
    const { kv, vault } = this.#session;
    const key = credentialKey(id);
    return await this.#commit(async () => {
      const entry = await kv.get(key);
      const before = await this.#open(entry);
      if (before === undefined) return { answer: err({ kind: "missing" }) };
      const stale = expected === undefined ? undefined : staleness(before.updatedAt, expected);
      if (stale !== undefined) return { answer: err(stale) };
      const patched = applyPatch(before, patch);
      if (!patched.ok) return { answer: patched };
      const after = { ...patched.value, updatedAt: nextStamp(this.#session, before.updatedAt) };
      const [from, to] = [await this.#print(before), await this.#print(after)];
      const commit = kv.atomic().check(entry).set(key, await encodeCredential(vault, after, to));
      if (from !== to) {
        const holder = await kv.get(credentialPrintKey(to));
        if (typeof holder.value === "string") return { answer: err({ kind: "duplicate", id: holder.value }) };
        commit.check(holder).set(credentialPrintKey(to), id).delete(credentialPrintKey(from));
      }
      return { commit, done: () => ok(after) };
    });
  }

  async remove(id: CredentialId): Promise<Outcome> {
    const { kv, quarantine } = this.#session;
    const key = credentialKey(id);
    let models: Packed | undefined;
    const outcome = await this.#commit(async () => {
      const entry = await kv.get(key);
      const credential = await this.#open(entry);
      const stored = this.#stored(entry);
      if (credential === undefined || stored === undefined) return { answer: err({ kind: "missing" }) };
      const list = await kv.get(modelListKey(id));
      models = quarantine.read(list, decodePacked);
      const commit = kv.atomic().check(entry, list).delete(key).delete(list.key)
        .set(modelListsVersionKey, { v: 1 })
        .delete(credentialPrintKey(stored.print));
      return { commit, done: () => ok(credential) };
    });
    if (outcome.ok) await dropParts(this.#session, models);
    return outcome;
  }

  async restore(credential: Credential): Promise<Outcome> {
    return await this.#insert(credential);
  }

  async #insert(credential: Credential): Promise<Outcome> {
    return await this.#inserts.insert(credential, await this.#print(credential));
  }

  /** A second sign-in to a known account brings a newer token, and lifts a death that only a sign-in can lift. */
  async #signInAgain(id: string, credential: Credential): Promise<void> {
    if (credential.source !== "antigravity" && credential.source !== "gemini_cli") return;
    await this.update(id as CredentialId, {
      refreshToken: credential.refreshToken.reveal(),
      dead: null,
      ...(credential.accessToken === undefined ? {} : { accessToken: credential.accessToken.reveal() }),
      ...(credential.accessExpiresAt === undefined ? {} : { accessExpiresAt: credential.accessExpiresAt }),
      ...(credential.codeAssistProject === undefined
        ? {}
        : { codeAssistProject: credential.codeAssistProject }),
      ...(credential.consumer === undefined ? {} : { consumer: credential.consumer }),
      clientId: credential.clientId ?? null,
      clientSecret: credential.clientSecret?.reveal() ?? null,
    });
  }

  #commit(attempt: Parameters<typeof commitConfiguration<Outcome>>[1]): Promise<Outcome> {
    return this.#session.turns.run("credentials", () => commitConfiguration(this.#session, attempt));
  }

  #print(credential: Credential): Promise<string> {
    return this.#session.vault.fingerprint(identityOf(credential));
  }

  #stored(entry: Deno.KvEntryMaybe<unknown>): StoredCredential | undefined {
    return this.#session.quarantine.read(entry, decodeStored);
  }

  async #open(entry: Deno.KvEntryMaybe<unknown>): Promise<Credential | undefined> {
    const stored = this.#stored(entry);
    if (stored === undefined) return undefined;
    try {
      return await decodeCredential(this.#session.vault, stored);
    } catch (problem) {
      if (!(problem instanceof DecodeProblem)) throw problem;
      this.#session.quarantine.report(entry.key, problem.message);
      return undefined;
    }
  }
}

export function openCredentials(session: Session): Store["credentials"] {
  return new CredentialRecords(session);
}
