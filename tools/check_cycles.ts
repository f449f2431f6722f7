/** Fails when modules import each other in a circle. Imports of types alone are gone at run time and may be mutual. */
const entries = ["main.ts", "cli.ts", "mod.ts"].filter((path) => exists(path));
const graph = new Map<string, readonly string[]>();
const IMPORT_REGEXP = /(?:^|\n)\s*(?:import|export)\s(?!type[\s{])(?:[^"';]*?\sfrom\s)?"(\.[^"]+)"/g;

function exists(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

function importsOf(path: string): readonly string[] {
  const known = graph.get(path);
  if (known) return known;
  const base = new URL(path, "file:///");
  const found = [...Deno.readTextFileSync(path).matchAll(IMPORT_REGEXP)]
    .map(([, source]) => new URL(source!, base).pathname.slice(1))
    .filter((target) => /\.tsx?$/.test(target) && exists(target));
  graph.set(path, found);
  return found;
}

const done = new Set<string>();
const cycles: string[] = [];

function visit(path: string, trail: readonly string[]): void {
  const at = trail.indexOf(path);
  if (at >= 0) {
    cycles.push([...trail.slice(at), path].join("\n  -> "));
    return;
  }
  if (done.has(path)) return;
  for (const target of importsOf(path)) visit(target, [...trail, path]);
  done.add(path);
}

for (const entry of entries) visit(entry, []);
if (cycles.length > 0) {
  console.error(`Import cycles:\n${cycles.slice(0, 10).join("\n\n")}`);
  Deno.exit(1);
}
console.log(`No import cycle in ${graph.size} modules`);
