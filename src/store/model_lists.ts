import { coalesced, type CredentialId, isObject, type Json, SOURCES } from "../core/mod.ts";
import type { ModelListRecord, Store } from "./contract.ts";
import { type Decode, DecodeProblem, defined, Fields } from "./fields.ts";
import { modelListKey, modelListPrefix, modelListsVersionKey } from "./keys.ts";
import { decodePacked, dropParts, pack, type Packed, unpack } from "./packed.ts";
import { commit, commitConfiguration, type Session } from "./session.ts";

const decodeModelList: Decode<ModelListRecord> = (fields) => ({
  credential: fields.text("credential") as CredentialId,
  source: fields.oneOf("source", SOURCES),
  at: fields.number("at"),
  models: fields.objects("models").map((model) => ({
    id: model.text("id"),
    methods: model.texts("methods"),
    ...defined({
      displayName: model.optional("displayName", model.text),
      inputTokenLimit: model.optional("inputTokenLimit", model.number),
      outputTokenLimit: model.optional("outputTokenLimit", model.number),
      thinking: model.optional("thinking", model.flag),
    }),
  })),
});

interface Decoded {
  readonly versionstamp: string;
  readonly record: ModelListRecord;
}

/**
 * Models per credential. The epoch moves when the models changed, not when only their age did. Lists stay decoded in memory:
 * a thousand keys of fifty models are megabytes, and every change of the configuration asks for them.
 */
export function openModelLists(session: Session): Store["modelLists"] {
  const lists = new ModelLists(session);
  return {
    list: () => lists.list(),
    put: (record) => session.turns.run("model_lists", () => lists.put(record)),
    remove: (credential) => session.turns.run("model_lists", () => lists.remove(credential)),
  };
}

class ModelLists {
  readonly #session: Session;
  #decoded = new Map<string, Decoded>();
  /** Version of all lists that `#decoded` stands for; undefined before the first read. */
  #version: string | null | undefined;
  readonly #reread = coalesced(() => this.#readAll());

  constructor(session: Session) {
    this.#session = session;
  }

  async list(): Promise<readonly ModelListRecord[]> {
    await this.#reread();
    return [...this.#decoded].sort(([a], [b]) => a < b ? -1 : 1).map(([, { record }]) => record);
  }

  async put(record: ModelListRecord): Promise<void> {
    const { kv } = this.#session;
    const key = modelListKey(record.credential);
    const packed = await pack(this.#session, toJson(record));
    const present = await this.#read(await kv.get(key));
    const same = JSON.stringify(present?.models.map(sorted)) === JSON.stringify(record.models.map(sorted));
    await this.#write(
      same ? commit : commitConfiguration,
      record.credential,
      record,
      (atomic) => atomic.set(key, { v: 1, ...packed }),
    );
  }

  async remove(credential: CredentialId): Promise<void> {
    const entry = await this.#session.kv.get(modelListKey(credential));
    if (entry.value === null) return;
    await this.#write(commitConfiguration, credential, undefined, (atomic) => atomic.delete(entry.key));
  }

  /** Commits one change and takes it over in memory when nobody else changed a list since it was read. */
  async #write(
    write: typeof commit,
    credential: CredentialId,
    record: ModelListRecord | undefined,
    change: (atomic: Deno.AtomicOperation) => Deno.AtomicOperation,
  ): Promise<void> {
    const { kv, quarantine } = this.#session;
    const before = await write<Packed | undefined>(this.#session, async () => {
      const [entry, version] = await kv.getMany<[unknown, unknown]>([
        modelListKey(credential),
        modelListsVersionKey,
      ]);
      const atomic = change(kv.atomic().check(entry, version)).set(modelListsVersionKey, { v: 1 });
      const done = (versionstamp: string) => {
        if (this.#version === version.versionstamp) this.#take(credential, record, versionstamp);
        return quarantine.read(entry, decodePacked);
      };
      return { commit: atomic, done };
    });
    await dropParts(this.#session, before);
  }

  #take(credential: CredentialId, record: ModelListRecord | undefined, versionstamp: string): void {
    this.#version = versionstamp;
    if (record === undefined) this.#decoded.delete(credential);
    else this.#decoded.set(credential, { versionstamp, record });
  }

  async #readAll(): Promise<void> {
    const { kv } = this.#session;
    const version = (await kv.get(modelListsVersionKey)).versionstamp;
    if (this.#version === version) return;
    const found = new Map<string, Decoded>();
    for await (const entry of kv.list({ prefix: modelListPrefix }, { batchSize: 200 })) {
      const [id, { versionstamp }] = [String(entry.key.at(-1)), entry];
      const known = this.#decoded.get(id);
      const record = known?.versionstamp === versionstamp ? known.record : await this.#read(entry);
      if (record !== undefined) found.set(id, { versionstamp, record });
    }
    this.#decoded = found;
    this.#version = version;
  }

  async #read(entry: Deno.KvEntryMaybe<unknown>): Promise<ModelListRecord | undefined> {
    const { kv, quarantine } = this.#session;
    const packed = quarantine.read(entry, decodePacked);
    try {
      const value = packed === undefined ? undefined : await unpack(kv, packed);
      return value === undefined ? undefined : decodeModelList(new Fields(value));
    } catch (problem) {
      if (!(problem instanceof DecodeProblem)) throw problem;
      quarantine.report(entry.key, problem.message);
      return undefined;
    }
  }
}

/** A record of plain texts, numbers and flags is JSON as it is. */
function toJson(record: ModelListRecord): Json {
  return JSON.parse(JSON.stringify(record));
}

function sorted(value: object): unknown {
  return isObject(value) ? Object.entries(value).sort(([a], [b]) => a < b ? -1 : 1) : value;
}
