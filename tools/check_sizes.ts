/** Measures file and function sizes against ARCHITECTURE.md, "Sizes"; exceptions stand here with their reason. */
import { isNode, nameOf, parseSource, sourceFiles, type SyntaxNode } from "./parse_source.ts";

/** A cohesive thing may be one file; what is longer than this is cut by meaning. */
const MOST_FILE_LINES = 500;
const MOST_FUNCTION_LINES = 90;

/** Paths, or `path#function`, that may be longer. */
const EXCEPTIONS: Readonly<Record<string, string>> = {
  "islands/Playground.tsx#Playground": "one form whose fields share their signals; most of it is markup",
  "components/models/named_editor.tsx#NamedEditor":
    "one form whose fields share their signals; most of it is markup",
};

interface Size {
  readonly name: string;
  readonly lines: number;
}

const FUNCTION_TYPES: ReadonlySet<string> = new Set([
  "FunctionDeclaration",
  "FunctionExpression",
  "ArrowFunctionExpression",
]);

/** Every function with a body of its own, also those inside others: an arrow without a block is part of its surroundings. */
function* functionsIn(node: SyntaxNode, text: string, name = "", parent?: SyntaxNode): Generator<Size> {
  const own = nameOf(node["id"]) || nameOf(node["key"]) ||
    (node.type === "VariableDeclarator" ? nameOf(node["id"]) : "");
  const label = own === "" ? name : own;
  const body = node["body"];
  if (FUNCTION_TYPES.has(node.type) && isNode(body) && body.type === "BlockStatement") {
    const whole = parent !== undefined && parent.type === "MethodDefinition" ? parent : node;
    yield { name: label, lines: text.slice(whole.start, whole.end).split("\n").length };
  }
  for (const value of Object.values(node)) {
    for (const child of Array.isArray(value) ? value : [value]) {
      if (isNode(child)) yield* functionsIn(child, text, label, node);
    }
  }
}

const files: Size[] = [];
const functions: Size[] = [];
for await (const path of sourceFiles("src", "routes", "islands", "components")) {
  if (/_test\.|\.gen\./.test(path)) continue;
  const text = await Deno.readTextFile(path);
  files.push({ name: path, lines: text.split("\n").length - 1 });
  for (const { name, lines } of functionsIn(parseSource(path, text), text)) {
    functions.push({ name: `${path}#${name}`, lines });
  }
}

function tooLong(what: string, sizes: readonly Size[], most: number): readonly string[] {
  const sorted = [...sizes].sort((a, b) => a.lines - b.lines);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]!.lines;
  console.log(
    `${sorted.length} ${what}: median ${at(0.5)}, 95 % ${at(0.95)}, largest ${sorted.at(-1)!.lines} lines`,
  );
  return sorted.filter(({ name, lines }) => lines > most && !(name in EXCEPTIONS))
    .map(({ name, lines }) => `${name} has ${lines} lines, more than ${most}`);
}

const stale = Object.keys(EXCEPTIONS).filter((name) =>
  ![...files, ...functions].some((size) => size.name === name)
);
const problems = [
  ...tooLong("files", files, MOST_FILE_LINES),
  ...tooLong("functions", functions, MOST_FUNCTION_LINES),
  ...stale.map((name) => `the exception ${name} is not needed any more`),
];
if (problems.length > 0) {
  console.error(problems.join("\n"));
  Deno.exit(1);
}
