import { isObject, type JsonObject } from "../core/mod.ts";
import type { NamedRecords } from "./contract.ts";
import { DecodeProblem } from "./fields.ts";
import { poolStateKey, poolStatePrefix } from "./keys.ts";
import { decodePacked, dropParts, pack, type Packed, unpack } from "./packed.ts";
import { commit, type Session } from "./session.ts";

/** Records of the pool under a name, of any size; no part of the configuration. */
export function openPoolState(session: Session): NamedRecords {
  const { kv, quarantine } = session;

  async function read(entry: Deno.KvEntryMaybe<unknown>): Promise<JsonObject | undefined> {
    const packed = quarantine.read(entry, decodePacked);
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
    const key = poolStateKey(name);
    const before = await commit<Packed | undefined>(session, async () => {
      const entry = await kv.get(key);
      const atomic = kv.atomic().check(entry);
      change(atomic, key);
      return { commit: atomic, done: () => quarantine.read(entry, decodePacked) };
    });
    await dropParts(session, before);
  }

  return {
    async get(name) {
      return await read(await kv.get(poolStateKey(name)));
    },
    async put(name, value) {
      const packed = await pack(session, value);
      await session.turns.run(
        name,
        () => replace(name, (atomic, key) => atomic.set(key, { v: 1, ...packed })),
      );
    },
    async remove(name) {
      await session.turns.run(name, () => replace(name, (atomic, key) => atomic.delete(key)));
    },
    async list() {
      const found: { readonly name: string; readonly value: JsonObject }[] = [];
      for await (const entry of kv.list({ prefix: poolStatePrefix })) {
        const value = await read(entry);
        if (value !== undefined) found.push({ name: String(entry.key[1]), value });
      }
      return found;
    },
  };
}
