import assert from "node:assert/strict";
import { join } from "node:path";
import { HandClock, randomId } from "../../tests/support/store_ports.ts";
import { openStore, type Store, StoreOpenError, type StoreOptions } from "./mod.ts";
import { removeFolder } from "../../tests/support/remove_folder.ts";

function open(options: Partial<StoreOptions>, clock = new HandClock()): Promise<Store> {
  return openStore({ path: ":memory:", clock, random: Math.random, newId: randomId, ...options });
}

async function inFolder(test: (home: string, path: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  const home = join(folder, "home");
  try {
    await test(home, join(home, "store.sqlite3"));
  } finally {
    await removeFolder(folder);
  }
}

const KEY = { source: "api_key", key: "AIzaSyTest0000001" } as const;

async function modeOf(path: string): Promise<number> {
  return ((await Deno.stat(path)).mode ?? 0) & 0o777;
}

Deno.test("openStore() keeps its folder, database and key file for their owner alone", () =>
  inFolder(async (home, path) => {
    const store = await open({ path, home });
    await store.close();
    if (Deno.build.os === "windows") return;
    assert.equal(await modeOf(home), 0o700);
    assert.equal(await modeOf(path), 0o600);
    assert.equal(await modeOf(join(home, "secret.key")), 0o600);
    const names = (await Array.fromAsync(Deno.readDir(home))).map((entry) => entry.name);
    assert.ok(names.every((name) => !name.includes(".new_")), "no draft of the key file is left");
  }));

Deno.test("openStore() finds everything again with the key of its folder", () =>
  inFolder(async (home, path) => {
    const first = await open({ path, home });
    const added = await first.credentials.add(KEY);
    await first.close();
    const second = await open({ path, home });
    try {
      assert.deepEqual(await second.credentials.list(), added.ok && [added.value]);
      assert.ok(second.epoch() >= first.epoch());
      const again = await second.credentials.add(KEY);
      assert.ok(!again.ok && again.error.kind === "duplicate");
    } finally {
      await second.close();
    }
  }));

Deno.test("openStore() refuses a wrong or lost master key by its name, and changes nothing", () =>
  inFolder(async (home, path) => {
    const right = "a passphrase of my own";
    const store = await open({ path, home, masterKey: right });
    await store.credentials.add(KEY);
    await store.close();
    const refused = (message: RegExp) => (error: unknown) =>
      error instanceof StoreOpenError && message.test(error.message);
    const wrong = open({ path, home, masterKey: "another passphrase" });
    await assert.rejects(wrong, refused(/GEMINITRO_MASTER_KEY .*Nothing was changed/s));
    await assert.rejects(open({ path, home }), refused(/secret\.key is missing.*GEMINITRO_MASTER_KEY/s));
    await Deno.writeTextFile(join(home, "secret.key"), "00".repeat(32));
    await assert.rejects(open({ path, home }), refused(/GEMINITRO_MASTER_KEY/));
    await assert.rejects(
      open({ path, home, masterKey: "short" }),
      refused(/GEMINITRO_MASTER_KEY is too short/),
    );
    const again = await open({ path, home, masterKey: ` ${right}\n` });
    assert.equal((await again.credentials.list()).length, 1);
    await again.close();
  }));

Deno.test("openStore() takes 32 bytes as hex and as base64 for the same key", () =>
  inFolder(async (home, path) => {
    const bytes = crypto.getRandomValues(new Uint8Array(32));
    const store = await open({ path, home, masterKey: bytes.toHex() });
    const sealed = await store.vault.seal("text");
    await store.close();
    const again = await open({ path, home, masterKey: bytes.toBase64() });
    assert.equal(await again.vault.open(sealed), "text");
    await again.close();
  }));

Deno.test("openStore() says what to do when the path cannot be a database", async () => {
  const path = await Deno.makeTempDir();
  try {
    await assert.rejects(open({ path, home: path }), (error) => {
      return error instanceof StoreOpenError && error.message.includes("GEMINITRO_KV");
    });
  } finally {
    await removeFolder(path);
  }
});

Deno.test("close() leaves no timer behind, may be called twice, and leaves a database that was passed in open", async () => {
  const kv = await Deno.openKv(":memory:");
  const clock = new HandClock();
  const store = await open({ kv }, clock);
  assert.equal(clock.pending, 2, "the epoch and the heartbeat");
  await Promise.all([store.close(), store.close()]);
  assert.equal(clock.pending, 0);
  assert.equal((await kv.get(["process", store.processId])).value, null);
  kv.close();
});

Deno.test("a visitor leaves no process record, and yet sees and writes everything", async () => {
  const kv = await Deno.openKv(":memory:");
  const masterKey = "11".repeat(32);
  const server = await open({ kv, masterKey });
  const visitor = await open({ kv, masterKey, announce: false });
  assert.deepEqual((await visitor.processes()).map((record) => record.id), [server.processId]);
  assert.ok((await visitor.credentials.add(KEY)).ok);
  assert.equal((await server.credentials.list()).length, 1);
  await visitor.close();
  assert.equal((await server.processes()).length, 1);
  await server.close();
  kv.close();
});

Deno.test("a steady store writes nothing, its heartbeat apart", async () => {
  const kv = await Deno.openKv(":memory:");
  const clock = new HandClock();
  const store = await open({ kv }, clock);
  const [atomic, set] = [kv.atomic.bind(kv), kv.set.bind(kv)];
  let writes = 0;
  kv.atomic = () => (writes++, atomic());
  kv.set = (...write) => (writes++, set(...write));
  await Promise.all([
    store.credentials.list(),
    store.aliases.list(),
    store.expiring.get("a", "b"),
    store.processes(),
  ]);
  clock.move(1_000);
  await store.settings.list();
  assert.equal(writes, 0);
  await store.close();
  kv.close();
});
