import { isObject } from "../core/mod.ts";
import type { GeminiRequest } from "./wire.ts";

/** What the user wrote: never searched for field names. */
const DATA = new Set([
  "args",
  "response",
  "parameters",
  "parametersJsonSchema",
  "responseSchema",
  "responseJsonSchema",
]);

/**
 * The request without a field that Google does not know. `field` is its name or a path that ends with it, in either
 * spelling; only the request's own fields are touched, never arguments, results or schemas.
 */
export function dropField(request: GeminiRequest, field: string): GeminiRequest {
  const name = camelCase(field.replace(/\[\d+\]/g, "").split(".").at(-1) ?? "");
  if (name === "" || name === "contents") return request;
  return without(request, name) as GeminiRequest;
}

function without(value: unknown, name: string): unknown {
  if (Array.isArray(value)) return value.map((entry) => without(entry, name));
  if (!isObject(value)) return value;
  const kept: Record<string, unknown> = {};
  for (const [key, entry] of Object.entries(value)) {
    if (key !== name) kept[key] = DATA.has(key) ? entry : without(entry, name);
  }
  return kept;
}

function camelCase(name: string): string {
  return name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
