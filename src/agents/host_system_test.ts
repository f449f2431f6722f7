import assert from "node:assert/strict";
import { join } from "node:path";
import { hostSystem, runProcess } from "./host_system.ts";
import { fileURLToPath } from "node:url";

/** Names what `@std/*` is. */
const CONFIG = fileURLToPath(new URL("../../deno.json", import.meta.url));

const unix = Deno.build.os !== "windows";
const bytes = (text: string) => new TextEncoder().encode(text);

async function withFolder(run: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await run(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test({
  name: "write() keeps mode and symlink of what was there up to what is asked, and makes new files as asked",
  ignore: !unix,
  fn: () =>
    withFolder(async (folder) => {
      const system = hostSystem();
      const real = join(folder, "dotfiles.json");
      const link = join(folder, "settings.json");
      await Deno.writeTextFile(real, "old", { mode: 0o640 });
      await Deno.chmod(real, 0o640);
      await Deno.symlink(real, link);
      await system.write(link, bytes("new"), 0o600);
      assert.ok((await Deno.lstat(link)).isSymlink);
      assert.equal(await Deno.readTextFile(real), "new");
      assert.equal((await Deno.stat(real)).mode! & 0o777, 0o640);
      await system.write(join(folder, "fresh"), bytes("x"), 0o600);
      assert.equal((await Deno.stat(join(folder, "fresh"))).mode! & 0o777, 0o600);
      await system.write(link, bytes("newer"), 0o600, 0o600);
      assert.equal((await Deno.stat(real)).mode! & 0o777, 0o600);
      assert.deepEqual((await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name).sort(), [
        "dotfiles.json",
        "fresh",
        "settings.json",
      ]);
    }),
});

Deno.test("write() leaves the old content, the old or the new one, whenever the process is killed", () =>
  withFolder(async (folder) => {
    const path = join(folder, "settings.json");
    const [small, large] = ["a".repeat(100), "b".repeat(3_000_000)];
    await Deno.writeTextFile(path, small);
    const script = `
      import { hostSystem } from ${JSON.stringify(new URL("./host_system.ts", import.meta.url).href)};
      const system = hostSystem();
      const texts = ["a".repeat(100), "b".repeat(3_000_000)].map((text) => new TextEncoder().encode(text));
      for (let turn = 0;; turn++) {
        if (turn === 1) console.log("writing");
        await system.write(${JSON.stringify(path)}, texts[turn % 2]);
      }`;
    await Deno.writeTextFile(join(folder, "writer.ts"), script);
    for (let round = 0; round < 5; round++) {
      const child = new Deno.Command(Deno.execPath(), {
        args: ["run", "-A", "--no-check", "--config", CONFIG, join(folder, "writer.ts")],
        stdout: "piped",
        stderr: "null",
        stdin: "null",
      }).spawn();
      const reader = child.stdout.getReader();
      const said = await reader.read();
      assert.equal(new TextDecoder().decode(said.value), "writing\n");
      for (let spin = 0; spin < round * 40; spin++) await Deno.stat(path);
      child.kill("SIGKILL");
      await child.status;
      await reader.cancel();
      const left = await Deno.readTextFile(path);
      assert.ok(left === small || left === large, `${left.length} characters`);
    }
  }));

Deno.test("makeFolder() tells which folders it made", () =>
  withFolder(async (folder) => {
    const system = hostSystem();
    const deep = join(folder, "a", "b");
    assert.deepEqual(await system.makeFolder(deep), [join(folder, "a"), deep]);
    assert.deepEqual(await system.makeFolder(deep), []);
  }));

Deno.test({
  name:
    "which() finds programs on the PATH alone, run() ends one that takes too long and does not wait for what it leaves",
  ignore: !unix,
  fn: () =>
    withFolder(async (folder) => {
      const program = join(folder, "agent");
      await Deno.writeTextFile(program, "#!/bin/sh\necho $GREETING\nexec sleep 60\n", { mode: 0o755 });
      await Deno.writeTextFile(join(folder, "notes"), "no program", { mode: 0o644 });
      const system = hostSystem({ PATH: `${folder}:/usr/bin:/bin`, HOME: folder });
      assert.equal(await system.which("agent"), program);
      assert.equal(await system.which("notes"), undefined);
      const done = await system.run(program, [], { cwd: folder, env: { GREETING: "hello" }, timeoutMs: 300 });
      assert.equal(done.timedOut, true);
      const leaving = join(folder, "leaving");
      await Deno.writeTextFile(leaving, "#!/bin/sh\nsleep 30 &\necho $! done\n", { mode: 0o755 });
      const left = await system.run(leaving, [], { cwd: folder, env: {}, timeoutMs: 20_000 });
      assert.match(left.stdout, /^\d+ done\n$/);
      Deno.kill(parseInt(left.stdout), "SIGKILL");
      assert.equal(done.stdout, "hello\n");
    }),
});

const WINDOWS = Deno.build.os === "windows";
const env = { PATH: Deno.env.get("PATH") ?? "", HOME: "/nowhere" };

function runs(pid: number): boolean {
  try {
    // 0 only asks whether it is there; on Linux a zombie would be, so its parent must have gone.
    Deno.kill(pid, 0 as unknown as Deno.Signal);
    return true;
  } catch {
    return false;
  }
}

async function leftBehind(endHelpers: boolean): Promise<number> {
  const folder = await Deno.makeTempDir();
  try {
    const { stdout, code } = await runProcess("/bin/sh", [
      "-c",
      "nohup sh -c 'trap \"\" TERM; sleep 20 & wait' >/dev/null 2>&1 & echo $!",
    ], { cwd: folder, env, timeoutMs: 10_000, endHelpers });
    assert.equal(code, 0);
    return Number(stdout.trim());
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test({
  name: "runProcess() ends the helpers that a program leaves running only when it is asked to",
  ignore: WINDOWS,
  fn: async () => {
    const kept = await leftBehind(false);
    assert.ok(runs(kept), "it was ended unasked");
    Deno.kill(kept, "SIGKILL");
    const ended = await leftBehind(true);
    for (let tries = 0; tries < 50 && runs(ended); tries++) {
      await new Promise((done) => setTimeout(done, 100));
    }
    assert.ok(!runs(ended), "a stubborn helper is still there");
  },
});
