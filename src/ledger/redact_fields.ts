import { type Json, type JsonObject, redact } from "../core/mod.ts";

/** Names under which a secret might stand, whatever it looks like. */
const SECRET_NAME_REGEXP =
  /^(?:.*_)?(?:key|token|secret|password|passphrase|authorization|cookie)$|(?:Key|Token|Secret)$/i;

/** Fields with every text redacted, and every field that is named like a secret emptied. */
export function redactFields(fields: JsonObject): JsonObject {
  const out: Record<string, Json> = {};
  for (const [name, value] of Object.entries(fields)) {
    if (value === undefined) continue;
    const named = SECRET_NAME_REGEXP.test(name) && typeof value === "string" && !value.startsWith("...");
    out[name] = named ? "[redacted]" : redactJson(value);
  }
  return out;
}

function redactJson(value: Json): Json {
  if (typeof value === "string") return redact(value);
  if (Array.isArray(value)) return value.map(redactJson);
  return typeof value === "object" && value !== null ? redactFields(value as JsonObject) : value;
}
