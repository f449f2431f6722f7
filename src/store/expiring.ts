import type { Json } from "../core/mod.ts";
import { whileLocked } from "./commit.ts";
import type { Store } from "./contract.ts";
import type { Decode } from "./fields.ts";
import { expiringKey } from "./keys.ts";
import { NAME_LENGTH } from "../state/mod.ts";
import { decodePacked, dropParts, pack, type Packed, unpack } from "./packed.ts";
import { commit, type Session } from "./session.ts";

interface ExpiringRecord {
  readonly until: number;
  readonly packed: Packed;
}

const decodeExpiring: Decode<ExpiringRecord> = (fields) => ({
  until: fields.number("until"),
  packed: decodePacked(fields),
});

/** Deno KV removes expired values late; the record's own expiry counts. */
export function openExpiring(session: Session): Store["expiring"] {
  const { kv, clock, quarantine } = session;

  async function read(key: Deno.KvKey) {
    const entry = await kv.get(key);
    const record = quarantine.read(entry, decodeExpiring);
    return { entry, record, alive: record !== undefined && record.until > clock.now() };
  }

  async function value(found: Awaited<ReturnType<typeof read>>): Promise<Json | undefined> {
    return found.record !== undefined && found.alive ? await unpack(kv, found.record.packed) : undefined;
  }

  return {
    async get(kind, id) {
      return await value(await read(await keyOf(kind, id)));
    },
    async put(kind, id, json, ttlMs) {
      if (!(ttlMs > 0)) {
        throw new RangeError(`A value of kind ${kind} needs a time to live above 0 ms, not ${ttlMs}.`);
      }
      const key = await keyOf(kind, id);
      const packed = await pack(session, json, ttlMs);
      const before = await commit<Packed | undefined>(session, async () => {
        const found = await read(key);
        const record = { v: 1, until: clock.now() + ttlMs, ...packed };
        const atomic = kv.atomic().check(found.entry).set(key, record, { expireIn: ttlMs });
        return { commit: atomic, done: () => found.record?.packed };
      });
      await dropParts(session, before);
    },
    async take(kind, id) {
      const key = await keyOf(kind, id);
      const taken = await commit<{ json: Json; packed: Packed } | undefined>(session, async () => {
        const found = await read(key);
        const json = await value(found);
        if (json === undefined || found.record === undefined) return { answer: undefined };
        const { packed } = found.record;
        return { commit: kv.atomic().check(found.entry).delete(key), done: () => ({ json, packed }) };
      });
      await dropParts(session, taken?.packed);
      return taken?.json;
    },
    async remove(kind, id) {
      const key = await keyOf(kind, id);
      const found = await read(key);
      await whileLocked(() => kv.delete(key), session.random);
      await dropParts(session, found.record?.packed);
    },
  };
}

/** Long names (a client's own ids) are hashed, because a key has little room. */
async function keyOf(kind: string, id: string): Promise<Deno.KvKey> {
  if (id.length <= NAME_LENGTH) return expiringKey(kind, id);
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(id));
  return expiringKey(kind, `sha256:${new Uint8Array(digest).toHex()}`);
}
