/** Measures file and function sizes against ARCHITECTURE.md, "Sizes"; exceptions stand here with their reason. */
import { isNode, nameOf, parseSource, sourceFiles, type SyntaxNode } from "./parse_source.ts";

const FILES = { median: 80, most95: 250, most: 400 };
const FUNCTIONS = { median: 12, most95: 60, most: 90 };

/** Paths, or `path#function`, that may be larger than `most`. */
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

function judge(what: string, sizes: readonly Size[], limits: typeof FILES): readonly string[] {
  const sorted = [...sizes].sort((a, b) => a.lines - b.lines);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]!.lines;
  console.log(
    `${sorted.length} ${what}: median ${at(0.5)}, 95 % ${at(0.95)}, largest ${sorted.at(-1)!.lines} lines`,
  );
  return [
    ...(at(0.5) > limits.median
      ? [`the median of ${what} has ${at(0.5)} lines, more than ${limits.median}`]
      : []),
    ...(at(0.95) > limits.most95
      ? [`95 % of ${what} have ${at(0.95)} lines or fewer, more than ${limits.most95}`]
      : []),
    ...sorted.filter(({ name, lines }) => lines > limits.most && !(name in EXCEPTIONS))
      .map(({ name, lines }) => `${name} has ${lines} lines, more than ${limits.most}`),
  ];
}

const stale = Object.keys(EXCEPTIONS).filter((name) =>
  ![...files, ...functions].some((size) => size.name === name)
);
const problems = [
  ...judge("files", files, FILES),
  ...judge("functions", functions, FUNCTIONS),
  ...stale.map((name) => `the exception ${name} is not needed any more`),
];
if (problems.length > 0) {
  console.error(problems.join("\n"));
  Deno.exit(1);
}
