import { isObject, type JsonObject, parseForeign, redact } from "../../core/mod.ts";

/** Details that describe Google's inside or the key's owner, and help no client. */
const PRIVATE_DETAILS = new Set(["type.googleapis.com/google.rpc.DebugInfo"]);

/** Google's error body without secrets: keys, project numbers and debug details taken out. Undefined when it is no error of Google's shape. */
export function redactGoogleError(body: string): JsonObject | undefined {
  let parsed: unknown;
  try {
    parsed = parseForeign(redact(body).replace(/projects\/\d+/g, "projects/redacted"));
  } catch {
    return undefined;
  }
  const value = Array.isArray(parsed) ? parsed[0] : parsed;
  if (!isObject(value) || !isObject(value["error"])) return undefined;
  const { details, ...error } = value["error"];
  const kept = Array.isArray(details) ? details.filter(isPublicDetail) : [];
  return { error: { ...error, ...(kept.length === 0 ? {} : { details: kept }) } } as JsonObject;
}

function isPublicDetail(detail: unknown): boolean {
  return isObject(detail) && !PRIVATE_DETAILS.has(String(detail["@type"]));
}
