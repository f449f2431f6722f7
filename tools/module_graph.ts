import { isNode, parseSource, sourceFiles, type SyntaxNode, walk } from "./parse_source.ts";

/** One import of another file of the repository. */
export interface ModuleImport {
  /** The imported file. */
  readonly from: string;
  /** `value` is needed when the module is loaded; `type` is gone then; `dynamic` comes later. */
  readonly kind: "value" | "type" | "dynamic";
}

/** A source file of the repository, read once. */
export interface SourceModule {
  readonly path: string;
  readonly text: string;
  readonly tree: SyntaxNode;
  readonly imports: readonly ModuleImport[];
}

const FOLDERS = ["src", "routes", "islands", "components", "tests", "tools", "bench"];
const IMPORTING: ReadonlySet<string> = new Set([
  "ImportDeclaration",
  "ExportNamedDeclaration",
  "ExportAllDeclaration",
  "ImportExpression",
  "TSImportType",
]);

const { imports: mapped } = JSON.parse(await Deno.readTextFile("deno.json")) as {
  imports: Record<string, string>;
};

/** The file that `source` means in the file `by`; undefined for a package. */
export function resolveImport(by: string, source: string): string | undefined {
  if (source.startsWith(".")) return new URL(source, `file:///${by}`).pathname.slice(1);
  const target = mapped[source];
  return target?.startsWith("./") ? target.slice(2) : undefined;
}

/** The file of the repository that an import, export or `import()` names. */
export function importedFile(by: string, node: SyntaxNode): string | undefined {
  const source = node["source"] ?? node["argument"];
  const literal = isNode(source) && source.type === "TSLiteralType" ? source["literal"] : source;
  return isNode(literal) && typeof literal["value"] === "string"
    ? resolveImport(by, literal["value"])
    : undefined;
}

/** Every source file of the repository, those at its top too. */
export async function readModules(): Promise<readonly SourceModule[]> {
  const modules: SourceModule[] = [];
  for await (const path of sourceFiles(...FOLDERS)) modules.push(readModule(path));
  for (const { name, isFile } of Deno.readDirSync(".")) {
    if (isFile && /\.tsx?$/.test(name)) modules.push(readModule(name));
  }
  return modules;
}

function readModule(path: string): SourceModule {
  const text = Deno.readTextFileSync(path);
  const tree = parseSource(path, text);
  const imports = [...walk(tree)].filter(({ type }) => IMPORTING.has(type)).flatMap((node) => {
    const from = importedFile(path, node);
    return from === undefined ? [] : [{ from, kind: kindOf(node) }];
  });
  return { path, text, tree, imports };
}

function kindOf(node: SyntaxNode): ModuleImport["kind"] {
  if (node.type === "TSImportType") return "type";
  if (node.type === "ImportExpression") return "dynamic";
  if (node["importKind"] === "type" || node["exportKind"] === "type") return "type";
  const specifiers = (node["specifiers"] ?? []) as readonly SyntaxNode[];
  const areTypes = specifiers.length > 0 &&
    specifiers.every((one) => one["importKind"] === "type" || one["exportKind"] === "type");
  return areTypes ? "type" : "value";
}
