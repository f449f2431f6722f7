/**
 * Finds fields that are written and never read: declared by an interface, type or class of src/, and taken by no product code
 * under that name. Shapes that others read are in the list below, or in a schema of src/management.
 */
import { isNode, nameOf, type SyntaxNode } from "./parse_source.ts";
import { readModules } from "./module_graph.ts";

/** Files whose shapes go out to, or come from, somebody else. */
const FOREIGN: readonly RegExp[] = [
  /^src\/dialects\//,
  /^src\/gemini\/wire\.ts$/,
  // The fake of Google is read by tests.
  /^src\/sim\//,
];
const EXCEPTIONS: Readonly<Record<string, string>> = {
  "src/core/ids.ts#brand": "makes a string a type of its own; it is never there at run time",
  "src/agents/agents.ts#testable": "tests of the agents themselves ask for it",
};
/** Names that a library reads, wherever they are declared. */
const LIBRARY: ReadonlySet<string> = new Set(["Bindings"]);
const DECLARING: ReadonlySet<string> = new Set(["TSPropertySignature", "PropertyDefinition"]);

const declared = new Map<string, string>();
const read = new Set(LIBRARY);

function visit(node: SyntaxNode, parent: SyntaxNode | undefined, path: string): void {
  if (DECLARING.has(node.type) && path.startsWith("src/") && !FOREIGN.some((one) => one.test(path))) {
    const key = `${path}#${nameOf(node["key"])}`;
    if (!(key in EXCEPTIONS)) declared.set(key, nameOf(node["key"]));
  } else if (node.type === "MemberExpression") {
    const isWrite = parent?.type === "AssignmentExpression" && parent["left"] === node &&
      parent["operator"] === "=";
    if (!isWrite) read.add(nameOf(node["property"]));
  } else if (node.type === "ObjectPattern") {
    for (const property of node["properties"] as readonly SyntaxNode[]) read.add(nameOf(property["key"]));
  } else if (node.type === "Property" && path.startsWith("src/management/schema/")) {
    read.add(nameOf(node["key"]));
  } else if (node.type === "Literal" && parent?.type !== "Property") {
    // A name in quotes may be looked up.
    read.add(nameOf(node));
  }
  for (const value of Object.values(node)) {
    for (const child of Array.isArray(value) ? value : [value]) if (isNode(child)) visit(child, node, path);
  }
}

const modules = (await readModules()).filter(({ path }) => !/_test\.|^(tests|bench|tools)\//.test(path));
for (const { path, tree } of modules) visit(tree, undefined, path);

const unread = [...declared].filter(([, name]) => !read.has(name)).map(([key]) => key);
if (unread.length > 0) {
  console.error(`Written and never read:\n${unread.sort().join("\n")}`);
  Deno.exit(1);
}
console.log(`Every field of ${declared.size} is read by somebody`);
