/**
 * Fails when modules import each other in a circle, when the import table of tools/module_imports.ts allows what nobody uses, and when
 * a file in the folder of one page of the dashboard is used by another: what pages share is in components/shared.
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

const PAGE_REGEXP =
  /^(?:components\/(?!shared\/)([^/]+)\/|islands\/(\w+)\.tsx$|routes\/dashboard\/(\w+)\.tsx?$)/;
/** The page of the dashboard that a file belongs to; undefined for what is of several or of none. */
function pageOf(path: string): string | undefined {
  const [, folder, island, route] = PAGE_REGEXP.exec(path) ?? [];
  return folder ?? island?.toLowerCase() ?? (route === "index" ? "overview" : route);
}
const borrowed = modules.filter(({ path }) => /^(?:src|components|islands|routes)\//.test(path)).flatMap((
  { path, imports },
) =>
  imports.filter(({ from }) => from.startsWith("components/") && !from.startsWith("components/shared/"))
    .filter(({ from }) => pageOf(from) !== pageOf(path)).map(({ from }) => `${path} -> ${from}`)
);

if (borrowed.length > 0) {
  console.error(
    `Of another page's folder; what pages share is in components/shared:\n${borrowed.join("\n")}`,
  );
}
if (cycles.length > 0) console.error(`Import cycles:\n${cycles.slice(0, 10).join("\n\n")}`);
if (unused.length > 0) {
  console.error(`Allowed by tools/module_imports.ts and used by nobody:\n${unused.join("\n")}`);
}
if (borrowed.length + cycles.length + unused.length > 0) Deno.exit(1);
console.log(`No import cycle in ${graph.size} modules`);
