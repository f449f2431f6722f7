import assert from "node:assert/strict";
import { runProcess } from "./run_process.ts";

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
