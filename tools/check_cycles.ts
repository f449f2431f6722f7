/**
 * Fails when modules import each other in a circle, and when the import table of tools/module_imports.ts allows what nobody uses.
 * Imports of types alone are gone at run time and may be mutual.
 */
import { readModules } from "./module_graph.ts";
import { MODULE_IMPORTS } from "./module_imports.ts";

const modules = await readModules();
const graph = new Map(modules.map(({ path, imports }) => [
  path,
  imports.filter(({ kind }) => kind === "value").map(({ from }) => from),
]));

const done = new Set<string>();
const cycles: string[] = [];

function visit(path: string, trail: readonly string[]): void {
  const at = trail.indexOf(path);
  if (at >= 0) {
    cycles.push([...trail.slice(at), path].join("\n  -> "));
    return;
  }
  if (done.has(path)) return;
  for (const target of graph.get(path) ?? []) visit(target, [...trail, path]);
  done.add(path);
}

for (const path of graph.keys()) visit(path, []);

const roomOf = (path: string) => /^src\/([^/]+)\//.exec(path)?.[1];
const used = new Set(
  modules.filter(({ path }) => !path.includes("_test.")).flatMap(({ path, imports }) =>
    imports.map(({ from }) => `${roomOf(path)} -> ${roomOf(from)}`)
  ),
);
const unused = Object.entries(MODULE_IMPORTS).flatMap(([module, allowed]) =>
  allowed.map((other) => `${module} -> ${other}`).filter((one) => !used.has(one))
);

if (cycles.length > 0) console.error(`Import cycles:\n${cycles.slice(0, 10).join("\n\n")}`);
if (unused.length > 0) {
  console.error(`Allowed by tools/module_imports.ts and used by nobody:\n${unused.join("\n")}`);
}
if (cycles.length + unused.length > 0) Deno.exit(1);
console.log(`No import cycle in ${graph.size} modules`);
