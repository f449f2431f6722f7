/** The npm package as a newcomer meets it: npm alone on the path, an empty prefix, an empty home. */
import assert from "node:assert/strict";
import { makeNpmPackage } from "../../tools/npm_package.ts";
import { sampleProjects, serveSimulator } from "../../src/sim/mod.ts";
import { removeFolder } from "../support/remove_folder.ts";
import { answersChat, readAddress, servesDashboard } from "../support/installed_program.ts";

const WINDOWS = Deno.build.os === "windows";

/** The first folder of the PATH in which a program lies. */
function folderOf(program: string): string | undefined {
  return (Deno.env.get("PATH") ?? "").split(WINDOWS ? ";" : ":").find((folder) => {
    try {
      return Deno.statSync(`${folder}/${program}`).isFile;
    } catch {
      return false;
    }
  });
}

const NPM = folderOf(WINDOWS ? "npm.cmd" : "npm");

interface Installed extends AsyncDisposable {
  /** `detached`: in a process group of its own. */
  command(program: string, args: readonly string[], detached?: boolean): Deno.Command;
  readonly prefix: string;
  readonly home: string;
  /** The packed file. */
  readonly archive: string;
}

/** Packs, then installs with npm into an empty prefix. PATH holds node, npm and the system's own tools, but no Deno. */
async function install(googleUrl: string): Promise<Installed> {
  const folder = await Deno.makeTempDir({ prefix: "geminitro-npm-" });
  const [prefix, home, path] = [`${folder}/prefix`, `${folder}/home`, `${folder}/path`];
  for (const made of [prefix, home, path]) await Deno.mkdir(made);
  for (const program of ["node", "npm", "npx"]) {
    await Deno.symlink(`${folderOf(program)}/${program}`, `${path}/${program}`);
  }
  const inherited = Object.entries(Deno.env.toObject()).filter(([name]) =>
    /^(?:npm_config_|NPM_CONFIG_|SSL_CERT|NODE_EXTRA_CA|HTTPS?_PROXY|https?_proxy)/.test(name)
  );
  const env = {
    ...Object.fromEntries(inherited),
    PATH: `${path}:/usr/bin:/bin`,
    HOME: home,
    GEMINITRO_HOME: `${home}/data`,
    PORT: "0",
    GEMINI_API_URL: googleUrl,
    npm_config_userconfig: `${Deno.env.get("HOME")}/.npmrc`,
  };
  const command = (program: string, args: readonly string[], detached = false) =>
    new Deno.Command(program, {
      detached,
      args: [...args],
      cwd: home,
      clearEnv: true,
      env,
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    });
  const archive = await makeNpmPackage(new URL(`file://${folder}/dist/`));
  const { code, stderr } = await command(`${path}/npm`, [
    "install",
    "--global",
    "--no-audit",
    "--no-fund",
    "--ignore-scripts",
    "--prefix",
    prefix,
    archive.pathname,
  ]).output();
  assert.equal(code, 0, new TextDecoder().decode(stderr));
  return {
    command,
    prefix,
    home,
    archive: archive.pathname,
    [Symbol.asyncDispose]: () => removeFolder(folder),
  };
}

Deno.test({
  name:
    "npm alone installs the package, and it runs: demo, npx, dashboard, a server, agents in and out, update",
  ignore: NPM === undefined || WINDOWS,
  async fn() {
    const projects = sampleProjects();
    const google = serveSimulator({ projects, tearable: false });
    await using _google = { [Symbol.asyncDispose]: () => google.close() };
    await using here = await install(google.url);
    const program = `${here.prefix}/bin/geminitro`;
    const run = async (...args: string[]) => {
      const { code, stdout, stderr } = await here.command(program, args).output();
      return { code, out: new TextDecoder().decode(stdout), error: new TextDecoder().decode(stderr) };
    };

    await runsDemo(here.command(program, ["demo", "--quiet"]));

    const help = await run("--help");
    assert.equal(help.code, 0, help.error);
    assert.ok(!/deno task/.test(help.out), help.out);

    const started = await run("start", "--detach");
    try {
      assert.equal(started.code, 0, started.out + started.error);
      const status = JSON.parse((await run("status", "--json")).out);
      const page = await fetch(`http://localhost:${status.port ?? new URL(status.url).port}/dashboard`);
      assert.equal(page.status, 200, await page.text());
    } finally {
      assert.equal((await run("stop")).code, 0);
    }

    const update = await run("update", "--json");
    assert.match(update.out, /npm install --global geminitro@latest/);
    assert.equal(update.code, 0, update.error);
    assert.equal((await run("key", "add", projects[0]!.keys[0]!)).code, 0);
    await comesAndGoes(here.home, run);
    // The packed file itself, into a cache of npm's own, as `npx geminitro` does with the registry's.
    await runsDemo(
      here.command("npx", ["--yes", `--package=${here.archive}`, "geminitro", "demo", "--quiet"], true),
      "group",
    );
    const wrong = await run("start", "--no-such-flag");
    assert.notEqual(wrong.code, 0, "the program's exit code reaches the shell");
  },
});

type Run = (
  ...args: string[]
) => Promise<{ readonly code: number; readonly out: string; readonly error: string }>;

/** A person's own settings of agents, before the proxy was put in. */
const OWN: Readonly<Record<string, string>> = {
  ".config/opencode/opencode.json": '{\n  // mine\n  "theme": "dark",\n  "model": "other/model"\n}\n',
  ".codex/config.toml": '# mine\nmodel = "o9"\n\n[tools]\nweb_search = true\n',
  ".claude/settings.json": '{"env":{"ANTHROPIC_BASE_URL":"https://mine.example"},"theme":"dark"}',
};

/** Agents are set up and left as they were, byte for byte, and nothing of the program stays in their folders. */
async function comesAndGoes(home: string, run: Run): Promise<void> {
  for (const [path, text] of Object.entries(OWN)) {
    await Deno.mkdir(`${home}/${path.slice(0, path.lastIndexOf("/"))}`, { recursive: true });
    await Deno.writeTextFile(`${home}/${path}`, text);
  }
  const before = await filesIn(home);
  const names = ["opencode", "codex", "claude", "aider"];
  const put = await run("install", ...names, "--yes");
  assert.equal(put.code, 0, put.out + put.error);
  assert.notDeepEqual(await filesIn(home), before);
  assert.match(await Deno.readTextFile(`${home}/.config/opencode/opencode.json`), /geminitro/);
  const taken = await run("uninstall", ...names, "--yes");
  assert.equal(taken.code, 0, taken.out + taken.error);
  assert.deepEqual(await filesIn(home), before);
}

/** Every file of a home folder with its text, but for the program's own folder and npm's. */
async function filesIn(folder: string, under = ""): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for await (const { name, isDirectory } of Deno.readDir(`${folder}/${under}`)) {
    const path = under === "" ? name : `${under}/${name}`;
    if (under === "" && ["data", ".npm", ".cache", ".deno"].includes(name)) continue;
    if (isDirectory) Object.assign(found, await filesIn(folder, path));
    else found[path] = await Deno.readTextFile(`${folder}/${path}`);
  }
  return found;
}

/** A demo that answers and ends when it is told to. npx does not hand signals on, so that its whole `group` is told. */
async function runsDemo(command: Deno.Command, told: "child" | "group" = "child"): Promise<void> {
  const child = command.spawn();
  const end = (signal: Deno.Signal) => Deno.kill(told === "group" ? -child.pid : child.pid, signal);
  const errors = new Response(child.stderr).text();
  try {
    const { url, said, rest } = await readAddress(child);
    await answersChat(url);
    await servesDashboard(url);
    end("SIGTERM");
    const { code } = await child.status;
    await rest;
    if (told === "child") assert.equal(code, 0, await errors);
    assert.ok(!/deno task/.test(said()), said());
    if (told === "child") assert.equal(await errors, "");
  } finally {
    try {
      end("SIGKILL");
    } catch {
      // It has ended.
    }
    await child.status;
    await errors;
  }
}
