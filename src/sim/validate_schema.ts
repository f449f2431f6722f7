import type { JsonObject } from "../core/mod.ts";
import { invalid, type Rejection } from "./errors.ts";
import { asList, asObject, asObjects, asText } from "./json_read.ts";

const STRING_FORMATS = ["enum", "date-time"];

/**
 * What the service checks in an OpenAPI-like schema after the transcoder has taken every keyword: at each depth, required
 * names exist, arrays say what they hold, enum values are not empty and formats are known.
 */
export function checkSchema(schema: JsonObject, path: string): Rejection | undefined {
  const problems: string[] = [];
  collect(schema, path, problems);
  return problems.length > 0 ? invalid(problems.map((problem) => `* ${problem}\n`).join("")) : undefined;
}

function collect(schema: JsonObject, path: string, problems: string[]): void {
  const type = asText(schema["type"]);
  const properties = asObject(schema["properties"]);
  for (const [index, name] of asList(schema["required"]).entries()) {
    const known = properties !== undefined && Object.hasOwn(properties, String(name));
    if (!known) problems.push(`${path}.required[${index}]: property is not defined`);
  }
  if (type !== "OBJECT" && type !== undefined && properties !== undefined) {
    problems.push(`${path}.properties: only allowed for OBJECT type`);
  }
  if (type === "ARRAY" && schema["items"] === undefined) problems.push(`${path}.items: missing field.`);
  for (const [index, value] of asList(schema["enum"]).entries()) {
    if (value === "") problems.push(`${path}.enum[${index}]: cannot be empty`);
  }
  if (schema["enum"] !== undefined && type !== "STRING" && type !== undefined) {
    problems.push(`${path}.enum: only allowed for STRING type`);
  }
  const format = asText(schema["format"]);
  if (type === "STRING" && format !== undefined && format !== "" && !STRING_FORMATS.includes(format)) {
    problems.push(`${path}.format: only 'enum' and 'date-time' are supported for STRING type`);
  }
  for (const [name, child] of Object.entries(properties ?? {})) {
    if (asObject(child)) collect(child as JsonObject, `${path}.properties[${name}]`, problems);
  }
  const items = asObject(schema["items"]);
  if (items) collect(items, `${path}.items`, problems);
  for (const [index, branch] of asObjects(schema["anyOf"]).entries()) {
    collect(branch, `${path}.any_of[${index}]`, problems);
  }
}
