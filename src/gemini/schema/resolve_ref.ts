import { isObject } from "../../core/mod.ts";
import { isSchema, type SchemaNode } from "./walk.ts";

/** The schema that a local `$ref` points at, or undefined when it points nowhere or away. */
export function resolveRef(root: SchemaNode, ref: unknown): SchemaNode | undefined {
  if (typeof ref !== "string" || !ref.startsWith("#")) return undefined;
  if (ref === "#" || ref === "#/") return root;
  let found: unknown = root;
  for (const step of ref.slice(1).split("/").slice(1)) {
    const name = unescape(step);
    if (Array.isArray(found)) found = found[Number(name)];
    else if (isObject(found) && Object.hasOwn(found, name)) found = found[name];
    else return undefined;
  }
  return isSchema(found) ? found : undefined;
}

/** The last step of a reference, for descriptions. */
export function refName(ref: unknown): string {
  return typeof ref === "string" ? unescape(ref.split("/").at(-1) ?? "") || "root" : "unknown";
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
