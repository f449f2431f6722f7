import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { join } from "node:path";
import { KEYS } from "../support/proxy_under_test.ts";
import { ServedProcess } from "../support/served_process.ts";
import type { ChaosCase } from "./chaos_case.ts";
import { ChaosBench, tally } from "./chaos_bench.ts";
import { mayMount, MEGABYTE, SmallDisk } from "./small_disk.ts";
import { removeFolder } from "../support/remove_folder.ts";

const THIRD_KEY = "AIzaSyTestKeyNumberThree00000000000003";
const PROJECTS = [...KEYS, THIRD_KEY].map((key, index) => ({ id: `project-${index + 1}`, keys: [key] }));

/** Waits for what is written beside the calls. */
async function eventually(holds: () => Promise<boolean>, ms: number, what: string): Promise<void> {
  const end = performance.now() + ms;
  while (!await holds()) {
    assert.ok(performance.now() < end, `${what}: not within ${ms} ms`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** Requests that the ledger has counted. */
async function counted(bench: ChaosBench): Promise<number> {
  const { ledger } = bench.proxy.services;
  return (await ledger.lifetime("total")).get("total")?.requests ?? 0;
}

async function fileBench(home: string): Promise<ChaosBench> {
  return await ChaosBench.open({
    env: { GEMINITRO_HOME: home, GEMINITRO_KV: join(home, "geminitro.sqlite3") },
    projects: PROJECTS,
    keys: KEYS,
  });
}

const full: ChaosCase = {
  fault: "The disk is full",
  made: "the data folder lies on a file system of 8 MB that is filled up while calls go on",
  skip: mayMount() ? undefined : "needs the right to mount a small file system",
  async run() {
    await using disk = await SmallDisk.open(8 * MEGABYTE);
    await using bench = await fileBench(disk.path);
    assert.equal((await bench.chat()).status, 200);
    await eventually(async () => await counted(bench) === 1, 3_000, "the first call");
    await disk.fill();
    assert.equal(tally(await bench.crowd(30)).whole, 30);
    const status = await bench.addKey(THIRD_KEY);
    assert.ok(status >= 500, `adding a key said ${status}`);
    await disk.free();
    await eventually(
      async () => await counted(bench) === 31,
      15_000,
      "the calls of the full disk are counted",
    );
    assert.ok(await bench.addKey(THIRD_KEY) < 300, "a key can be added again");
    const keys = await bench.proxy.services.store.credentials.list();
    assert.equal(keys.length, 3);
    bench.assertIdle();
    return {
      client: "nothing: calls are served from memory; a change of the configuration is refused with a 5xx",
      kept: "every call of that time is counted once there is room again",
      heals: "within seconds of there being room",
    };
  },
};

const readOnly: ChaosCase = {
  fault: "The database is read-only",
  made: "the program starts on a data folder that cannot be written",
  skip: mayMount() ? undefined : "needs the right to mount a file system",
  async run() {
    await using disk = await SmallDisk.open(16 * MEGABYTE);
    {
      await using first = await ServedProcess.open({ folder: disk.path });
      assert.equal((await first.ask()).status, 200);
      await first.stop();
    }
    await disk.remount("ro");
    let said = "";
    await ServedProcess.open({ folder: disk.path }).then(
      (served) => served[Symbol.asyncDispose](),
      (error) => said = String(error),
    );
    assert.match(said, /read-only|readonly/i);
    assert.ok(!said.includes("    at "), "a stack is no message");
    await disk.remount("rw");
    await using again = await ServedProcess.open({ folder: disk.path });
    assert.equal((await again.ask()).status, 200);
    return {
      client: "the start says at once that the folder or database is read-only, and ends",
      kept: "nothing is changed; the same keys serve afterwards",
      heals: "at the next start with the right to write",
    };
  },
};

const locked: ChaosCase = {
  fault: "The database is locked",
  made: "another program holds an exclusive lock on the file for two seconds while calls go on",
  async run() {
    const home = await Deno.makeTempDir({ prefix: "geminitro-chaos-" });
    try {
      await using bench = await fileBench(home);
      assert.equal((await bench.chat()).status, 200);
      const holder = new DatabaseSync(join(home, "geminitro.sqlite3"));
      holder.exec("PRAGMA busy_timeout = 3000");
      holder.exec("BEGIN EXCLUSIVE");
      const started = performance.now();
      const calls = bench.crowd(30);
      const adding = bench.addKey(THIRD_KEY);
      const heard = await calls;
      const ms = performance.now() - started;
      assert.equal(tally(heard).whole, 30);
      await new Promise((resolve) => setTimeout(resolve, Math.max(0, 2_000 - ms)));
      holder.exec("COMMIT");
      holder.close();
      const status = await adding;
      if (status >= 300) assert.ok(await bench.addKey(THIRD_KEY) < 300, "the key can be added afterwards");
      await eventually(
        async () => await counted(bench) === 31,
        15_000,
        "the calls under the lock are counted",
      );
      bench.assertIdle();
      return {
        client:
          "nothing: calls are served; a change of the configuration waits, or is refused with a 5xx after some seconds",
        kept: "every call of that time is counted",
        heals: "with the end of the lock",
      };
    } finally {
      await removeFolder(home);
    }
  },
};

export const diskCases: readonly ChaosCase[] = [full, readOnly, locked];
