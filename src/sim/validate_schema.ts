import { isObject, type Json, type JsonObject } from "../core/mod.ts";
import { invalid, type Rejection } from "./errors.ts";
import { asList, asObject, asObjects, asText } from "./json_read.ts";

const STRING_FORMATS = ["enum", "date-time"];

/**
 * Checks an OpenAPI-like schema as the service does after the transcoder accepted every keyword: at each depth, required
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

/** Levels of JSON that Google reads of one schema. */
const MAX_NESTING = 90;
const MAPS = ["properties", "$defs"];
const LISTS = ["anyOf", "oneOf", "prefixItems"];

/** The place of a raw JSON Schema: its field and declaration. */
interface SchemaPlace {
  readonly path: string;
  /** The declaration that it belongs to; undefined for a response format. */
  readonly functionName?: string;
}

/**
 * Checks for what the service refuses in `parametersJsonSchema` and `responseJsonSchema`, in its own words as quoted in
 * public: google-gemini/gemini-cli#5923 (nesting), Gitlawb/openclaude#82 (required),
 * cbdb-project/cbdb-online-main-server#879 (properties), anomalyco/opencode#12295 (`$ref` beside other fields),
 * DEEIX-AI/DEEIX-Chat#546 (arrays without items).
 */
export function checkJsonSchema(schema: Json, { path, functionName }: SchemaPlace): Rejection | undefined {
  if (depthOf(schema, MAX_NESTING + 1) > MAX_NESTING) return tooDeep(functionName);
  const problem = problemOf(schema, "", schema, path);
  if (problem !== undefined) return invalid(problem);
  if (functionName === undefined || !isObject(schema) || Object.keys(schema).length === 0) return undefined;
  const types = [schema["type"]].flat();
  if (types.some((type) => String(type).toLowerCase() === "object")) return undefined;
  return invalid(`* ${path}: functionDeclaration parameters schema should be of type OBJECT.\n`);
}

function tooDeep(functionName: string | undefined): Rejection {
  return invalid(
    functionName === undefined
      ? "A schema in GenerationConfig in the request exceeds the maximum allowed nesting depth."
      : `FunctionDeclaration '${functionName}' in the request exceeds the maximum allowed nesting depth.`,
  );
}

function depthOf(value: unknown, most: number): number {
  if (typeof value !== "object" || value === null || most === 0) return 0;
  return 1 + Math.max(0, ...Object.values(value).map((child) => depthOf(child, most - 1)));
}

function problemOf(node: Json | undefined, at: string, root: Json, path: string): string | undefined {
  const where = at === "" ? "top-level" : at;
  if (typeof node === "boolean") return undefined;
  if (!isObject(node)) return `schema at ${where} must be a boolean or an object`;
  const schema = node as JsonObject;
  return shapeProblem(schema, where) ?? referenceProblem(schema, where, root) ??
    fieldProblem(schema, at, path) ?? insideProblem(schema, at, root, path);
}

function shapeProblem(schema: JsonObject, where: string): string | undefined {
  const { properties, required } = schema;
  if (properties !== undefined && !isObject(properties)) {
    return `value for properties at ${where} must be an object`;
  }
  if (required === undefined) return undefined;
  if (!Array.isArray(required)) return `value for required at ${where} must be an array`;
  const known = isObject(properties) ? properties : {};
  const unknown = required.find((name) => !Object.hasOwn(known, String(name)));
  return unknown === undefined ? undefined : `schema at ${where} requires unspecified property '${unknown}'`;
}

function referenceProblem(schema: JsonObject, where: string, root: Json): string | undefined {
  const ref = schema["$ref"];
  if (typeof ref !== "string") return undefined;
  const beside = Object.keys(schema).filter((key) =>
    !key.startsWith("$") && key !== "description" && key !== "default"
  );
  if (beside.length > 0) {
    return `Schema.ref '${ref}' was set alongside unsupported fields. If a schema node has Schema.ref set, then only ` +
      "description and default can be set alongside it; no other fields can be set.";
  }
  const name = /^#\/\$defs\/([^/]+)$/.exec(ref)?.[1];
  const defs = isObject(root) ? root["$defs"] : undefined;
  return name !== undefined && isObject(defs) && Object.hasOwn(defs, name)
    ? undefined
    : `schema at ${where} has an unresolvable reference '${ref}'`;
}

function fieldProblem(schema: JsonObject, at: string, path: string): string | undefined {
  const field = at === "" ? path : `${path}.${at}`;
  // Recorded: a tuple needs no items beside its prefixItems.
  const holds = schema["items"] !== undefined || schema["prefixItems"] !== undefined;
  if (schema["type"] === "array" && !holds) return `* ${field}.items: missing field.\n`;
  const members = schema["enum"];
  const empty = Array.isArray(members) ? members.indexOf("") : -1;
  if (empty >= 0) return `* ${field}.enum[${empty}]: cannot be empty\n`;
  const wrong = schema["type"] !== undefined && ![schema["type"]].flat().includes("object") &&
    ["properties", "required"].find((key) => key in schema);
  return wrong ? `* ${field}.${wrong}: only allowed for OBJECT type\n` : undefined;
}

function insideProblem(schema: JsonObject, at: string, root: Json, path: string): string | undefined {
  const under = (step: string) => at === "" ? step : `${at}.${step}`;
  for (const keyword of MAPS) {
    for (
      const [name, child] of Object.entries(isObject(schema[keyword]) ? schema[keyword] as JsonObject : {})
    ) {
      const problem = problemOf(child, under(`${keyword}.${name}`), root, path);
      if (problem !== undefined) return problem;
    }
  }
  for (const keyword of LISTS) {
    const list = Array.isArray(schema[keyword]) ? schema[keyword] as Json[] : [];
    for (const [index, child] of list.entries()) {
      const problem = problemOf(child, under(`${keyword}[${index}]`), root, path);
      if (problem !== undefined) return problem;
    }
  }
  for (const keyword of ["items", "additionalProperties"]) {
    if (!(keyword in schema)) continue;
    const problem = problemOf(schema[keyword], under(keyword), root, path);
    if (problem !== undefined) return problem;
  }
  return undefined;
}
