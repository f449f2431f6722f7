/**
 * Finds what nobody uses: an export of src/ that no other file imports, or that tests alone import although its own file does
 * not use it; and a name that a module's entry passes on though nobody outside of the module takes it there. Types may be exported
 * for the signatures of their own file. Exceptions stand here with their reason.
 */
import { importedFile, readModules } from "./module_graph.ts";
import { isNode, nameOf, type SyntaxNode, walk } from "./parse_source.ts";

const EXCEPTIONS: Readonly<Record<string, string>> = {
  "src/sim/manual_clock.ts#createManualClock": "time by hand is for tests",
  "src/sim/simulator.ts#createSimulator": "the simulator without a socket is for tests and scenarios",
  "src/sim/oauth/serve_oauth_simulator.ts#serveOAuthSimulator":
    "the fake of Google's sign-in servers is made for tests",
};

/** An import of one name (or `*`) of a file. */
interface Use {
  readonly by: string;
  readonly from: string;
  readonly name: string;
}

interface Declared {
  readonly type: boolean;
  readonly line: number;
  readonly usedHere: boolean;
  /** The declaration itself. */
  readonly text: string;
}

interface Module {
  readonly path: string;
  /** Names declared here. */
  readonly own: Map<string, Declared>;
  /** Names passed on: exported name to file and its name there. */
  readonly passed: Map<string, readonly [file: string, name: string]>;
  /** Those of them that are passed on as types. */
  readonly passedTypes: Set<string>;
  readonly passedWhole: string[];
}

const modules = new Map<string, Module>();
const uses: Use[] = [];

function read(path: string, text: string, tree: SyntaxNode): void {
  const module: Module = { path, own: new Map(), passed: new Map(), passedTypes: new Set(), passedWhole: [] };
  modules.set(path, module);
  for (const node of walk(tree)) {
    if (node.type === "ImportDeclaration") readImport(path, node);
    else if (node.type === "ImportExpression" || node.type === "TSImportType") {
      readDynamic(path, node, text);
    } else if (node.type === "ExportAllDeclaration") readAll(module, node);
    else if (node.type === "ExportNamedDeclaration") readExport(module, node, text);
  }
}

function readImport(path: string, node: SyntaxNode): void {
  const from = importedFile(path, node);
  if (from === undefined) return;
  for (const specifier of node["specifiers"] as readonly SyntaxNode[]) {
    const name = specifier.type === "ImportSpecifier"
      ? nameOf(specifier["imported"])
      : specifier.type === "ImportDefaultSpecifier"
      ? "default"
      : "*";
    uses.push({ by: path, from, name });
  }
}

/** `import()` and `typeof import()`: the names that are taken out at once, else all. */
function readDynamic(path: string, node: SyntaxNode, text: string): void {
  const from = importedFile(path, node);
  if (from === undefined) return;
  const before = /\{([^{}]*)\}\s*=\s*(?:\(?await\s+)?$/.exec(text.slice(0, node.start))?.[1];
  const after = /^\)\.(\w+)/.exec(text.slice(node.end))?.[1] ?? /^\.(\w+)/.exec(text.slice(node.end))?.[1];
  const names = before?.split(",").map((one) => one.split(":")[0]!.trim()).filter((one) => one !== "") ??
    (after === undefined || after === "then" ? ["*"] : [after]);
  for (const name of names) uses.push({ by: path, from, name });
}

function readAll(module: Module, node: SyntaxNode): void {
  const from = importedFile(module.path, node);
  if (from === undefined) return;
  if (isNode(node["exported"])) uses.push({ by: module.path, from, name: "*" });
  else module.passedWhole.push(from);
}

function readExport(module: Module, node: SyntaxNode, text: string): void {
  const from = importedFile(module.path, node);
  for (const specifier of node["specifiers"] as readonly SyntaxNode[]) {
    const [local, exported] = [nameOf(specifier["local"]), nameOf(specifier["exported"])];
    if (from !== undefined) {
      module.passed.set(exported, [from, local]);
      if (specifier["exportKind"] === "type" || node["exportKind"] === "type") {
        module.passedTypes.add(exported);
      }
    } else declare(module, exported, { node, text, type: false });
  }
  const { declaration } = node;
  if (!isNode(declaration)) return;
  const type = /^TS(Interface|TypeAlias)/.test(declaration.type);
  const names = declaration.type === "VariableDeclaration"
    ? (declaration["declarations"] as readonly SyntaxNode[]).map((one) => nameOf(one["id"]))
    : [nameOf(declaration["id"])];
  for (const name of names) declare(module, name, { node, text, type });
}

function declare(
  module: Module,
  name: string,
  { node, text, type }: { readonly node: SyntaxNode; readonly text: string; readonly type: boolean },
): void {
  const line = text.slice(0, node.start).split("\n").length;
  const rest = text.slice(0, node.start) + text.slice(node.end);
  const code = rest.replaceAll(/\/\*[\s\S]*?\*\//g, "");
  module.own.set(name, {
    text: text.slice(node.start, node.end),
    type,
    line,
    usedHere: new RegExp(`(?<![\\w$]|(?<!\\.\\.)\\.)${name.replaceAll("$", "\\$")}(?![\\w$])`).test(code),
  });
}

/** The file that declares what `file` exports as `name`. */
function origin(file: string, name: string, seen = new Set<string>()): readonly [string, string] | undefined {
  const module = modules.get(file);
  if (module === undefined || seen.has(file)) return undefined;
  seen.add(file);
  if (module.own.has(name)) return [file, name];
  const passed = module.passed.get(name);
  if (passed !== undefined) return origin(passed[0], passed[1], seen) ?? passed;
  for (const next of module.passedWhole) {
    const found = origin(next, name, seen);
    if (found !== undefined) return found;
  }
  return undefined;
}

function allNames(file: string): readonly (readonly [string, string])[] {
  const module = modules.get(file);
  if (module === undefined) return [];
  return [
    ...[...module.own.keys()].map((name) => [file, name] as const),
    ...[...module.passed.values()].flatMap(([from, name]) => {
      const found = origin(from, name);
      return found === undefined ? [] : [found];
    }),
    ...module.passedWhole.flatMap(allNames),
  ];
}

const isTest = (path: string) => /_test\.tsx?$/.test(path) || /^(tests|bench)\//.test(path);

for (const { path, text, tree } of await readModules()) read(path, text, tree);

const users = new Map<string, Set<string>>();
const throughDoor = new Map<string, Set<string>>();
for (const { by, from, name } of uses) {
  const targets = name === "*" ? allNames(from) : [origin(from, name) ?? [from, name] as const];
  for (const [file, own] of targets) {
    const key = `${file}#${own}`;
    if (by !== file) users.set(key, (users.get(key) ?? new Set()).add(by));
  }
  const entry = `${from}#${name}`;
  throughDoor.set(entry, (throughDoor.get(entry) ?? new Set()).add(by));
}

const problems: string[] = [];
for (const module of modules.values()) {
  if (!module.path.startsWith("src/") || isTest(module.path)) continue;
  for (const [name, { type, line, usedHere }] of module.own) {
    const by = [...users.get(`${module.path}#${name}`) ?? []];
    const where = `${module.path}:${line} ${name}`;
    const isSignature = type &&
      [...module.own].some(([other, { text }]) => other !== name && new RegExp(`\\b${name}\\b`).test(text));
    if (by.length === 0 && !isSignature) {
      problems.push(`${where}: ${usedHere ? "need not be exported" : "is dead"}`);
    } else if (by.length > 0 && by.every(isTest) && !usedHere && !type) {
      problems.push(`${where}: only tests use it`);
    }
  }
  if (!module.path.endsWith("/mod.ts")) continue;
  for (const [name, [from, own]] of module.passed) {
    const [file, first] = origin(from, own) ?? [from, own];
    // Types at a entry name what its values take and give.
    if (module.passedTypes.has(name) || modules.get(file)?.own.get(first)?.type !== false) continue;
    const by = [
      ...throughDoor.get(`${module.path}#${name}`) ?? [],
      ...throughDoor.get(`${module.path}#*`) ?? [],
    ];
    const passedOn = [...modules.values()].some((other) =>
      other.passedWhole.includes(module.path) ||
      [...other.passed.values()].some(([file, own]) => file === module.path && own === name)
    );
    if (
      !passedOn && !by.some((one) => !one.startsWith(module.path.slice(0, -"mod.ts".length)) || isTest(one))
    ) {
      problems.push(`${module.path} ${name}: nobody takes it at this entry`);
    }
  }
}
const left = problems.filter((problem) => !(problem.replace(/:\d+ | /, "#").split(":")[0]! in EXCEPTIONS));
if (left.length > 0) {
  console.error(left.sort().join("\n"));
  console.error(`${left.length} exports without a user`);
  Deno.exit(1);
}
console.log(`Every export of ${modules.size} modules has a user`);
