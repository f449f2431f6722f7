/**
 * Makes the npm package `geminitro`: the bundle, a small launcher and Deno from npm as its one dependency, pinned to the
 * version that this runs on. No install script, no development dependency, no checkout.
 *
 *     deno task npm        dist/geminitro-<version>.tgz, for `npm publish` or `npm install <file>`
 */
import { createTarGzip } from "nanotar";
import manifest from "../deno.json" with { type: "json" };
import { PERMISSIONS, UNSTABLE } from "../src/cli/self_command.ts";
import { HEAP_FLAG } from "../src/system/mod.ts";
import { bundle, filesBelow } from "./bundle.ts";

const ROOT = new URL("../", import.meta.url);
const REPOSITORY = "https://github.com/jmvbambico/geminitro";

/** npm's own packages carry one fixed date as well, so that the same content is the same file. */
const MTIME = Date.UTC(1985, 9, 26, 8, 15);

export function packageJson(): Record<string, unknown> {
  return {
    name: "geminitro",
    version: manifest.version,
    description: "Pools Gemini API keys behind the APIs that coding agents speak, on your own machine",
    keywords: ["gemini", "proxy", "api-keys", "openai", "anthropic", "coding-agents"],
    license: manifest.license,
    homepage: `${REPOSITORY}#readme`,
    repository: { type: "git", url: `git+${REPOSITORY}.git` },
    bugs: { url: `${REPOSITORY}/issues` },
    bin: { geminitro: "bin/geminitro.cjs" },
    files: ["app", "bin"],
    engines: { node: ">=18" },
    os: ["linux", "darwin", "win32"],
    dependencies: { deno: Deno.version.deno },
  };
}

async function launcher(): Promise<string> {
  const flags = JSON.stringify([HEAP_FLAG, ...[...UNSTABLE, ...PERMISSIONS].map(([flag]) => flag)]);
  const text = await Deno.readTextFile(new URL("tools/npm_launcher.cjs", ROOT));
  const filled = text.replace('["@FLAGS@"]', flags);
  if (filled === text) throw new Error("tools/npm_launcher.cjs has no list of flags to fill in");
  return filled;
}

/** Makes the package in `dist/`; returns the archive's place. */
export async function makeNpmPackage(folder: URL = new URL("dist/", ROOT)): Promise<URL> {
  const app = await bundle(new URL("npm/app/", folder));
  const text = (name: string, data: string, mode = "644") => ({
    name: `package/${name}`,
    data,
    attrs: { mode, mtime: MTIME },
  });
  const files = await Promise.all((await filesBelow(app)).map(async (path) => ({
    name: `package/app/${path}`,
    data: await Deno.readFile(new URL(path, app)),
    attrs: { mode: "644", mtime: MTIME },
  })));
  const archive = new URL(`geminitro-${manifest.version}.tgz`, folder);
  const bytes = await createTarGzip([
    text("package.json", `${JSON.stringify(packageJson(), null, 2)}\n`),
    text("README.md", await Deno.readTextFile(new URL("README.md", ROOT))),
    text("LICENSE", await Deno.readTextFile(new URL("LICENSE", ROOT))),
    text("bin/geminitro.cjs", await launcher(), "755"),
    ...files,
  ]);
  await Deno.writeFile(archive, bytes);
  await Deno.remove(new URL("npm/", folder), { recursive: true });
  return archive;
}

if (import.meta.main) console.log(`Packed ${(await makeNpmPackage()).pathname}`);
