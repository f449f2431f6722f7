import assert from "node:assert/strict";
import { join } from "node:path";
import process from "node:process";
import { CliHome, KEYS, readUntil } from "./cli_process.ts";

interface Started {
  readonly pid: number;
  readonly url: string;
}

function lives(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

Deno.test("start serves in the foreground, writes .env and a pid file, and drains at a signal", async () => {
  await using cli = await CliHome.open();
  const child = cli.spawn(["start"]);
  const reader = child.stdout.getReader();
  const text = await readUntil(reader, /listens at (\S+)\/v1/);
  const url = /listens at (\S+)\/v1/.exec(text)?.[1] ?? "";
  assert.match(text, /Wrote the default settings/);
  assert.match(await Deno.readTextFile(join(cli.folder, ".env")), /^PORT=7536$/m);
  const info = JSON.parse(await Deno.readTextFile(join(cli.home, "server.json")));
  assert.equal(info.pid, child.pid);
  assert.equal(url, `http://localhost:${info.port}`);
  const second = await cli.run(["start"]);
  assert.equal(second.code, 1);
  assert.match(second.stderr, new RegExp(`already runs at .*process ${child.pid}`));
  child.kill("SIGTERM");
  reader.releaseLock();
  const [status] = await Promise.all([child.status, child.stdout.cancel(), child.stderr.cancel()]);
  assert.equal(status.code, 0);
  await assert.rejects(Deno.stat(join(cli.home, "server.json")), Deno.errors.NotFound);
});

Deno.test("start --detach, restart and stop act on the server of this data folder", async () => {
  await using cli = await CliHome.open();
  const started = await cli.json<Started>(["start", "--detach", "--host", "127.0.0.1"]);
  assert.deepEqual(await (await fetch(`${started.url}/api/health/live`)).json(), { status: "ok" });
  const restarted = await cli.json<Started>(["restart"]);
  assert.notEqual(restarted.pid, started.pid);
  assert.equal(lives(started.pid), false);
  const info = JSON.parse(await Deno.readTextFile(join(cli.home, "server.json")));
  assert.equal(info.host, "127.0.0.1", "a restart keeps the flags of the start");
  assert.match(await cli.good(["stop"]), new RegExp(`process ${restarted.pid}`));
  assert.equal(lives(restarted.pid), false);
  assert.match(await cli.good(["stop"]), /not running/);
  await cli.searchFiles();
});

Deno.test("a taken port is explained, and who holds it goes on", async () => {
  await using cli = await CliHome.open();
  const holder = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const accepting = (async () => {
    for await (const connection of holder) connection.close();
  })();
  const ran = await cli.run(["start", "--port", String(holder.addr.port)]);
  assert.equal(ran.code, 1);
  assert.match(ran.stderr, new RegExp(`Port ${holder.addr.port} is taken by another program`));
  assert.match(ran.stderr, /left alone/);
  (await Deno.connect({ hostname: "127.0.0.1", port: holder.addr.port })).close();
  holder.close();
  await accepting;
});

Deno.test("a server that is slow to answer is not joined by a second one", async () => {
  await using cli = await CliHome.open();
  const slow = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async () => {
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    return Response.json({ status: "ok" });
  });
  const info = { pid: Deno.pid, home: cli.home, port: slow.addr.port, host: "127.0.0.1", flags: [] };
  await Deno.mkdir(cli.home, { recursive: true });
  await Deno.writeTextFile(join(cli.home, "server.json"), JSON.stringify(info));
  const ran = await cli.run(["start"]);
  assert.match(ran.stderr, new RegExp(`already runs at .*process ${Deno.pid}`));
  assert.equal(ran.code, 1);
  await slow.shutdown();
});

Deno.test("a detached start that fails says why, and nothing of what an earlier server wrote", async () => {
  await using cli = await CliHome.open();
  await Deno.mkdir(join(cli.home, "logs"), { recursive: true });
  await Deno.writeTextFile(join(cli.home, "logs", "server.log"), "a line of an earlier server\n");
  assert.equal(await cli.good(["logs", "-n", "0"]), "");
  // A folder in the place of the database.
  const database = join(cli.folder, "no-database");
  await Deno.mkdir(database);
  const { code, stderr } = await cli.run(["start", "--detach"], { env: { GEMINITRO_KV: database } });
  assert.equal(code, 1);
  assert.match(stderr, /The server ended at once: \S/);
  assert.doesNotMatch(stderr, /earlier server/);
});

Deno.test("stop never ends a process that is not the server, whatever the pid file says", async () => {
  await using cli = await CliHome.open();
  const bystander = new Deno.Command(Deno.execPath(), {
    args: ["eval", "setTimeout(() => {}, 60000)"],
    stdout: "null",
    stderr: "null",
  }).spawn();
  try {
    await Deno.mkdir(cli.home, { recursive: true });
    const file = join(cli.home, "server.json");
    await Deno.writeTextFile(file, JSON.stringify({ pid: bystander.pid, port: 9, host: "localhost" }));
    assert.match(await cli.good(["stop"]), /not running/);
    assert.equal(lives(bystander.pid), true);
    assert.equal((await cli.run(["status"])).code, 1);
  } finally {
    bystander.kill("SIGKILL");
    await bystander.status;
  }
});

Deno.test("a wrong setting stops the start with its name and what is allowed", async () => {
  await using cli = await CliHome.open();
  const ran = await cli.run(["start"], { env: { ROTATION_TOLERANCE: "7" } });
  assert.equal(ran.code, 1);
  assert.match(ran.stderr, /ROTATION_TOLERANCE is "7", but must be/);
});

Deno.test("several command lines at once lose nothing, with and without a server", async () => {
  await using cli = await CliHome.open();
  const names = (prefix: string) => Array.from({ length: 4 }, (_, index) => `${prefix}${index}`);
  const addAll = (prefix: string) =>
    Promise.all(names(prefix).map((name) => cli.good(["alias", "add", name, "gemini-2.5-flash"])));
  await Promise.all([addAll("direct"), cli.good(["key", "add", KEYS[0] ?? "", "--no-check"])]);
  await cli.good(["start", "--detach"]);
  await addAll("served");
  const aliases = await cli.json<readonly { name: string }[]>(["alias", "list"]);
  assert.deepEqual(aliases.map(({ name }) => name).sort(), [...names("direct"), ...names("served")]);
  await cli.good(["stop"]);
  assert.match(await cli.good(["key", "list"]), /1 key\n$/);
});

Deno.test("demo answers a call without any account, and ends at Ctrl-C", async () => {
  await using cli = await CliHome.open();
  // Its keys are the simulator's own, and not secrets of anybody; they are searched for all the same.
  const child = cli.spawn(["demo", "--quiet"]);
  const reader = child.stdout.getReader();
  const text = await readUntil(reader, /Ctrl-C ends it/);
  cli.searchSecrets(text, "demo");
  const api = /API +(\S+)/.exec(text)?.[1] ?? "";
  const response = await fetch(`${api}/chat/completions`, {
    method: "POST",
    headers: { authorization: "Bearer geminitro", "content-type": "application/json" },
    body: JSON.stringify({ model: "gemini-2.5-flash", messages: [{ role: "user", content: "Hello" }] }),
  });
  assert.equal(response.status, 200);
  const reply = await response.json();
  assert.ok(reply.choices[0].message.content.length > 0);
  child.kill("SIGINT");
  reader.releaseLock();
  const [status] = await Promise.all([child.status, child.stdout.cancel(), child.stderr.cancel()]);
  assert.equal(status.code, 0);
});
