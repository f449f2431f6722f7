import { rollupGrainPrefix, rollupKey } from "./ledger_keys.ts";
import type { Grain } from "./ledger_keys.ts";
import { type Cells, decodeCells, encodeCells, mergeCells } from "./rollup_codec.ts";

const MERGED = "merged";
const GRAINS: readonly Grain[] = ["minute", "hour", "day", "all"];

/**
 * Joins the values of processes that have ended into one, so that restarts do not make charts dearer.
 * Each join is one commit that checks every value it replaces; repeating it changes nothing.
 */
export async function mergeRollups(kv: Deno.Kv, isLive: (book: string) => boolean): Promise<number> {
  let merged = 0;
  for (const grain of GRAINS) {
    let group: Deno.KvEntry<unknown>[] = [];
    for await (const entry of kv.list<unknown>({ prefix: rollupGrainPrefix(grain) }, { batchSize: 200 })) {
      if (group[0] !== undefined && !samePeriod(group[0].key, entry.key)) {
        merged += await mergeGroup(kv, group);
        group = [];
      }
      if (!isLive(String(entry.key[5]))) group.push(entry);
    }
    merged += await mergeGroup(kv, group);
  }
  return merged;
}

function samePeriod(a: Deno.KvKey, b: Deno.KvKey): boolean {
  return a[3] === b[3] && a[4] === b[4];
}

/** At most nine values a commit: Deno KV checks ten. The rest is joined next time. */
async function mergeGroup(kv: Deno.Kv, group: readonly Deno.KvEntry<unknown>[]): Promise<number> {
  const part = group.slice(0, 9);
  const first = part[0];
  if (first === undefined || part.length < 2) return 0;
  const [, , grain, dim, time] = first.key;
  const sum: Cells = new Map();
  for (const entry of part) mergeCells(sum, decodeCells(entry.value));
  const target = rollupKey(grain as Grain, String(dim), Number(time), MERGED);
  const commit = kv.atomic();
  for (const entry of part) commit.check(entry);
  if (!part.some((entry) => entry.key[5] === MERGED)) commit.check({ key: target, versionstamp: null });
  for (const entry of part) if (entry.key[5] !== MERGED) commit.delete(entry.key);
  commit.set(target, encodeCells(sum));
  return (await commit.commit()).ok ? part.length : 0;
}
