import { type CredentialId, isObject, type Json, SOURCES } from "../core/mod.ts";
import type { ModelListRecord, Store } from "./contract.ts";
import { type Decode, DecodeProblem, defined, Fields } from "./fields.ts";
import { modelListKey, modelListPrefix } from "./keys.ts";
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

/** Models per credential. The epoch moves when the models changed, not when only their age did. */
export function openModelLists(session: Session): Store["modelLists"] {
  const { kv, quarantine } = session;

  async function read(entry: Deno.KvEntryMaybe<unknown>): Promise<ModelListRecord | undefined> {
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

  return {
    async list() {
      const found: ModelListRecord[] = [];
      for await (const entry of kv.list({ prefix: modelListPrefix })) {
        const record = await read(entry);
        if (record !== undefined) found.push(record);
      }
      return found;
    },
    async put(record) {
      const key = modelListKey(record.credential);
      const packed = await pack(session, toJson(record));
      const present = await read(await kv.get(key));
      const same = JSON.stringify(present?.models.map(sorted)) === JSON.stringify(record.models.map(sorted));
      const write = same ? commit : commitConfiguration;
      const before = await write<Packed | undefined>(session, async () => {
        const entry = await kv.get(key);
        const atomic = kv.atomic().check(entry).set(key, { v: 1, ...packed });
        return { commit: atomic, done: () => quarantine.read(entry, decodePacked) };
      });
      await dropParts(session, before);
    },
    async remove(credential) {
      const key = modelListKey(credential);
      const before = await commitConfiguration<Packed | undefined>(session, async () => {
        const entry = await kv.get(key);
        if (entry.value === null) return { answer: undefined };
        return {
          commit: kv.atomic().check(entry).delete(key),
          done: () => quarantine.read(entry, decodePacked),
        };
      });
      await dropParts(session, before);
    },
  };
}

/** A record of plain texts, numbers and flags is JSON as it is. */
function toJson(record: ModelListRecord): Json {
  return JSON.parse(JSON.stringify(record));
}

function sorted(value: object): unknown {
  return isObject(value) ? Object.entries(value).sort(([a], [b]) => a < b ? -1 : 1) : value;
}
