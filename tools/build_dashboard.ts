/**
 * Builds the dashboard's browser files into `_fresh/client` when any of their sources changed since the last build.
 * `--force` builds in any case. A build goes to a folder of its own and takes the old one's place when it is whole, so
 * a server that is running, or a second build, never sees half of one.
 */
import { generate } from "../src/fresh/gen.ts";

const ROOT = new URL("../", import.meta.url);
const TARGET = new URL("_fresh/client/", ROOT);
const STAMP = "inputs.sha256";
/** Everything that the browser files are made of. */
export const DASHBOARD_SOURCES: readonly string[] = [
  "assets",
  "client.ts",
  "components",
  "deno.json",
  "islands",
  "islands.gen.ts",
  "routes",
  "src/fresh",
  "static",
  "vite.config.ts",
];

async function filesUnder(path: string): Promise<string[]> {
  const info = await Deno.stat(new URL(path, ROOT)).catch(() => undefined);
  if (info === undefined) return [];
  if (info.isFile) return [path];
  const found: string[] = [];
  for await (const entry of Deno.readDir(new URL(`${path}/`, ROOT))) {
    if (!entry.name.includes("_test.")) found.push(...await filesUnder(`${path}/${entry.name}`));
  }
  return found.sort();
}

/** One hash over the names and contents of files and folders, tests aside. */
export async function hashOfSources(sources: readonly string[]): Promise<string> {
  const lines: string[] = [];
  for (const file of (await Promise.all(sources.map(filesUnder))).flat()) {
    const hash = await crypto.subtle.digest("SHA-256", await Deno.readFile(new URL(file, ROOT)));
    lines.push(`${file} ${new Uint8Array(hash).toHex()}`);
  }
  const all = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(lines.join("\n")));
  return new Uint8Array(all).toHex();
}

async function swapIn(fresh: URL): Promise<void> {
  const old = new URL(`_fresh/old-${Deno.pid}/`, ROOT);
  await Deno.rename(TARGET, old).catch(() => undefined);
  await Deno.rename(fresh, TARGET);
  await Deno.remove(old, { recursive: true }).catch(() => undefined);
}

async function buildInto(folder: URL): Promise<void> {
  // Only when there is something to build: whether there is, is asked at every start.
  const { build } = await import("vite");
  Deno.env.set("GEMINITRO_BUILD_DIR", folder.pathname);
  await build({
    root: ROOT.pathname,
    configFile: new URL("vite.config.ts", ROOT).pathname,
    logLevel: "warn",
  });
}

/** Whether the files are missing, or were built of other sources than those that are there. */
export async function dashboardIsStale(): Promise<boolean> {
  return await Deno.readTextFile(new URL(STAMP, TARGET)).catch(() => "") !==
    await hashOfSources(DASHBOARD_SOURCES);
}

/** Runs a task while no other process of this checkout runs one of that name: tests in parallel all find the files stale. */
export async function alone<Value>(name: string, task: () => Promise<Value>): Promise<Value> {
  const folder = new URL("_fresh/", ROOT);
  await Deno.mkdir(folder, { recursive: true });
  using file = await Deno.open(new URL(`${name}.lock`, folder), { create: true, write: true });
  await file.lock(true);
  return await task();
}

/** True when it built, false when the files were up to date. */
export async function buildDashboard(options: { readonly force: boolean }): Promise<boolean> {
  if (!options.force && !await dashboardIsStale()) return false;
  return await alone("build", () => buildStale(options));
}

async function buildStale(options: { readonly force: boolean }): Promise<boolean> {
  await generate({ check: false });
  const hash = await hashOfSources(DASHBOARD_SOURCES);
  const built = await Deno.readTextFile(new URL(STAMP, TARGET)).catch(() => "");
  if (built === hash && !options.force) return false;
  const fresh = new URL(`_fresh/build-${Deno.pid}/`, ROOT);
  await buildInto(fresh);
  await Deno.writeTextFile(new URL(STAMP, fresh), hash);
  await swapIn(fresh);
  return true;
}

if (import.meta.main) {
  const started = performance.now();
  if (await buildDashboard({ force: Deno.args.includes("--force") })) {
    console.log(`Built the dashboard in ${Math.round(performance.now() - started)} ms.`);
  }
  Deno.exit(0);
}
