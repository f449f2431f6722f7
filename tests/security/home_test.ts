/** docs/security.md: what the program keeps is watched while it runs. */
import assert from "node:assert/strict";
import { createGeminitro, type Geminitro, serve, type Serving } from "../../src/composition/mod.ts";
import { removeFolder } from "../support/remove_folder.ts";

const AUTH = { authorization: "Bearer geminitro", "content-type": "application/json" };

interface Home {
  readonly folder: string;
  readonly proxy: Geminitro;
  readonly serving: Serving;
  readonly said: readonly string[];
}

async function inHome(run: (home: Home) => Promise<void>, prepare = (_: string) => Promise.resolve()) {
  const folder = await Deno.makeTempDir({ prefix: "geminitro-home-" });
  const said: string[] = [];
  await prepare(folder);
  const proxy = await createGeminitro({
    env: { GEMINITRO_HOME: folder },
    print: (line) => void said.push(line),
  });
  const serving = await serve(proxy, { host: "127.0.0.1", port: 0 });
  try {
    await run({ folder, proxy, serving, said });
  } finally {
    await serving.stop(300).catch(() => {});
    await removeFolder(folder);
  }
}

async function health({ serving }: Home): Promise<{ readonly status: string; readonly message: string }> {
  const response = await fetch(`${serving.url}/api/health`, { headers: AUTH });
  return await response.json();
}

async function change({ serving }: Home): Promise<number> {
  const response = await fetch(`${serving.url}/api/aliases/quick`, {
    method: "PUT",
    headers: AUTH,
    body: JSON.stringify({ target: "gemini-2.5-flash" }),
  });
  await response.body?.cancel();
  return response.status;
}

/** Waits until health says so. */
async function saidByHealth(home: Home, pattern: RegExp) {
  const end = performance.now() + 60_000;
  let told = await health(home);
  while (!pattern.test(told.message)) {
    assert.ok(performance.now() < end, JSON.stringify(told));
    await new Promise((done) => setTimeout(done, 100));
    told = await health(home);
  }
  return told;
}

/** Health says so; changes are refused at once. */
async function assertTold(home: Home, pattern: RegExp): Promise<void> {
  assert.equal(await change(home), 503, "a change is acknowledged that is lost");
  const told = await saidByHealth(home, pattern);
  assert.notEqual(told.status, "ok");
  const overview = await (await fetch(`${home.serving.url}/api/overview`, { headers: AUTH })).json();
  assert.ok(
    overview.problems.some(({ kind, message }: { kind: string; message: string }) =>
      kind === "data_lost" && pattern.test(message)
    ),
  );
}

Deno.test("a database that is deleted while the program runs is told at once, and nothing is acknowledged", () =>
  inHome(async (home) => {
    assert.equal(await change(home), 200);
    await Deno.remove(`${home.folder}/geminitro.sqlite3`);
    await assertTold(home, /database .* is gone/);
  }));

Deno.test("a database that is exchanged, a home that is gone and a key file that is gone are told too", async () => {
  await inHome(async (home) => {
    await Deno.rename(`${home.folder}/geminitro.sqlite3`, `${home.folder}/old`);
    await Deno.copyFile(`${home.folder}/old`, `${home.folder}/geminitro.sqlite3`);
    await assertTold(home, /was exchanged/);
  });
  await inHome(async (home) => {
    await Deno.rename(home.folder, `${home.folder}-moved`);
    await assertTold(home, /is gone/);
    await Deno.rename(`${home.folder}-moved`, home.folder);
    assert.equal(await change(home), 200, "it is well again by itself");
  });
  await inHome(async (home) => {
    await Deno.remove(`${home.folder}/secret.key`);
    await assertTold(home, /key file .* is gone/);
  });
});

Deno.test({
  name:
    "a key file that others may read is closed again with a word, at the start and while the program runs",
  ignore: Deno.build.os === "windows",
  fn: async () => {
    const mode = async (path: string) => (await Deno.stat(path)).mode! & 0o777;
    await inHome(async ({ folder, proxy, said }) => {
      const path = `${folder}/secret.key`;
      assert.equal(await mode(path), 0o600);
      assert.match(said.join("\n"), /secret\.key could be read by other users/);
      await Deno.chmod(path, 0o644);
      await proxy.services.home.look();
      assert.equal(await mode(path), 0o600);
    }, async (folder) => {
      await Deno.writeTextFile(`${folder}/secret.key`, "ab".repeat(32), { mode: 0o644 });
      await Deno.chmod(`${folder}/secret.key`, 0o644);
    });
  },
});

Deno.test("a record that cannot be opened is told by health, not by the doctor alone", () =>
  inHome(async (home) => {
    const { store } = home.proxy.services;
    const added = await store.credentials.add({
      source: "api_key",
      key: "AIzaSyTestKeyNumberOne0000000000000001",
    });
    assert.ok(added.ok);
    const key = ["credential", added.value.id];
    const { value } = await store.kv.get<Record<string, unknown>>(key);
    // As another process of a later version would: with a new epoch, so that everybody reads again.
    const epoch = { v: 1, by: "proc_of_a_later_version" };
    await store.kv.atomic().set(key, { ...value, v: 99 }).set(["epoch"], epoch).commit();
    assert.equal(await change(home), 200);
    const { status } = await saidByHealth(home, /One record of the database cannot be opened/);
    assert.notEqual(status, "ok");
  }));
