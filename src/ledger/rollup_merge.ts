import { rollupGrainPrefix, rollupKey } from "./ledger_keys.ts";
import type { Grain } from "./ledger_keys.ts";
import { type Cells, decodePage, encodePage, mergeCells } from "./rollup_codec.ts";
import { GRAINS, grainsOf, periodOf } from "./rollup_dims.ts";
import { type DeltaLog, readDeltaLogs } from "./delta_log.ts";

const MERGED = "merged";

/**
 * Merges the values of processes that have ended, so that restarts do not make charts slower. Each merge is one
 * commit that checks every value it replaces; repeating it changes nothing.
 */
export async function mergeRollups(kv: Deno.Kv, isLive: (shard: string) => boolean): Promise<number> {
  const settled = await settleDeltaLogs(kv, isLive);
  let merged = 0;
  for (const grain of GRAINS) {
    let group: Deno.KvEntry<unknown>[] = [];
    for await (const entry of kv.list<unknown>({ prefix: rollupGrainPrefix(grain) }, { batchSize: 200 })) {
      if (group[0] !== undefined && !samePeriod(group[0].key, entry.key)) {
        merged += await mergeGroup(kv, group);
        group = [];
      }
      const shard = String(entry.key[5]);
      if (!isLive(shard) && !settled.has(shard)) group.push(entry);
    }
    merged += await mergeGroup(kv, group);
  }
  return merged;
}

/**
 * Moves the delta logs of ended processes into their pages. Returns those shards: their pages stay for now, as a
 * reader may have read the delta log but not yet the pages.
 */
async function settleDeltaLogs(
  kv: Deno.Kv,
  isLive: (shard: string) => boolean,
): Promise<ReadonlySet<string>> {
  const settled = new Set<string>();
  for (const deltaLog of await readDeltaLogs(kv)) {
    if (isLive(deltaLog.shard)) continue;
    settled.add(deltaLog.shard);
    if (await settleDeltaLog(kv, deltaLog)) {
      await kv.atomic().check(deltaLog.entry).delete(deltaLog.entry.key).commit();
    }
  }
  return settled;
}

/**
 * One commit per page, each of which records that the delta log is included: after a kill in between, the rest
 * is done next time.
 */
async function settleDeltaLog(kv: Deno.Kv, { shard, number, minute, cells }: DeltaLog): Promise<boolean> {
  for (const [dim, counted] of cells) {
    for (const grain of grainsOf(dim)) {
      const page = await kv.get<unknown>(rollupKey(grain, dim, periodOf(grain, minute), shard));
      const { cells: sum, through } = decodePage(page.value);
      if (through >= number) continue;
      mergeCells(sum, counted);
      const value = encodePage({ cells: sum, through: number });
      if (!(await kv.atomic().check(page).set(page.key, value).commit()).ok) return false;
    }
  }
  return true;
}

function samePeriod(a: Deno.KvKey, b: Deno.KvKey): boolean {
  return a[3] === b[3] && a[4] === b[4];
}

/** At most nine values a commit: Deno KV allows ten checks. The rest is merged next time. */
async function mergeGroup(kv: Deno.Kv, group: readonly Deno.KvEntry<unknown>[]): Promise<number> {
  const part = group.slice(0, 9);
  const first = part[0];
  if (first === undefined || part.length < 2) return 0;
  const [, , grain, dim, time] = first.key;
  const sum: Cells = new Map();
  for (const entry of part) mergeCells(sum, decodePage(entry.value).cells);
  const target = rollupKey(grain as Grain, String(dim), Number(time), MERGED);
  const commit = kv.atomic();
  for (const entry of part) commit.check(entry);
  if (!part.some((entry) => entry.key[5] === MERGED)) commit.check({ key: target, versionstamp: null });
  for (const entry of part) if (entry.key[5] !== MERGED) commit.delete(entry.key);
  commit.set(target, encodePage({ cells: sum, through: 0 }));
  return (await commit.commit()).ok ? part.length : 0;
}
