import { parseAst } from "rolldown/parseAst";

/** A node of the syntax tree, as ESTree names them. */
export interface SyntaxNode {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [field: string]: unknown;
}

export function isNode(value: unknown): value is SyntaxNode {
  return typeof value === "object" && value !== null &&
    typeof (value as { type?: unknown }).type === "string";
}

/** The syntax tree of a TypeScript file. */
export function parseSource(path: string, text: string): SyntaxNode {
  return parseAst(text, { lang: path.endsWith("x") ? "tsx" : "ts" }) as unknown as SyntaxNode;
}

/** Every node below one, itself first. */
export function* walk(node: SyntaxNode): Generator<SyntaxNode> {
  yield node;
  for (const value of Object.values(node)) {
    for (const child of Array.isArray(value) ? value : [value]) if (isNode(child)) yield* walk(child);
  }
}

/** The name of an identifier or of a string literal used as one. */
export function nameOf(node: unknown): string {
  if (!isNode(node)) return "";
  return String(node["name"] ?? node["value"] ?? "");
}

/** Source files below folders, without generated ones. */
export async function* sourceFiles(...folders: readonly string[]): AsyncGenerator<string> {
  for (const folder of folders) {
    for await (const entry of Deno.readDir(folder)) {
      const path = `${folder}/${entry.name}`;
      if (entry.isDirectory) yield* sourceFiles(path);
      else if (/\.tsx?$/.test(entry.name)) yield path;
    }
  }
}
