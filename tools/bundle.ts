/**
 * Puts the whole program into `dist/`: its scripts, the dashboard's files, and `files.sha256`, which lists them all. It runs
 * from an empty folder without npm, network or checkout (`tests/e2e/bundle_test.ts` proves it), and is what `deno compile`
 * embeds.
 */
import { alone, buildDashboard, DASHBOARD_SOURCES, hashOfSources } from "./build_dashboard.ts";

const ROOT = new URL("../", import.meta.url);
const DIST = new URL("dist/", ROOT);

export async function copyFolder(from: URL, to: URL): Promise<void> {
  await Deno.mkdir(to, { recursive: true });
  for await (const entry of Deno.readDir(from)) {
    if (entry.isDirectory) await copyFolder(new URL(`${entry.name}/`, from), new URL(`${entry.name}/`, to));
    else await Deno.copyFile(new URL(entry.name, from), new URL(entry.name, to));
  }
}

/** The name of the list of files. */
export const FILE_LIST = "files.sha256";

/** Paths below a folder, sorted, without the list itself. */
export async function filesBelow(folder: URL, below = ""): Promise<string[]> {
  const found: string[] = [];
  for await (const entry of Deno.readDir(new URL(below, folder))) {
    const path = below + entry.name;
    if (entry.isDirectory) found.push(...await filesBelow(folder, `${path}/`));
    else if (path !== FILE_LIST) found.push(path);
  }
  return found.sort();
}

async function listFiles(folder: URL): Promise<string> {
  const lines = (await filesBelow(folder)).map(async (path) => {
    const hash = await crypto.subtle.digest("SHA-256", await Deno.readFile(new URL(path, folder)));
    return `${new Uint8Array(hash).toHex()}  ${path}\n`;
  });
  return (await Promise.all(lines)).join("");
}

/**
 * Packages in CommonJS ask for the platform's own modules by `require`, which a module does not have: it is made by the first
 * who asks, as what it is made of takes 10 ms. Sources of plain ASCII take the engine half the memory of others.
 */
const LAZY_REQUIRE = 'name=>process.getBuiltinModule("node:module").createRequire(import.meta.url)(name)';
/** The bundler's prelude, which it adds to all scripts. */
const CREATE_REQUIRE_REGEXP =
  /import\{createRequire as ([\w$]+)\} from "node:module";var ([\w$]+)=\1\(import\.meta\.url\)/;

function finished(text: string): string {
  const ascii = text.replace(
    /[\u0080-\uffff]/g,
    (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  const lazy = ascii.replace(CREATE_REQUIRE_REGEXP, `var $2=${LAZY_REQUIRE}`);
  return /(?<![\w.$])require\b/.test(lazy) ? `const require=${LAZY_REQUIRE};\n${lazy}` : lazy;
}

/** A module that Ink loads for its developers when DEV is set, without a dependency on it. */
const DEVTOOLS = "react-devtools-core";
const DEVTOOLS_REGEXP = /import ([\w$]+) from"react-devtools-core";/;

/** Finishes the scripts that the bundler wrote into a folder: the one that is run, and those that are loaded on first use. */
async function finishScripts(folder: URL): Promise<void> {
  let left = 0;
  for (const path of await filesBelow(folder)) {
    const script = new URL(path, folder);
    const text = await Deno.readTextFile(script);
    const without = text.replace(DEVTOOLS_REGEXP, "const $1=undefined;");
    if (without !== text) left++;
    await Deno.writeTextFile(script, finished(without));
  }
  if (left !== 1) throw new Error(`${DEVTOOLS} is imported in an unknown way: look at tools/bundle.ts`);
  await Deno.rename(new URL("cli.js", folder), new URL("geminitro.js", folder));
}

/** Builds `dist/`; returns its folder. */
export async function bundle(target: URL = DIST): Promise<URL> {
  await buildDashboard({ force: false });
  await Deno.remove(target, { recursive: true }).catch(() => {});
  await Deno.mkdir(target, { recursive: true });
  const { code } = await new Deno.Command(Deno.execPath(), {
    args: [
      "bundle",
      "--quiet",
      "--minify",
      // Parts that a start does not need (the screen, the MCP server, most commands) are not read by it.
      "--code-splitting",
      `--external=${DEVTOOLS}`,
      `--outdir=${target.pathname}`,
      "cli.ts",
    ],
    cwd: ROOT,
    stdout: "inherit",
    stderr: "inherit",
  }).output();
  if (code !== 0) throw new Error("deno bundle failed");
  await finishScripts(target);
  await copyFolder(new URL("_fresh/client/", ROOT), new URL("_fresh/client/", target));
  await copyFolder(new URL("static/", ROOT), new URL("static/", target));
  await Deno.writeTextFile(new URL(FILE_LIST, target), await listFiles(target));
  return target;
}

/** Everything that the bundle is made of. */
const SOURCES = [
  ...DASHBOARD_SOURCES,
  "cli.ts",
  "main.ts",
  "mod.ts",
  "src",
  "data",
  "deno.lock",
  "tools/bundle.ts",
];

/**
 * The bundle of the sources as they are now, in a folder of its own under `_fresh/`; it is built when there is none yet. Those
 * of other sources stay, as they may be running.
 */
export async function currentBundle(): Promise<URL> {
  const folder = new URL(`_fresh/bundle-${(await hashOfSources(SOURCES)).slice(0, 16)}/`, ROOT);
  const isThere = () => Deno.stat(new URL(FILE_LIST, folder)).then(() => true, () => false);
  if (await isThere()) return folder;
  return await alone("bundle", async () => {
    if (!await isThere()) await bundle(folder);
    return folder;
  });
}

if (import.meta.main) console.log(`Bundled into ${(await bundle()).pathname}`);
