import assert from "node:assert/strict";
import { copyFolder, currentBundle, FILE_LIST, filesBelow } from "../../tools/bundle.ts";
import { PERMISSIONS, UNSTABLE } from "../../src/cli/self_command.ts";
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

/** A copy far from the checkout, for all tests here: they only run it. */
let bundled: URL;

Deno.test.beforeAll(async () => {
  const folder = await Deno.makeTempDir({ prefix: "geminitro-bundle-" });
  bundled = new URL(`file://${folder}/dist/`);
  await copyFolder(await currentBundle(), bundled);
});
Deno.test.afterAll(() => removeFolder(new URL("../", bundled).pathname));

/** The bundle, and an empty folder to run it in. */
async function place(): Promise<Place> {
  const empty = await Deno.makeTempDir({ prefix: "geminitro-empty-" });
  return { bundled, empty, [Symbol.asyncDispose]: () => removeFolder(empty) };
}

/** Gives a program a terminal of its own. */
const SCRIPT = "/usr/bin/script";
const HAS_SCRIPT = Deno.build.os === "linux" &&
  await Deno.stat(SCRIPT).then(({ isFile }) => isFile, () => false);

/** The full screen comes up from the bundle, and goes at a key. */
async function showsTop(top: Deno.Command): Promise<void> {
  const child = top.spawn();
  const errors = new Response(child.stderr).text();
  const writer = child.stdin.getWriter();
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  for (let asked = false;;) {
    const { value, done } = await reader.read();
    if (done) break;
    text += value;
    if (asked || !/q quit/.test(text)) continue;
    asked = true;
    await writer.write(new TextEncoder().encode("q"));
  }
  const { code } = await child.status;
  await writer.close().catch(() => {});
  assert.equal(code, 0, text + await errors);
  assert.match(text, /Models[\s\S]*Keys[\s\S]*Calls/);
  await errors;
}

function command(
  { bundled, empty }: Place,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  inTerminal = false,
): Deno.Command {
  const flags = [...PERMISSIONS, ...UNSTABLE].map(([flag]) => flag);
  const words = ["run", ...ALONE, ...flags, new URL("geminitro.js", bundled).pathname, ...args];
  const line = [Deno.execPath(), ...words].map((word) => `'${word}'`).join(" ");
  return new Deno.Command(inTerminal ? SCRIPT : Deno.execPath(), {
    args: inTerminal ? ["-qfec", `stty cols 80 rows 24; exec ${line}`, "/dev/null"] : words,
    cwd: empty,
    clearEnv: true,
    env: {
      HOME: empty,
      USERPROFILE: empty,
      DENO_DIR: `${empty}/deno`,
      GEMINITRO_HOME: `${empty}/data`,
      PORT: "0",
      ...(inTerminal ? { PATH: "/usr/bin:/bin", SHELL: "/bin/sh", TERM: "xterm-256color" } : {}),
      SystemRoot: Deno.env.get("SystemRoot") ?? "",
      ...env,
    },
    stdin: inTerminal ? "piped" : "null",
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

/** The texts of scripts and of all that are loaded with them. */
async function loadedWith(names: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const texts = new Map<string, string>();
  for (const waiting = [...names]; waiting.length > 0;) {
    const name = waiting.pop()!;
    if (texts.has(name)) continue;
    const text = await Deno.readTextFile(new URL(name, bundled));
    texts.set(name, text);
    for (const [, other] of text.matchAll(/(?:from|import)\s*"\.\/([\w-]+\.js)"/g)) waiting.push(other!);
  }
  return texts;
}

/** Costs a start 2 ms and 2 MiB, and every start looks into its database. */
const NODE_AT_START = ["node:sqlite"];

Deno.test("a server's start loads neither the schema library nor Node's modules, but for one", async () => {
  const main = (await filesBelow(bundled)).filter((name) => /^main-\w+\.js$/.test(name));
  assert.equal(main.length, 1);
  for (const [name, text] of await loadedWith(["geminitro.js", ...main])) {
    for (const [, module] of text.matchAll(/(?:from|import)\s*"(node:[\w/]+)"/g)) {
      assert.ok(NODE_AT_START.includes(module!), `${name} imports ${module}: load it on first use`);
    }
    assert.ok(!text.includes("ZodType"), `${name} holds the schema library: load what needs it on first use`);
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
    if (HAS_SCRIPT) await showsTop(command(here, ["top"], {}, true));
  } finally {
    assert.equal((await run("stop")).code, 0);
  }
});
