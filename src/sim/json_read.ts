import { isObject, type Json, type JsonObject } from "../core/mod.ts";

/** The value as a JSON object, or undefined. */
export function asObject(value: Json | undefined): JsonObject | undefined {
  return isObject(value) ? value as JsonObject : undefined;
}

/** The value as a list; anything else is an empty list. */
export function asList(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? value : [];
}

/** The objects of a list, in order. */
export function asObjects(value: Json | undefined): readonly JsonObject[] {
  return asList(value).filter((entry): entry is JsonObject => isObject(entry));
}

export function asText(value: Json | undefined): string | undefined {
  return typeof value === "string" ? value : undefined;
}

/** A number, also when it is written as a string, as protocol buffers allow. */
export function asNumber(value: Json | undefined): number | undefined {
  if (typeof value === "number") return value;
  return typeof value === "string" && value !== "" && !Number.isNaN(Number(value))
    ? Number(value)
    : undefined;
}
