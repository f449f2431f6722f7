/** What somebody has who cloned the repository and built nothing. */
import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { removeFolder } from "../support/remove_folder.ts";
import { denoCache } from "./cli_process.ts";

const ROOT = new URL("../..", import.meta.url).pathname.replace(/\/$/, "");

interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

async function run(
  program: string,
  args: readonly string[],
  cwd: string,
  env: Record<string, string> = {},
): Promise<Ran> {
  const { code, stdout, stderr } = await new Deno.Command(program, {
    args: [...args],
    cwd,
    env,
    stdin: "null",
  })
    .output();
  const [out, error] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  return { code, stdout: out!, stderr: error! };
}

/** The files that git knows or would take, and nothing that is built. */
async function freshCheckout(folder: string): Promise<void> {
  const { stdout } = await run("git", ["ls-files", "--cached", "--others", "--exclude-standard"], ROOT);
  for (const path of stdout.trim().split("\n")) {
    await Deno.mkdir(dirname(join(folder, path)), { recursive: true });
    // A file that was removed and not yet committed.
    await Deno.copyFile(join(ROOT, path), join(folder, path)).catch(() => {});
  }
}

Deno.test("a fresh checkout serves its dashboard at the first start --detach", async () => {
  const folder = await Deno.makeTempDir({ prefix: "geminitro-checkout-" });
  const env = {
    GEMINITRO_HOME: join(folder, "home"),
    PORT: "0",
    DENO_DIR: denoCache(),
    DENO_NO_UPDATE_CHECK: "1",
  };
  const task = (...args: string[]) =>
    run(Deno.execPath(), ["task", "--quiet", "geminitro", ...args], folder, env);
  try {
    await freshCheckout(folder);
    const installed = await run(Deno.execPath(), ["install", "--frozen", "--quiet"], folder, env);
    assert.equal(installed.code, 0, installed.stderr);
    const started = await task("start", "--detach");
    assert.equal(started.code, 0, started.stdout + started.stderr);
    assert.equal(started.stderr, "");
    const url = /http:\/\/127\.0\.0\.1:\d+/.exec(started.stdout)?.[0];
    const page = await fetch(`${url}/dashboard`);
    const html = await page.text();
    assert.equal(page.status, 200, html.slice(0, 300));
    const script = /src="(\/[^"]+\.js)"/.exec(html)?.[1];
    const style = /href="(\/[^"]+\.css)"/.exec(html)?.[1];
    for (const path of [script, style]) {
      const file = await fetch(`${url}${path}`);
      await file.body?.cancel();
      assert.equal(file.status, 200, String(path));
    }
    const again = await task("restart");
    assert.doesNotMatch(again.stdout, /Building/, "what is built is not built again");
  } finally {
    await task("stop");
    await removeFolder(folder);
  }
});

Deno.test({
  name:
    "deno task install puts geminitro on the PATH: any folder, no line but the answer, its own name in hints",
  ignore: Deno.build.os === "windows",
  fn: async () => {
    const home = await Deno.makeTempDir({ prefix: "geminitro-path-" });
    const bin = join(home, ".local", "bin");
    const env = {
      HOME: home,
      PATH: `${bin}:${Deno.env.get("PATH")}`,
      DENO_DIR: denoCache(),
      GEMINITRO_HOME: join(home, "data"),
      GEMINITRO_PROJECT: home,
    };
    const install = (...args: string[]) =>
      run(Deno.execPath(), ["task", "--quiet", "install", ...args], ROOT, env);
    try {
      await Deno.mkdir(bin, { recursive: true });
      await Deno.writeTextFile(join(bin, "geminitro"), "#!/bin/sh\necho another\n");
      assert.equal((await install()).code, 1, "another program's file is left alone");
      assert.match((await install("--force")).stdout, /Wrote .*\.local\/bin\/geminitro\nTry it/);
      const { version } = JSON.parse(await Deno.readTextFile(join(ROOT, "deno.json")));
      const asked = await run("geminitro", ["--version"], home, env);
      assert.deepEqual([asked.code, asked.stdout, asked.stderr], [0, `${version}\n`, ""]);
      const status = await run("geminitro", ["status"], home, env);
      assert.match(status.stdout, /Start it: geminitro start\n/);
    } finally {
      await removeFolder(home);
    }
  },
});
