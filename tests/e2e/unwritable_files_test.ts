/** Every file that is written whole: on a full or read-only disk, or without its folder, it stays as it was, and what is said helps. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { setInEnvFile } from "../../src/config/env_file.ts";
import { hostSystem } from "../../src/agents/host_system.ts";
import { writeServerFile } from "../../src/cli/server_file.ts";
import { installService } from "../../src/cli/autostart/apply.ts";
import { layNextMasterKey } from "../../src/store/master_key.ts";
import { writeWholeFile } from "../../src/system/mod.ts";
import { mayMount, MEGABYTE, SmallDisk } from "../chaos/small_disk.ts";
import { removeFolder } from "../support/remove_folder.ts";

const LARGE = "x".repeat(200_000);
const SERVICE = {
  bytes: (text: string) => new TextEncoder().encode(text),
  remove: () => [],
  install: () => [],
};

/** Writers by the file that each writes in a folder. */
const WRITERS: Readonly<Record<string, (folder: string) => Promise<unknown>>> = {
  "export.json": (folder) => writeWholeFile(join(folder, "export.json"), LARGE),
  ".env": (folder) => setInEnvFile(join(folder, ".env"), { LOG_LEVEL: "debug".padEnd(9) }),
  "server.json": (folder) =>
    writeServerFile(
      folder,
      { pid: 1, url: "http://localhost:1", version: "1", port: 1, startedAt: 0 } as never,
    ),
  "secret.key.next": (folder) => layNextMasterKey(folder, "ab".repeat(32)),
  "agent.json": (folder) => hostSystem().write(join(folder, "agent.json"), new TextEncoder().encode(LARGE)),
  "a.service": (folder) => installService(SERVICE as never, join(folder, "a.service"), LARGE),
};

async function failureOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
  } catch (cause) {
    return cause instanceof Error ? cause.message : String(cause);
  }
  return "";
}

async function filesOf(folder: string): Promise<Readonly<Record<string, string>>> {
  const found: Record<string, string> = {};
  for await (const { name } of Deno.readDir(folder)) {
    if (name !== "ballast") found[name] = await Deno.readTextFile(join(folder, name));
  }
  return found;
}

/** What is wrong, how it comes about and goes, and what is said. */
async function assertUnchanged(folder: string, said: RegExp): Promise<void> {
  const before = await filesOf(folder);
  for (const [name, write] of Object.entries(WRITERS)) {
    const message = await failureOf(write(folder));
    assert.match(message, said, name);
    assert.ok(message.includes(join(folder, name)), `${name}: ${message}`);
    assert.deepEqual(await filesOf(folder), before, name);
  }
}

Deno.test({
  name:
    "a file that a full or read-only disk refuses stays as it was, with nothing beside it, and the message says what to do",
  ignore: !mayMount(),
  async fn() {
    await using disk = await SmallDisk.open(4 * MEGABYTE);
    for (const name of Object.keys(WRITERS)) await Deno.writeTextFile(join(disk.path, name), "OLD=1\n");
    await disk.fill();
    await assertUnchanged(disk.path, / cannot be written: the disk is full\. Make room for /);
    await disk.free();
    await disk.remount("ro");
    await assertUnchanged(disk.path, / cannot be written: \S+ is read-only\. Make it writable/);
    await disk.remount("rw");
    for (const [name, write] of Object.entries(WRITERS)) {
      await write(disk.path).catch((cause) => assert.fail(`${name}: ${cause}`));
    }
    assert.deepEqual(Object.keys(await filesOf(disk.path)).sort(), Object.keys(WRITERS).sort());
  },
});

Deno.test("a file without its folder, or in whose place a folder lies, is named with what to do", async () => {
  const home = await Deno.makeTempDir();
  try {
    const path = join(home, "gone", "export.json");
    assert.match(
      await failureOf(writeWholeFile(path, "x")),
      /export\.json cannot be written: its folder \S+gone is gone/,
    );
    await Deno.writeTextFile(join(home, "file"), "");
    assert.match(
      await failureOf(writeWholeFile(join(home, "file", "export.json"), "x")),
      /file is not a folder/,
    );
    await Deno.mkdir(join(home, "taken", "inside"), { recursive: true });
    assert.match(
      await failureOf(writeWholeFile(join(home, "taken"), "x")),
      /taken cannot be written: a folder lies there/,
    );
    assert.deepEqual((await Array.fromAsync(Deno.readDir(home))).map(({ name }) => name).sort(), [
      "file",
      "taken",
    ]);
  } finally {
    await removeFolder(home);
  }
});
