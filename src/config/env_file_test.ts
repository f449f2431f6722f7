import assert from "node:assert/strict";
import { join } from "node:path";
import { exampleEnv, loadSettings, readEnvironment, SETTINGS_TABLE, writeDefaultEnv } from "./mod.ts";

async function inFolder(test: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await test(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("readEnvironment() puts the process environment before the project's .env", () =>
  inFolder(async (projectDir) => {
    await Deno.writeTextFile(join(projectDir, ".env"), 'PORT=1\nexport HOST="::1" # here\nLOG_LEVEL=debug\n');
    const env = await readEnvironment({ projectDir, env: { PORT: "2", LOG_LEVEL: "" } });
    assert.deepEqual({ ...env }, { PORT: "2", HOST: "::1", LOG_LEVEL: "debug" });
  }));

Deno.test("readEnvironment() reads the data folder's .env for the executable", () =>
  inFolder(async (home) => {
    await Deno.writeTextFile(join(home, ".env"), "PORT=3\n");
    assert.equal((await readEnvironment({ home, env: {} }))["PORT"], "3");
    assert.equal((await readEnvironment({ env: { GEMINITRO_HOME: home } }))["PORT"], "3");
    assert.deepEqual({ ...await readEnvironment({ home: join(home, "none"), env: {} }) }, {});
  }));

Deno.test("writeDefaultEnv() writes a file that loads, for its owner alone, and never overwrites", () =>
  inFolder(async (folder) => {
    const home = join(folder, "not", "there");
    const path = join(home, ".env");
    assert.equal(await writeDefaultEnv(path), true);
    const mode = (await Deno.stat(path)).mode ?? 0;
    if (Deno.build.os !== "windows") assert.equal(mode & 0o777, 0o600);
    const env = await readEnvironment({ home, env: { HOME: home } });
    assert.deepEqual([env["PORT"], env["PROXY_API_KEY"], env["AUTO_UPDATE"]], ["7536", "geminitro", "false"]);
    assert.ok(loadSettings(env).ok);
    await Deno.writeTextFile(path, "PORT=9\n");
    assert.equal(await writeDefaultEnv(path), false);
    assert.equal(await Deno.readTextFile(path), "PORT=9\n");
  }));

Deno.test(".env.example is what the table of settings says", async () => {
  const path = join(import.meta.dirname ?? "", "../../.env.example");
  assert.equal(await Deno.readTextFile(path), exampleEnv());
});

Deno.test("exampleEnv() shows defaults that load when they are uncommented", () => {
  const lines = exampleEnv().split("\n").filter((line) => /^#[A-Z_]+=/.test(line));
  assert.equal(lines.length, SETTINGS_TABLE.length - 1);
  const env = Object.fromEntries(lines.map((line) => line.slice(1).split(/=(.*)/s).slice(0, 2)));
  const loaded = loadSettings({ ...env, HOME: "/home/ada" }, "linux");
  assert.deepEqual(loaded, loadSettings({ HOME: "/home/ada" }, "linux"));
});
