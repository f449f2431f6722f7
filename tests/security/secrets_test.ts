/** docs/security.md, "Secrets": at rest, in dumps of errors, in files' modes, and in what is written to consoles. */
import assert from "node:assert/strict";
import { createGeminitro } from "../../src/composition/mod.ts";
import { loadSettings } from "../../src/config/mod.ts";
import { redact, Secret } from "../../src/core/mod.ts";
import { serveSimulator } from "../../src/sim/mod.ts";
import { systemClock, systemPorts } from "../../src/system/mod.ts";
import { proxyUnderTest } from "../support/proxy_under_test.ts";
import { send } from "../e2e/calls.ts";
import { removeFolder } from "../support/remove_folder.ts";

const KEY = "AIzaSyMarkedKeyAtRest00000000000000001";
const PROXY = "marked-password-of-the-outbound-proxy";
const OWNER = "marked-owner-token-0123456789";

async function* filesBelow(folder: string): AsyncGenerator<string> {
  for await (const entry of Deno.readDir(folder)) {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory) yield* filesBelow(path);
    else yield path;
  }
}

/** A proxy on a real folder with a marked key, and a call on it; `look` sees the folder open, then again closed. */
async function onDisk(look: (home: string, secrets: readonly string[]) => Promise<void>): Promise<void> {
  const home = `${await Deno.makeTempDir({ prefix: "geminitro-rest-" })}/home`;
  const simulator = serveSimulator({
    clock: systemClock,
    projects: [{ id: "p", keys: [KEY] }],
    port: 0,
    hostname: "127.0.0.1",
  });
  const lines: string[] = [];
  try {
    const proxy = await createGeminitro({
      env: { GEMINITRO_HOME: home, GEMINI_API_URL: simulator.url, PROXY_API_KEY: OWNER, LOG_LEVEL: "debug" },
      ports: systemPorts(),
      print: (line) => void lines.push(line),
    });
    const { admin } = proxy.services;
    const secrets = [KEY, PROXY, OWNER];
    try {
      await admin.addKeys({ keys: [KEY], label: "marked", proxy: `http://user:${PROXY}@127.0.0.1:9` });
      const client = await admin.addClient({ name: "ci" });
      assert.ok(client.ok);
      secrets.push(client.value.token);
      const backup = await admin.backUp();
      assert.ok(backup.ok && backup.value.file !== null);
      const failed = await proxy.fetch(
        new Request("http://localhost/v1/chat/completions", {
          method: "POST",
          headers: { authorization: `Bearer ${OWNER}`, "content-type": "application/json" },
          body: JSON.stringify({ model: "gemini-2.5-flash", messages: [{ role: "user", content: "hi" }] }),
        }),
      );
      await failed.text();
      await proxy.services.ledger.flush();
      await look(home, secrets);
    } finally {
      await proxy.close();
    }
    await look(home, secrets);
    for (const secret of secrets) assert.ok(!lines.join("\n").includes(secret), "a log line holds a secret");
  } finally {
    await simulator.close();
    await removeFolder(home.slice(0, -"/home".length));
  }
}

Deno.test("no secret stands readable in the database, its journal, backups or any other file", () =>
  onDisk(async (home, secrets) => {
    let seen = 0;
    for await (const path of filesBelow(home)) {
      const text = new TextDecoder("latin1").decode(await Deno.readFile(path));
      seen++;
      for (const secret of secrets) {
        for (const form of [secret, btoa(secret), [...secret].join("\0")]) {
          assert.ok(!text.includes(form), `${path} holds ${secret}`);
        }
      }
    }
    assert.ok(seen >= 3, `only ${seen} files`);
  }));

Deno.test({
  name: "the data folder is for its owner alone, and so is every file in it",
  ignore: Deno.build.os === "windows",
  fn: () =>
    onDisk(async (home) => {
      assert.equal((await Deno.stat(home)).mode! & 0o777, 0o700);
      for await (const path of filesBelow(home)) {
        const mode = (await Deno.stat(path)).mode! & 0o777;
        assert.equal(mode & 0o077, 0, `${path} has mode ${mode.toString(8)}`);
      }
    }),
});

Deno.test("a dump of a secret, a credential or the settings shows none", () => {
  const secret = new Secret(KEY);
  const credential = { id: "cred_1", key: secret, nested: [{ deep: new Map([["k", secret]]) }] };
  const settings = loadSettings({
    GEMINITRO_HOME: "/nonexistent",
    PROXY_API_KEY: OWNER,
    GEMINI_API_KEYS: KEY,
    GEMINITRO_MASTER_KEY: "marked master key",
    OAUTH_CLIENT_SECRET: "GOCSPX-marked",
  });
  assert.ok(settings.ok);
  const error = Object.assign(new Error("it failed", { cause: credential }), {
    credential,
    settings: settings.value,
  });
  const dumps = [
    Deno.inspect(credential, { depth: 20, showHidden: true }),
    Deno.inspect(error, { depth: 20 }),
    Deno.inspect(settings, { depth: 20 }),
    JSON.stringify(credential),
    JSON.stringify(settings),
    `${secret}`,
    String(settings.value),
  ];
  for (const dump of dumps) {
    assert.ok(!/MarkedKeyAtRest|marked/.test(dump), dump);
  }
});

Deno.test("an uncaught error with a credential in it prints no secret", async () => {
  const script = `
    import { Secret } from ${JSON.stringify(new URL("../../src/core/mod.ts", import.meta.url).href)};
    const credential = { key: new Secret(${JSON.stringify(KEY)}) };
    throw Object.assign(new Error("failed", { cause: credential }), { credential });`;
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--no-check", "-"],
    stdin: "piped",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(script));
  await writer.close();
  const { code, stderr } = await child.output();
  assert.notEqual(code, 0);
  const printed = new TextDecoder().decode(stderr);
  assert.match(printed, /failed/);
  assert.ok(!printed.includes(KEY), printed);
});

Deno.test("everything that looks like a secret of Google's is taken out of texts", () => {
  const shapes = [
    KEY,
    "AQ.Ab8RN6marked_marked-marked",
    "ya29.marked-access.token_x",
    "1//0marked-refresh-token",
    "GOCSPX-marked_secret",
    "Authorization: Bearer marked-anything",
    "https://x.test/?key=marked&alt=sse",
    "https://x.test/cb?state=1&code=4%2Fmarked",
    "client_secret=marked".replace(/^/, "?"),
  ];
  for (const shape of shapes) {
    const text = redact(`before ${shape} after`);
    assert.ok(!/marked|Marked/.test(text), text);
    assert.match(text, /before .*\[redacted\].* after|before .*\[redacted\]/s);
  }
});

Deno.test("a fault of our own tells the client an id and nothing else", async () => {
  let broken = false;
  const fault = () => Promise.reject(new Error(`marked fault with ${KEY}`));
  await using t = await proxyUnderTest({
    ports: { fetch: (input, init) => broken ? fault() : fetch(input, init) },
  });
  broken = true;
  const response = await send(t, "/v1/chat/completions", {
    body: { model: "gemini-2.5-flash", messages: [{ role: "user", content: "hi" }] },
  }).catch((error) => new Response(String(error), { status: 599 }));
  const text = await response.text() + JSON.stringify([...response.headers]);
  assert.ok(response.status >= 500 && response.status < 599, String(response.status));
  assert.ok(!text.includes(KEY) && !/\bat .*\.ts:\d+/.test(text), text);
  assert.ok(!t.log.join("\n").includes(KEY));
});
