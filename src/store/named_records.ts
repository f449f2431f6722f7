import { isObject, type JsonObject } from "../core/mod.ts";
import type { NamedRecords } from "./contract.ts";
import { type Decode, DecodeProblem } from "./fields.ts";
import { namedKey, type NamedKind, namedPrefix } from "./keys.ts";
import { decodePacked, dropParts, pack, type Packed, unpack } from "./packed.ts";
import { commit, commitConfiguration, type Session } from "./session.ts";

const decodeNamed: Decode<Packed> = decodePacked;

/** Records under a name, of any size; those of kind `setting` move the epoch with each change. */
export function openNamedRecords(session: Session, kind: NamedKind): NamedRecords {
  const { kv, quarantine } = session;
  const write = kind === "setting" ? commitConfiguration : commit;

  async function read(entry: Deno.KvEntryMaybe<unknown>): Promise<JsonObject | undefined> {
    const packed = quarantine.read(entry, decodeNamed);
    if (packed === undefined) return undefined;
    try {
      const value = await unpack(kv, packed);
      if (value === undefined || isObject(value)) return value as JsonObject | undefined;
      throw new DecodeProblem("The value is not an object");
    } catch (problem) {
      if (!(problem instanceof DecodeProblem)) throw problem;
      quarantine.report(entry.key, problem.message);
      return undefined;
    }
  }

  /** Swaps the record, then removes the parts of the one before. */
  async function replace(name: string, change: (commit: Deno.AtomicOperation, key: Deno.KvKey) => void) {
    const key = namedKey(kind, name);
    const before = await write<Packed | undefined>(session, async () => {
      const entry = await kv.get(key);
      const atomic = kv.atomic().check(entry);
      change(atomic, key);
      return { commit: atomic, done: () => quarantine.read(entry, decodeNamed) };
    });
    await dropParts(session, before);
  }

  return {
    async get(name) {
      return await read(await kv.get(namedKey(kind, name)));
    },
    async put(name, value) {
      const packed = await pack(session, value);
      await session.turns.run(
        `${kind} ${name}`,
        () => replace(name, (atomic, key) => atomic.set(key, { v: 1, ...packed })),
      );
    },
    async remove(name) {
      await session.turns.run(`${kind} ${name}`, () => replace(name, (atomic, key) => atomic.delete(key)));
    },
    async list() {
      const found: { readonly name: string; readonly value: JsonObject }[] = [];
      for await (const entry of kv.list({ prefix: namedPrefix(kind) })) {
        const value = await read(entry);
        if (value !== undefined) found.push({ name: String(entry.key[1]), value });
      }
      return found;
    },
  };
}
