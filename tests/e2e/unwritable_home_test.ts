/** The data folder cannot be read or written, in each of the ways in which that comes about: what is said, and what goes on. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { join } from "node:path";
import { mayMount, MEGABYTE, SmallDisk } from "../chaos/small_disk.ts";
import { ServedProcess } from "../support/served_process.ts";

/** A user without rights, as root may read and write whatever its mode is. */
const NOBODY = 65_534;
const AS_NOBODY = ["setpriv", `--reuid=${NOBODY}`, `--regid=${NOBODY}`, "--clear-groups"];

const SAID: readonly RegExp[] = [
  /^nothing: opened$/,
  /^database: StoreOpenError: \S+geminitro\.sqlite3 cannot be used: its mode 400 .* Allow it: chmod -R u\+rwX \S+$/,
  /^key: StoreOpenError: \S+secret\.key cannot be used: its mode 000 .* Allow it: chmod -R u\+rwX \S+$/,
  /^room: StoreOpenError: The disk that holds \S+ is full(?: or fails)?: .* Make room.* and start again\. Nothing was changed\.$/,
  /^nothing: opened$/,
];

Deno.test({
  name: "a start that cannot read or write its data says which file, why, and what to do",
  ignore: !mayMount(),
  async fn() {
    await using disk = await SmallDisk.open(4 * MEGABYTE);
    await Deno.chown(disk.path, NOBODY, NOBODY);
    const script = fileURLToPath(new URL("../support/open_unwritable.ts", import.meta.url));
    const [program = "", ...before] = [...AS_NOBODY, Deno.execPath()];
    const said = async (...more: readonly string[]) => {
      const { stdout, stderr } = await new Deno.Command(program, {
        args: [...before, "run", "-A", "--no-check", "--quiet", script, disk.path, ...more],
      }).output();
      return { lines: new TextDecoder().decode(stdout).trimEnd().split("\n"), stderr };
    };
    const { lines, stderr } = await said();
    assert.equal(lines.length, SAID.length, new TextDecoder().decode(stderr));
    for (const [index, pattern] of SAID.entries()) assert.match(lines[index]!, pattern);
    // The database itself may be written, but another's folder takes no journal beside it: the folder is to blame.
    await Deno.chown(disk.path, 0, 0);
    await Deno.chmod(disk.path, 0o555);
    assert.match(
      (await said("once")).lines.join("\n"),
      /^nothing: StoreOpenError: (?!\S+sqlite3)\S+ cannot be used: it belongs to uid 0 with mode 555, .* Give it to this user: /,
    );
  },
});

Deno.test({
  name:
    "the right to write that is taken while the program runs is told; calls go on, and it heals by itself",
  ignore: !mayMount(),
  async fn() {
    await using disk = await SmallDisk.open(16 * MEGABYTE);
    await Deno.chown(disk.path, NOBODY, NOBODY);
    await using served = await ServedProcess.open({ folder: disk.path, before: AS_NOBODY });
    assert.equal((await served.change()).status, 200);
    const database = join(served.home, "geminitro.sqlite3");
    await Deno.chmod(database, 0o400);
    const refused = await served.change();
    assert.equal(refused.status, 503, refused.text);
    assert.match(refused.text, /cannot be written to: check its mode and the disk/);
    assert.equal((await served.ask()).status, 200);
    const health = await served.api<{ status: string; message: string }>("/api/health");
    assert.equal(health.status, "degraded", JSON.stringify(health));
    assert.match(health.message, /cannot be written to/);
    await Deno.chmod(database, 0o600);
    assert.equal((await served.change()).status, 200);
    assert.equal((await served.ask()).status, 200);
  },
});
