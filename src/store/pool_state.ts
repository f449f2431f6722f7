import { isObject, type JsonObject } from "../core/mod.ts";
import type { NamedRecord, PoolRecords } from "./contract.ts";
import { DecodeProblem } from "./fields.ts";
import { CHECKS_PER_COMMIT } from "./limits.ts";
import { poolStateKey, poolStatePrefix } from "./keys.ts";
import { decodePacked, dropParts, pack, type Packed, unpack } from "./packed.ts";
import { commit, type Session } from "./session.ts";

/** Records of the pool under a name, of any size; not part of the configuration. */
export function openPoolState(session: Session): PoolRecords {
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

  /** Replaces the record, then removes the parts of the former one. */
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

  /** Replaces as many records as one commit can check. */
  async function putTogether(records: readonly NamedRecord[]) {
    const packed = await Promise.all(records.map(({ value }) => pack(session, value)));
    const before = await commit<(Packed | undefined)[]>(session, async () => {
      const entries = await kv.getMany<unknown[]>(records.map(({ name }) => poolStateKey(name)));
      const atomic = kv.atomic().check(...entries);
      entries.forEach(({ key }, index) => atomic.set(key, { v: 1, ...packed[index] }));
      return { commit: atomic, done: () => entries.map((entry) => quarantine.read(entry, decodePacked)) };
    });
    for (const one of before) await dropParts(session, one);
  }

  return {
    async putAll(records) {
      for (let start = 0; start < records.length; start += CHECKS_PER_COMMIT) {
        await putTogether(records.slice(start, start + CHECKS_PER_COMMIT));
      }
    },
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
      const found: NamedRecord[] = [];
      for await (const entry of kv.list({ prefix: poolStatePrefix })) {
        const value = await read(entry);
        if (value !== undefined) found.push({ name: String(entry.key[1]), value });
      }
      return found;
    },
  };
}
