import assert from "node:assert/strict";
import { createLedger } from "../../src/ledger/mod.ts";
import { openStore } from "../../src/store/mod.ts";
import { randomId, systemClock } from "../support/store_ports.ts";
import { removeFolder } from "../support/remove_folder.ts";

/** 50 for the long run. */
const ROUNDS = Number(Deno.env.get("GEMINITRO_KILL_ROUNDS") ?? 3);

/** Runs a worker, kills it without warning once it has written for a while, and returns what it said was written. */
async function killedWorker(path: string, home: string, lines: number): Promise<number> {
  const script = new URL("../support/ledger_worker.ts", import.meta.url).pathname;
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", script, path, home],
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  let text = "";
  let killed = false;
  const stopAt = lines + 1;
  for await (const piece of child.stdout.pipeThrough(new TextDecoderStream())) {
    text += piece;
    if (!killed && text.split("\n").length > stopAt) {
      killed = true;
      child.kill("SIGKILL");
    }
  }
  await child.status;
  return Number(text.slice(0, text.lastIndexOf("\n")).split("\n").at(-1));
}

async function counted(path: string, home: string): Promise<{ total: number; records: number }> {
  const store = await openStore({
    path,
    home,
    clock: systemClock,
    random: Math.random,
    newId: randomId,
    announce: false,
  });
  const ports = { clock: systemClock, random: Math.random, newId: randomId, fetch };
  const settings = {
    logLevel: "error",
    logFormat: "human",
    historyRetentionDays: 90,
    proxyApiKey: "x",
  } as const;
  const ledger = createLedger({ store, settings, ports, print: () => {} });
  const total = (await ledger.lifetime("total")).get("total")?.requests ?? 0;
  const seen = new Set<string>();
  let records = 0;
  for (let cursor: string | undefined, first = true; first || cursor !== undefined; first = false) {
    const page = await ledger.requests({}, { limit: 500, ...(cursor === undefined ? {} : { cursor }) });
    for (const { id } of page.items) seen.add(id);
    records += page.items.length;
    cursor = page.cursor;
  }
  assert.equal(seen.size, records, "no record stands twice");
  await ledger.close();
  await store.close();
  return { total, records };
}

Deno.test("a process killed at any moment loses nothing that was written, and counts never go back", async () => {
  const home = await Deno.makeTempDir();
  const path = `${home}/ledger.sqlite3`;
  try {
    let sure = 0;
    let before = 0;
    for (let round = 0; round < ROUNDS; round++) {
      sure += await killedWorker(path, home, 3 + round * 4 % 23);
      const { total, records } = await counted(path, home);
      assert.ok(total >= sure && total >= before, `${total} counted of ${sure}`);
      assert.equal(records, total, "counts and records are of one commit");
      before = sure = total;
    }
  } finally {
    await removeFolder(home);
  }
});
