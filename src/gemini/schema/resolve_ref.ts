import { isObject } from "../../core/mod.ts";
import { eachSchema, isSchema, type SchemaNode } from "./walk.ts";

/** Finds what the references of one schema point at. */
export interface RefResolver {
  /** The schema that a reference names; undefined when it names none here, or only itself. */
  resolve(ref: unknown): SchemaNode | undefined;
}

/** References that only lead to another reference are followed this far. */
const MAX_ALIASES = 16;

/** Resolves paths (`#/$defs/x`, `#/properties/x`, `#`), anchors (`#name`) and the `$id` of a schema inside the root. */
export function createRefResolver(root: SchemaNode): RefResolver {
  let named: Map<string, SchemaNode> | undefined;
  const direct = (ref: string): SchemaNode | undefined => {
    if (ref.startsWith("#")) {
      const found = resolvePath(root, ref.slice(1));
      if (found !== undefined) return found;
    }
    named ??= namedSchemas(root);
    const [id = "", fragment = ""] = ref.split("#", 2);
    const base = named.get(ref) ?? named.get(ref.replace(/^#/, "")) ?? named.get(id);
    return base === undefined || !fragment.startsWith("/") ? base : resolvePath(base, fragment);
  };
  return {
    resolve(ref) {
      let found = typeof ref === "string" ? direct(ref) : undefined;
      for (let step = 0; step < MAX_ALIASES; step++) {
        const next = aliasOf(found);
        if (next === undefined) return found;
        found = direct(next);
      }
      return undefined;
    },
  };
}

function aliasOf(node: SchemaNode | undefined): string | undefined {
  if (!isObject(node) || typeof node["$ref"] !== "string") return undefined;
  return Object.keys(node).every((keyword) => keyword.startsWith("$")) ? node["$ref"] : undefined;
}

function resolvePath(root: SchemaNode, pointer: string): SchemaNode | undefined {
  if (pointer === "" || pointer === "/") return root;
  if (!pointer.startsWith("/")) return undefined;
  let found: unknown = root;
  for (const step of pointer.split("/").slice(1)) {
    const name = unescape(step);
    if (Array.isArray(found)) found = found[Number(name)];
    else if (isObject(found) && Object.hasOwn(found, name)) found = found[name];
    else return undefined;
  }
  return isSchema(found) ? found : undefined;
}

/** Every schema that has a name of its own, by that name. */
function namedSchemas(root: SchemaNode): Map<string, SchemaNode> {
  const names = new Map<string, SchemaNode>();
  eachSchema(root, (node) => {
    for (const keyword of ["$anchor", "$dynamicAnchor", "$id", "id"]) {
      const name = node[keyword];
      if (typeof name !== "string" || name === "") continue;
      names.set(name.replace(/^#/, "").replace(/#$/, ""), node);
    }
  });
  return names;
}

/** The last step of a reference, for descriptions. */
export function refName(ref: unknown): string {
  return typeof ref === "string"
    ? unescape(ref.split("/").at(-1) ?? "").replace(/^#/, "") || "root"
    : "unknown";
}

function unescape(step: string): string {
  let text = step;
  try {
    text = decodeURIComponent(step);
  } catch {
    // A stray percent sign stands for itself.
  }
  return text.replaceAll("~1", "/").replaceAll("~0", "~");
}
