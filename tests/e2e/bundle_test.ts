import assert from "node:assert/strict";
import { bundle, FILE_LIST, filesBelow } from "../../tools/bundle.ts";
import { PERMISSIONS, UNSTABLE } from "../../src/cli/run_flags.ts";
import { answersChat, readAddress, servesDashboard } from "../support/installed_program.ts";
import { removeFolder } from "../support/remove_folder.ts";

/** Nothing but the bundle: no configuration, npm, remote module, lock or cache of Deno's. */
const ALONE = [
  "--no-config",
  "--cached-only",
  "--no-npm",
  "--no-remote",
  "--no-lock",
  "--no-prompt",
  "--quiet",
];

interface Place extends AsyncDisposable {
  readonly bundled: URL;
  readonly empty: string;
}

/** The bundle in one temporary folder, and an empty one to run it in. */
async function place(): Promise<Place> {
  const folder = await Deno.makeTempDir({ prefix: "geminitro-bundle-" });
  const empty = `${folder}/empty`;
  await Deno.mkdir(empty);
  const bundled = await bundle(new URL(`file://${folder}/dist/`));
  return {
    bundled,
    empty,
    [Symbol.asyncDispose]: () => removeFolder(folder),
  };
}

function command({ bundled, empty }: Place, args: readonly string[]): Deno.Command {
  const flags = [...PERMISSIONS, ...UNSTABLE].map(([flag]) => flag);
  return new Deno.Command(Deno.execPath(), {
    args: ["run", ...ALONE, ...flags, new URL("geminitro.js", bundled).pathname, ...args],
    cwd: empty,
    clearEnv: true,
    env: {
      HOME: empty,
      USERPROFILE: empty,
      DENO_DIR: `${empty}/deno`,
      GEMINITRO_HOME: `${empty}/data`,
      PORT: "0",
      SystemRoot: Deno.env.get("SystemRoot") ?? "",
    },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  });
}

Deno.test("the bundle runs alone in an empty folder: chat, dashboard and an orderly end", async () => {
  await using here = await place();
  const child = command(here, ["demo", "--quiet"]).spawn();
  const errors = new Response(child.stderr).text();
  try {
    const { url, rest } = await readAddress(child);
    await answersChat(url);
    await servesDashboard(url);
    child.kill("SIGTERM");
    const { code } = await child.status;
    await rest;
    assert.equal(code, 0, await errors);
    assert.equal(await errors, "");
  } finally {
    try {
      child.kill("SIGKILL");
    } catch {
      // It has ended.
    }
    await child.status;
    await errors;
  }
  const left = (await Array.fromAsync(Deno.readDir(here.empty))).map(({ name }) => name);
  assert.ok(left.every((name) => name === "deno" || name === "data"), left.join());
});

Deno.test("the bundle lists every file with its checksum, and there is nothing of the checkout in it", async () => {
  await using here = await place();
  const listed = (await Deno.readTextFile(new URL(FILE_LIST, here.bundled))).trim().split("\n")
    .map((line) => line.split("  ") as [string, string]);
  assert.deepEqual(listed.map(([, path]) => path), await filesBelow(here.bundled));
  for (const [sum, path] of listed) {
    const hash = await crypto.subtle.digest("SHA-256", await Deno.readFile(new URL(path, here.bundled)));
    assert.equal(new Uint8Array(hash).toHex(), sum, path);
    assert.match(path, /^(geminitro\.js$|_fresh\/client\/|static\/)/);
  }
  const script = await Deno.readTextFile(new URL("geminitro.js", here.bundled));
  assert.ok(!script.includes(new URL("../../", import.meta.url).pathname), "a path of the checkout is in it");
  assert.ok(
    !/from\s*"(?:npm|jsr|https?):|import\("(?:npm|jsr|https?):/.test(script),
    "it imports from outside",
  );
});

Deno.test("the bundle's command line answers with its version, and a detached server runs from it", async () => {
  await using here = await place();
  const run = async (...args: string[]) => {
    const { code, stdout, stderr } = await command(here, args).output();
    const [out, error] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
    return { code, out: out!, error: error! };
  };
  const { version } = JSON.parse(await Deno.readTextFile(new URL("../../deno.json", import.meta.url)));
  assert.match((await run("--version")).out, new RegExp(version.replaceAll(".", "\\.")));
  const started = await run("start", "--detach");
  try {
    assert.equal(started.code, 0, started.out + started.error);
    const status = JSON.parse((await run("status", "--json")).out);
    assert.ok(["ok", "degraded"].includes(status.status) || status.running === true, JSON.stringify(status));
  } finally {
    assert.equal((await run("stop")).code, 0);
  }
});
