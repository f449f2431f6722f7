/** docs/security.md: logout, a new owner's key and revocation hold at once, in every process and after a restart. */
import assert from "node:assert/strict";
import { folderFiles } from "fresh/files";
import { createGeminitro, type Geminitro, serve, type Serving } from "../../src/composition/mod.ts";
import { readEnvironment } from "../../src/config/mod.ts";
import { removeFolder } from "../support/remove_folder.ts";

const OWNER = "owner-token-of-the-sessions-test";
const ROOT = new URL("../../", import.meta.url);

interface One extends AsyncDisposable {
  readonly proxy: Geminitro;
  readonly serving: Serving;
}

/** One more process of a data folder, as far as anything in it can tell. */
async function open(home: string): Promise<One> {
  const proxy = await createGeminitro({
    env: { GEMINITRO_HOME: home, PROXY_API_KEY: OWNER, LOG_LEVEL: "error" },
    envFile: `${home}/.env`,
    print: () => {},
    dashboard: folderFiles(new URL("_fresh/client/", ROOT), new URL("static/", ROOT)),
  });
  const serving = await serve(proxy, { host: "127.0.0.1", port: 0 });
  return { proxy, serving, [Symbol.asyncDispose]: () => serving.stop(500) };
}

async function login({ serving }: One, token = OWNER): Promise<string> {
  const response = await fetch(`${serving.url}/dashboard/login`, {
    method: "POST",
    headers: { origin: serving.url },
    body: new URLSearchParams({ token }),
    redirect: "manual",
  });
  await response.body?.cancel();
  assert.equal(response.status, 303);
  return response.headers.get("set-cookie")!.split(";")[0]!;
}

async function statusOf({ serving }: One, headers: Record<string, string>, path = "/api/keys/safe") {
  const response = await fetch(serving.url + path, { headers, redirect: "manual" });
  await response.body?.cancel();
  return response.status;
}

async function logout({ serving }: One, cookie: string): Promise<void> {
  const response = await fetch(`${serving.url}/dashboard/logout`, {
    method: "POST",
    headers: { cookie, origin: serving.url },
    redirect: "manual",
  });
  await response.body?.cancel();
  assert.equal(response.status, 303);
}

/** Opens an event stream; resolves when it has ended. */
async function listen(
  { serving }: One,
  headers: Record<string, string>,
): Promise<{ readonly ended: Promise<void> }> {
  const response = await fetch(`${serving.url}/api/events`, { headers });
  assert.equal(response.status, 200);
  const reader = response.body!.getReader();
  await reader.read();
  const ended = (async () => {
    try {
      while (!(await reader.read()).done);
    } catch {
      // Broken off is ended too.
    }
  })();
  return { ended };
}

async function within(ms: number, what: string, ended: Promise<void>): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} went on`)), ms);
  });
  await Promise.race([ended, late]).finally(() => clearTimeout(timer));
}

async function inFolder(run: (home: string) => Promise<void>): Promise<void> {
  const home = await Deno.makeTempDir({ prefix: "geminitro-sessions-" });
  try {
    await run(home);
  } finally {
    await removeFolder(home);
  }
}

Deno.test("a session that was logged out is over in other processes and after a restart, and its streams end", () =>
  inFolder(async (home) => {
    let cookie = "";
    let other = "";
    {
      await using first = await open(home);
      await using second = await open(home);
      cookie = await login(first);
      other = await login(first);
      assert.equal(await statusOf(second, { cookie }), 200);
      const here = await listen(first, { cookie });
      const there = await listen(second, { cookie });
      await logout(first, cookie);
      assert.equal(await statusOf(first, { cookie }), 401);
      assert.equal(await statusOf(second, { cookie }), 401);
      await within(10_000, "the stream here", here.ended);
      await within(10_000, "the stream there", there.ended);
      assert.equal(await statusOf(second, { cookie: other }), 200);
    }
    await using again = await open(home);
    assert.equal(await statusOf(again, { cookie }), 401);
    assert.equal(await statusOf(again, { cookie: other }), 200);
  }));

Deno.test("a new owner's key ends sessions, tokens and open streams of the old one in every process", () =>
  inFolder(async (home) => {
    await Deno.writeTextFile(`${home}/.env`, `PROXY_API_KEY=${OWNER}\n`);
    await using first = await open(home);
    await using second = await open(home);
    const cookie = await login(second);
    const bearer = { authorization: `Bearer ${OWNER}` };
    const byCookie = await listen(second, { cookie });
    const byToken = await listen(second, bearer);
    const changed = await fetch(`${first.serving.url}/api/settings`, {
      method: "POST",
      headers: { ...bearer, "content-type": "application/json" },
      body: JSON.stringify({ proxyApiKey: "another-owner-token-of-this-test" }),
    });
    assert.ok(changed.ok, await changed.text());
    assert.equal(await statusOf(second, { cookie }), 401, "a session of the old key");
    assert.equal(await statusOf(first, bearer), 401);
    await within(10_000, "the old session's stream", byCookie.ended);
    await within(10_000, "the old token's stream", byToken.ended);
    assert.equal(await statusOf(second, bearer), 401);
  }));

Deno.test("an empty variable of the environment does not hide what .env says", () =>
  inFolder(async (home) => {
    await Deno.writeTextFile(`${home}/.env`, `PROXY_API_KEY=${OWNER}\nPORT=8123\n`);
    for (const PROXY_API_KEY of ["", " ", "\t"]) {
      const env = await readEnvironment({ home, env: { PROXY_API_KEY, GEMINITRO_HOME: home } });
      assert.equal(env["PROXY_API_KEY"], OWNER);
      assert.equal(env["PORT"], "8123");
    }
    const env = await readEnvironment({ home, env: { PROXY_API_KEY: "from-outside", PORT: "" } });
    assert.equal(env["PROXY_API_KEY"], "from-outside");
  }));

Deno.test("a token that is quickly guessed does not open an address that others can reach", async () => {
  for (const PROXY_API_KEY of ["x", "secret", "01234567890"]) {
    for (const HOST of ["0.0.0.0", "::", "192.168.1.4"]) {
      await assert.rejects(
        createGeminitro({
          env: { HOST, PROXY_API_KEY, GEMINITRO_KV: ":memory:", GEMINITRO_HOME: "/nonexistent" },
        }),
        (error: Error) =>
          /PROXY_API_KEY is shorter/.test(error.message) && !error.message.includes(`"${PROXY_API_KEY}"`),
      );
    }
  }
});
