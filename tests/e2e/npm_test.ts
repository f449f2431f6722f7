/** The npm package as a newcomer meets it: npm alone on the path, an empty prefix, an empty home. */
import assert from "node:assert/strict";
import { makeNpmPackage } from "../../tools/npm_package.ts";
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
  command(program: string, args: readonly string[]): Deno.Command;
  readonly prefix: string;
  readonly home: string;
}

/** Packs, then installs with npm into an empty prefix. PATH holds node, npm and the system's own tools, but no Deno. */
async function install(): Promise<Installed> {
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
    npm_config_userconfig: `${Deno.env.get("HOME")}/.npmrc`,
  };
  const command = (program: string, args: readonly string[]) =>
    new Deno.Command(program, {
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
  return { command, prefix, home, [Symbol.asyncDispose]: () => removeFolder(folder) };
}

Deno.test({
  name: "npm alone installs the package, and it runs: demo, dashboard, a detached server, update",
  ignore: NPM === undefined || WINDOWS,
  async fn() {
    await using here = await install();
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
    const wrong = await run("start", "--no-such-flag");
    assert.notEqual(wrong.code, 0, "the program's exit code reaches the shell");
  },
});

async function runsDemo(command: Deno.Command): Promise<void> {
  const child = command.spawn();
  const errors = new Response(child.stderr).text();
  try {
    const { url, said, rest } = await readAddress(child);
    await answersChat(url);
    await servesDashboard(url);
    child.kill("SIGTERM");
    const { code } = await child.status;
    await rest;
    assert.equal(code, 0, await errors);
    assert.ok(!/deno task/.test(said()), said());
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
}
