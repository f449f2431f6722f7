import assert from "node:assert/strict";
import { createGeminitro, type Geminitro } from "../../src/composition/mod.ts";
import { randomId, systemClock } from "../support/store_ports.ts";
import { removeFolder } from "../support/remove_folder.ts";

const OLD = "the-first-owner-key-of-the-test";
const NEW = "the-second-owner-key-of-the-test";
const THIRD = "the-third-owner-key-of-the-test";

async function started(kv: Deno.Kv, key: string, envFile?: string): Promise<Geminitro> {
  return await createGeminitro({
    kv,
    env: {
      GEMINITRO_KV: ":memory:",
      GEMINITRO_HOME: "/nonexistent/geminitro",
      GEMINITRO_MASTER_KEY: "a passphrase of the test",
      PROXY_API_KEY: key,
      LOG_LEVEL: "error",
    },
    print: () => {},
    ...(envFile === undefined ? {} : { envFile }),
    ports: {
      clock: systemClock,
      random: Math.random,
      newId: randomId,
      fetch: () => Promise.reject(new TypeError("off")),
    },
  });
}

async function status(proxy: Geminitro, token: string, body?: unknown): Promise<number> {
  const response = await proxy.fetch(
    new Request("http://127.0.0.1:8080/api/settings", {
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      ...(body === undefined ? {} : { method: "POST", body: JSON.stringify(body) }),
    }),
  );
  const text = await response.text();
  assert.equal(text.includes(NEW) || text.includes(OLD), false, "no key in a reply");
  return response.status;
}

async function until(what: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 400; tries++) {
    if (await what()) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error("It did not come to pass");
}

Deno.test("POST /api/settings changes the owner's key at once, for all processes, and for the next start", async () => {
  const folder = await Deno.makeTempDir();
  const envFile = `${folder}/.env`;
  await Deno.writeTextFile(envFile, `PORT=7536\n# the key\nPROXY_API_KEY=${OLD}\nAUTO_UPDATE=false\n`);
  const kv = await Deno.openKv(":memory:");
  const [one, other] = [await started(kv, OLD, envFile), await started(kv, OLD, envFile)];
  assert.equal(await status(one, OLD, { proxyApiKey: "short" }), 422);
  assert.equal(await status(one, OLD, { proxyApiKey: NEW }), 200);
  assert.deepEqual([await status(one, OLD), await status(one, NEW)], [401, 200]);
  await until(async () => await status(other, NEW) === 200);
  assert.equal(await status(other, OLD), 401);
  assert.equal(
    await Deno.readTextFile(envFile),
    `PORT=7536\n# the key\nPROXY_API_KEY=${NEW}\nAUTO_UPDATE=false\n`,
  );
  if (Deno.build.os !== "windows") assert.equal((await Deno.stat(envFile)).mode! & 0o777, 0o600);
  assert.equal(await status(one, NEW, { proxyApiKey: THIRD }), 200);
  assert.equal(await status(one, THIRD), 200);
  await one.close();
  await other.close();
  const restarted = await started(kv, THIRD, envFile);
  assert.deepEqual([await status(restarted, THIRD), await status(restarted, NEW)], [200, 401]);
  await restarted.close();
  const setBack = await started(kv, OLD, envFile);
  assert.equal(await status(setBack, OLD), 200, "a later edit of .env counts");
  await setBack.close();
  kv.close();
  await removeFolder(folder);
});

Deno.test("POST /api/settings leaves a key alone that the environment sets, or that nothing can write", async () => {
  const folder = await Deno.makeTempDir();
  await Deno.writeTextFile(`${folder}/.env`, "PROXY_API_KEY=another-key-that-is-not-in-use\n");
  for (const envFile of [`${folder}/.env`, undefined]) {
    const kv = await Deno.openKv(":memory:");
    const proxy = await started(kv, OLD, envFile);
    assert.equal(await status(proxy, OLD, { proxyApiKey: NEW }), 409);
    assert.equal(await status(proxy, OLD), 200);
    await proxy.close();
    kv.close();
  }
  await removeFolder(folder);
});
