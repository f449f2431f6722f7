import assert from "node:assert/strict";
import { join } from "node:path";
import { mayMount, MEGABYTE, SmallDisk } from "../chaos/small_disk.ts";
import { CliHome, KEYS, readUntil } from "../cli/cli_process.ts";
import { ServedProcess } from "../support/served_process.ts";
import { LogFile } from "../../src/system/mod.ts";
import { removeFolder } from "../support/remove_folder.ts";

Deno.test("a log file is bounded in size and number, and made again when somebody removes it", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const path = join(folder, "logs", "server.log");
    const log = new LogFile(path, 1_000);
    for (let line = 0; line < 200; line++) log.write(`${line} ${"x".repeat(80)}`);
    const names = (await Array.fromAsync(Deno.readDir(join(folder, "logs")))).map(({ name }) => name).sort();
    assert.deepEqual(names, ["server.log", ...[1, 2, 3, 4].map((number) => `server.log.${number}`)]);
    for (const name of names) assert.ok((await Deno.stat(join(folder, "logs", name))).size <= 1_000, name);
    assert.match(await Deno.readTextFile(path), /(?:^|\n)199 x+\n$/);
    await Deno.remove(path);
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    log.write("after");
    assert.equal(await Deno.readTextFile(path), "after\n");
    log.close();
  } finally {
    await removeFolder(folder);
  }
});

Deno.test("lines of the background's log have a day; geminitro logs shows and follows them", async () => {
  await using cli = await CliHome.open();
  await cli.good(["key", "add", KEYS[0]!]);
  assert.equal((await cli.run(["logs"])).code, 1);
  await cli.good(["start", "--detach"], { env: { LOG_LEVEL: "debug", PROXY_APIKEY: "x" } });
  try {
    const { port } = JSON.parse(await Deno.readTextFile(join(cli.home, "server.json")));
    const refused = () =>
      fetch(`http://127.0.0.1:${port}/v1/models`, {
        headers: { authorization: "Bearer wrong", connection: "close" },
      })
        .then((response) => response.body?.cancel());
    assert.match(
      await cli.good(["logs"]),
      /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d [A-Z]+ .*did you mean PROXY_API_KEY/m,
    );
    const child = cli.spawn(["logs", "-f", "-n", "1"]);
    const reader = child.stdout.getReader();
    await readUntil(reader, /\d{4}-\d\d-\d\d/);
    await Deno.remove(join(cli.home, "logs", "server.log"));
    await new Promise((resolve) => setTimeout(resolve, 1_200));
    for (let call = 0; call < 3; call++) await refused();
    assert.match(await readUntil(reader, /Refused with 401/), /\d{4}-\d\d-\d\d/);
    reader.releaseLock();
  } finally {
    await cli.good(["stop"]);
  }
});

Deno.test({
  name: "a full or read-only disk is told as such: changes by 507, health, doctor; reads and calls go on",
  ignore: !mayMount(),
  async fn() {
    await using disk = await SmallDisk.open(24 * MEGABYTE);
    await using served = await ServedProcess.open({ folder: disk.path });
    assert.equal((await served.ask()).status, 200);
    await disk.fill();
    let refused = await served.change();
    // What the journal has room for is written yet.
    for (let tries = 0; tries < 200 && refused.status < 400; tries++) refused = await served.change();
    assert.equal(refused.status, 507, refused.text);
    assert.match(refused.text, /disk_full.*|is full: nothing was changed/);
    const health = await served.api<{ status: string; message: string }>("/api/health");
    assert.equal(health.status, "degraded", JSON.stringify(health));
    assert.match(health.message, /is full/);
    assert.equal((await served.ask()).status, 200);
    assert.ok(Array.isArray(await served.api("/api/keys/safe")));
    assert.match(await served.command(["doctor", "--offline"]), /is full: nothing was changed/);
    await Deno.remove(join(disk.path, "ballast"));
    assert.ok((await served.change()).status < 300);
    for (let tries = 0; tries < 100; tries++) {
      const { status } = await served.api<{ status: string }>("/api/health");
      if (status === "ok") break;
      assert.ok(tries < 99, "health stays degraded");
      await served.ask();
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  },
});
