import assert from "node:assert/strict";
import { join } from "node:path";
import { CliHome, denoCache, KEYS } from "../cli/cli_process.ts";
import { RecordingProxy } from "../support/recording_proxy.ts";
import { removeFolder } from "../support/remove_folder.ts";
import { ReservedPort } from "../support/reserved_port.ts";
import { testCertificate } from "../support/silent_relay.ts";
import { until } from "./calls.ts";

/** Long, since the machine may be busy. */
const PATIENCE_MS = 120_000;
const ROOT = new URL("../..", import.meta.url).pathname;

Deno.test("calls to oneself never take the environment's proxy", async () => {
  await using cli = await CliHome.open();
  await using proxy = new RecordingProxy();
  const { env } = proxy;
  await cli.good(["key", "add", KEYS[0]!, "--no-check"]);
  await cli.good(["start", "--detach"], { env });
  try {
    assert.match(await cli.good(["status"], { env }), /127\.0\.0\.1|localhost/);
    assert.match(await cli.good(["key", "list"], { env }), /1 key/);
    const again = await cli.run(["start", "--detach"], { env });
    assert.match(again.stdout, /already runs/);
  } finally {
    assert.match(await cli.good(["stop"], { env }), /[Ss]topped/);
  }
  assert.deepEqual(proxy.seen.filter((line) => /127\.0\.0\.1|localhost/.test(line)), []);
});

Deno.test("an agent is told to call past the proxy, in its file where that holds its environment", async () => {
  await using cli = await CliHome.open();
  await using proxy = new RecordingProxy();
  await cli.good(["key", "add", KEYS[0]!]);
  const env = { HOME: cli.folder, DENO_DIR: denoCache(), ...proxy.env, NO_PROXY: "intranet.example" };
  const written = async (...path: readonly string[]) => await Deno.readTextFile(join(cli.folder, ...path));
  await cli.good(["install", "claude", "--yes"], { env });
  assert.equal(
    JSON.parse(await written(".claude", "settings.json")).env.NO_PROXY,
    "intranet.example,localhost,127.0.0.1,::1",
  );
  await cli.good(["install", "gemini", "--yes"], { env });
  assert.match(await written(".gemini", ".env"), /NO_PROXY=.*127\.0\.0\.1/);
  assert.match(
    await cli.good(["install", "codex", "--yes"], { env }),
    /set NO_PROXY=.*where the agent starts/,
  );
  assert.doesNotMatch(await cli.good(["install", "codex", "--yes"]), /NO_PROXY/);
});

Deno.test("why Google cannot be reached is told with its remedy, in the reply, the record, the log and by doctor", async () => {
  await using signIn = new RecordingProxy("sign_in");
  const secure = Deno.serve(
    { ...testCertificate(), port: 0, hostname: "127.0.0.1", onListen() {} },
    () => new Response(),
  );
  using silent = new ReservedPort();
  const dead = silent.port;
  const cases: readonly (readonly [env: Record<string, string>, why: RegExp, remedy: RegExp])[] = [
    [{ GEMINI_API_URL: "https://no-such-host.invalid" }, /no-such-host\.invalid cannot be resolved/, /DNS/],
    [{ GEMINI_API_URL: `http://localhost:${dead}` }, /refuses connections/, /firewall/],
    [
      { GEMINI_API_URL: `https://localhost:${secure.addr.port}` },
      /certificate of .*not trusted/,
      /DENO_CERT/,
    ],
    [
      { GEMINI_API_URL: "https://google.example", HTTPS_PROXY: `http://127.0.0.1:${dead}` },
      new RegExp(`outgoing proxy 127.0.0.1:${dead} cannot be used: it refuses`),
      /HTTPS_PROXY/,
    ],
    [
      { GEMINI_API_URL: "https://google.example", HTTPS_PROXY: signIn.url },
      /outgoing proxy .* asks for a sign-in \(407\)/,
      /user:password/,
    ],
    [
      { GEMINI_API_URL: "http://google.example", HTTP_PROXY: signIn.url },
      /outgoing proxy .* asks for a sign-in \(407\)/,
      /user:password/,
    ],
  ];
  await using cli = await CliHome.open();
  await cli.good(["key", "add", KEYS[0]!]);
  for (const [env, why, remedy] of cases) {
    const doctor = await cli.run(["doctor"], { env });
    assert.match(doctor.stdout, why);
    assert.match(doctor.stdout, remedy);
    await cli.good(["start", "--detach"], { env });
    try {
      const { port } = JSON.parse(await Deno.readTextFile(join(cli.home, "server.json")));
      const ask = (path: string, init: RequestInit = {}) =>
        fetch(`http://127.0.0.1:${port}${path}`, {
          ...init,
          headers: {
            authorization: "Bearer geminitro",
            "content-type": "application/json",
            connection: "close",
          },
        });
      const body = JSON.stringify({ model: "gemini-2.5-flash", messages: [{ role: "user", content: "x" }] });
      const reply = await (await ask("/v1/chat/completions", { method: "POST", body })).text();
      assert.match(reply, why);
      assert.match(reply, remedy);
      // Records are written within a second of a machine that has nothing else to do.
      await until(async () => why.test(await (await ask("/api/requests")).text()), PATIENCE_MS);
    } finally {
      await cli.run(["stop"], { env });
    }
    const log = await Deno.readTextFile(join(cli.home, "logs", "server.log"));
    assert.match(log, why);
  }
  await secure.shutdown();
});

/** Where Deno keeps what it fetched, without what it knows of its own newest version: so that it would ask. */
async function cacheWithoutVersion(folder: string): Promise<string> {
  const path = join(folder, "deno");
  await Deno.mkdir(path);
  for await (const { name } of Deno.readDir(denoCache())) {
    if (!/^latest/.test(name)) await Deno.symlink(join(denoCache(), name), join(path, name));
  }
  return path;
}

/** How long each start is watched after it called Google. */
const WATCHED_MS = 5_000;

Deno.test("nothing but Google is asked for, however the program is started", async () => {
  const folder = await Deno.makeTempDir({ prefix: "geminitro-sent-" });
  try {
    const DENO_DIR = await cacheWithoutVersion(folder);
    const base = {
      PATH: Deno.env.get("PATH") ?? "",
      HOME: folder,
      DENO_DIR,
      GEMINITRO_PROJECT: folder,
      GEMINI_API_KEYS: KEYS[0]!,
      PORT: "0",
    };
    // The demonstration brings a Google of its own.
    const ways: readonly (readonly [words: readonly string[], google: readonly string[]])[] = [
      [["start", "--no-interactive"], ["generativelanguage.googleapis.com"]],
      [["geminitro", "start", "--detach"], ["generativelanguage.googleapis.com"]],
      [["geminitro", "demo", "--port", "0"], []],
    ];
    // Each has a home and a proxy of its own, so that they are watched at the same time.
    await Promise.all(ways.map(async ([words, google], index) => {
      await using proxy = new RecordingProxy();
      const env = { ...base, ...proxy.env, GEMINITRO_HOME: join(folder, `home-${index}`) };
      const run = (args: readonly string[]) =>
        new Deno.Command(Deno.execPath(), {
          args: ["task", `--config=${ROOT}deno.json`, ...args],
          clearEnv: true,
          env,
          stdin: "null",
          stdout: "null",
          stderr: "null",
        });
      const child = run(words).spawn();
      await until(() => google.every((host) => proxy.hosts.includes(host)), PATIENCE_MS);
      // What it would ask for on its own comes with the start.
      await new Promise((resolve) => setTimeout(resolve, WATCHED_MS));
      try {
        child.kill("SIGTERM");
      } catch {
        // It has ended by itself, with the server in the background.
      }
      await child.status;
      await run(["geminitro", "stop"]).output();
      assert.deepEqual(proxy.hosts.filter((host) => !/(^|\.)googleapis\.com$/.test(host)), []);
    }));
  } finally {
    await removeFolder(folder);
  }
});
