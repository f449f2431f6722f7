import assert from "node:assert/strict";
import { join } from "node:path";
import { openStore } from "../../src/store/mod.ts";
import { randomId, systemClock } from "../support/store_ports.ts";
import { StoreProcess } from "../support/store_process.ts";
import { removeFolder } from "../support/remove_folder.ts";

const CROWD = 3;
const server = Deno.env.get("DENO_KV_URL");

interface Place {
  readonly path: string;
  readonly home: string;
  readonly masterKey: string;
}

/** Three real processes on one database, started at the same time. */
async function withCrowd(
  place: Omit<Place, "home">,
  work: (crowd: StoreProcess[], place: Place) => Promise<void>,
): Promise<void> {
  const home = await Deno.makeTempDir();
  const { masterKey } = place;
  const path = place.path === "" ? join(home, "store.sqlite3") : place.path;
  const crowd = Array.from({ length: CROWD }, () => new StoreProcess(path, home, masterKey));
  try {
    await work(crowd, { path, home, masterKey });
  } finally {
    await Promise.all(crowd.map((process) => process[Symbol.asyncDispose]()));
    await removeFolder(home);
  }
}

/** A test on a file, and on the KV Connect server that DENO_KV_URL names. */
function testCrowd(name: string, work: (crowd: StoreProcess[], place: Place) => Promise<void>): void {
  Deno.test(`three processes on one file ${name}`, () => withCrowd({ path: "", masterKey: "" }, work));
  Deno.test({
    name: `three processes on one KV Connect server ${name}`,
    ignore: server === undefined,
    fn: () => withCrowd({ path: server ?? "", masterKey: "5e".repeat(32) }, work),
  });
}

function openHere({ path, home, masterKey }: Place, announce: boolean) {
  const ports = { clock: systemClock, random: Math.random, newId: randomId };
  return openStore({ path, home, ...ports, announce, ...(masterKey === "" ? {} : { masterKey }) });
}

testCrowd("lose no write, agree on the key and refuse a duplicate", async (crowd, place) => {
  const own = randomId("AIza-");
  const each = (command: (index: number) => Record<string, unknown>) =>
    Promise.all(crowd.map((process, index) => process.ask<Record<string, unknown>>(command(index))));
  const answers = await each((index) => ({ do: "keys", name: `${own}${index}`, count: 12 }));
  const stay = answers.flatMap((answer) => answer["stay"]);
  assert.equal(stay.length, CROWD * 6, JSON.stringify(answers));
  const same = await each(() => ({ do: "add", name: `${own}-the-same` }));
  assert.equal(same.filter((answer) => answer["ok"] === true).length, 1);

  const store = await openHere(place, false);
  try {
    const ids = (await store.credentials.list()).map((credential) => credential.id);
    if (place.masterKey === "") assert.equal(ids.length, CROWD * 6 + 1);
    assert.ok(stay.every((id) => ids.some((other) => other === id)));
    if (place.masterKey === "") assert.deepEqual(store.quarantined(), []);
    assert.equal((await store.processes()).length, CROWD);
  } finally {
    await store.close();
  }
});

testCrowd("share slices without passing the limit, and one lease at a time", async (crowd) => {
  const limit = 200;
  const claim = { do: "slices", name: randomId("window"), count: 60, limit, expiresAt: Date.now() + 600_000 };
  const slices = await Promise.all(
    crowd.map((process) => process.ask<{ kept: number; most: number }>(claim)),
  );
  const kept = slices.reduce((sum, answer) => sum + answer.kept, 0);
  assert.equal(kept, limit, "the whole limit is granted and no more");
  assert.ok(slices.every((answer) => answer.most <= limit));
  const enter = { do: "leases", name: randomId("door"), count: 40 };
  const leases = await Promise.all(crowd.map((process) => process.ask<{ won: number }>(enter)));
  assert.ok(leases.reduce((sum, answer) => sum + answer.won, 0) > 0);
});

testCrowd(
  "hear of another's write within 1.5 seconds, and go on after its death",
  async ([writer, ...readers]) => {
    assert.ok(writer !== undefined);
    await Promise.all(readers.map((reader) => reader.ask({ do: "processes" })));
    const { epoch } = await writer.ask<{ epoch: string }>({ do: "alias", name: randomId("fast-") });
    const heard = await Promise.all(
      readers.map((reader) => reader.ask<{ ms: number }>({ do: "sees", epoch })),
    );
    for (const { ms } of heard) assert.ok(ms < 1_500, `heard after ${ms} ms`);
    await writer.kill();
    const [reader] = readers;
    const added = await reader?.ask<{ ok: boolean }>({ do: "add", name: randomId("AIza-after-") });
    assert.equal(added?.ok, true, "a killed process leaves nothing locked");
  },
);

testCrowd(
  "know at once that one was killed, and so does one that starts",
  async (crowd, place) => {
    const [victim, reader] = crowd;
    assert.ok(victim !== undefined && reader !== undefined);
    // Whoever answers has joined.
    await Promise.all(crowd.map((process) => process.ask({ do: "processes" })));
    await victim.kill();
    const before = await reader.ask<{ count: number }>({ do: "processes" });
    assert.equal(before.count, CROWD - 1);
    const store = await openHere(place, true);
    try {
      const records = await Array.fromAsync(store.kv.list({ prefix: ["process"] }));
      assert.equal(records.length, CROWD, "its record is gone, not only left out");
      assert.equal((await store.processes()).length, CROWD);
    } finally {
      await store.close();
    }
  },
);

Deno.test("a record with this process's number that it never wrote is of a dead one; other hosts are believed", async () => {
  const kv = await Deno.openKv(":memory:");
  const ports = { clock: systemClock, random: Math.random, newId: randomId };
  const record = (id: string, host: string) => ({
    v: 1,
    id,
    startedAt: 0,
    until: Date.now() + 60_000,
    host,
    pid: Deno.pid,
  });
  await kv.set(["process", "proc_before"], record("proc_before", Deno.hostname()));
  await kv.set(["process", "proc_far"], record("proc_far", `not-${Deno.hostname()}`));
  const store = await openStore({ path: ":memory:", kv, ...ports });
  const ids = (await store.processes()).map(({ id }) => id).sort();
  assert.deepEqual(ids, ["proc_far", store.processId].sort());
  await store.close();
  kv.close();
});
