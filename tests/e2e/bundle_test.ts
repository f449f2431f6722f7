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

/** Made once for all tests here: they only run it. */
let bundled: URL;

Deno.test.beforeAll(async () => {
  const folder = await Deno.makeTempDir({ prefix: "geminitro-bundle-" });
  bundled = await bundle(new URL(`file://${folder}/dist/`));
});
Deno.test.afterAll(() => removeFolder(new URL("../", bundled).pathname));

/** The bundle, and an empty folder to run it in. */
async function place(): Promise<Place> {
  const empty = await Deno.makeTempDir({ prefix: "geminitro-empty-" });
  return { bundled, empty, [Symbol.asyncDispose]: () => removeFolder(empty) };
}

function command(
  { bundled, empty }: Place,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Deno.Command {
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
      ...env,
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
    assert.match(path, /^([\w-]+\.js$|_fresh\/client\/|static\/)/);
    if (!/^[\w-]+\.js$/.test(path)) continue;
    const script = await Deno.readTextFile(new URL(path, here.bundled));
    assert.ok(
      !script.includes(new URL("../../", import.meta.url).pathname),
      `a path of the checkout is in ${path}`,
    );
    assert.ok(
      !/from\s*"(?:npm|jsr|https?):|import\("(?:npm|jsr|https?):/.test(script),
      `${path} imports from outside`,
    );
    for (const [, other] of script.matchAll(/(?:from\s*|import\s*\(?\s*)"\.\/([\w-]+\.js)"/g)) {
      assert.ok(listed.some(([, name]) => name === other), `${path} imports ${other}, which is not there`);
    }
  }
});

Deno.test("the bundle's command line answers with its version, and a detached server runs from it", async () => {
  await using here = await place();
  const run = async (...args: string[]) => {
    // With a second process, which runs this same script.
    const { code, stdout, stderr } = await command(here, args, { WORKERS: "2" }).output();
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
