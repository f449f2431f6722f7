/**
 * Writes `routes.gen.ts` (what the server imports) and `islands.gen.ts` (what the browser loads on demand) from the
 * files under `routes/` and `islands/`. With `--check` it only says what is out of date, and fails.
 */
const ROOT = new URL("../../", import.meta.url);
/** Names with a leading underscore mean something to the router, or are files that routes share. */
const SHARED_REGEXP = /\/_(?!(app|layout|middleware|error|404)\.tsx?$)[^/]+$/;
const NOTICE = "// Written by `deno task gen`; do not edit.\n";

async function sources(folder: string): Promise<string[]> {
  const found: string[] = [];
  for await (const entry of Deno.readDir(new URL(`${folder}/`, ROOT))) {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory) found.push(...await sources(path));
    else if (/\.tsx?$/.test(path) && !/[._]test\.tsx?$/.test(path) && !SHARED_REGEXP.test(path)) {
      found.push(path);
    }
  }
  return found.sort();
}

function routesText(routes: readonly string[], islands: readonly string[]): string {
  const all = [...routes, ...islands];
  const imports = all.map((file, index) => `import * as $${index} from "./${file}";\n`).join("");
  const rows = (files: readonly string[], folder: string) =>
    files.map((file) => `    ${JSON.stringify(file.slice(folder.length + 1))}: $${all.indexOf(file)},\n`)
      .join("");
  return `${NOTICE}import type { Manifest } from "fresh";\n${imports}\n` +
    `export const manifest: Manifest = {\n  routes: {\n${rows(routes, "routes")}  },\n` +
    `  islands: {\n${rows(islands, "islands")}  },\n};\n`;
}

function islandsText(islands: readonly string[]): string {
  const rows = islands.map((file) =>
    `  ${JSON.stringify(file.slice("islands/".length))}: () => import("./${file}"),\n`
  );
  return `${NOTICE}export const islands = {\n${rows.join("")}};\n`;
}

/** The names of generated files that do not say what the folders say; writes them unless `check`. */
export async function generate(options: { readonly check: boolean }): Promise<string[]> {
  const [routes, islands] = [await sources("routes"), await sources("islands")];
  const texts = { "routes.gen.ts": routesText(routes, islands), "islands.gen.ts": islandsText(islands) };
  const stale: string[] = [];
  for (const [name, text] of Object.entries(texts)) {
    const file = new URL(name, ROOT);
    if (await Deno.readTextFile(file).catch(() => "") === text) continue;
    stale.push(name);
    if (!options.check) await Deno.writeTextFile(file, text);
  }
  return stale;
}

if (import.meta.main) {
  const check = Deno.args.includes("--check");
  const stale = await generate({ check });
  if (check && stale.length > 0) {
    console.error(`Out of date: ${stale.join(", ")}. Run \`deno task gen\`.`);
    Deno.exit(1);
  }
}
