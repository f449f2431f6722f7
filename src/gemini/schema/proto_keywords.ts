import { isObject } from "../../core/mod.ts";
import type { Node, ProtoContext } from "./proto_context.ts";
import { isSchema } from "./walk.ts";

/** Adds a sentence to the description, where a rule must be told in words. */
function tell(out: Node, words: string): void {
  const told = typeof out["description"] === "string" ? out["description"] + " " : "";
  out["description"] = `${told}(${words})`;
}

/** Only strings can be enumerated; other values are listed in words, so that the arguments keep their type. */
export function applyEnum(schema: Node, type: string, out: Node, context: ProtoContext): void {
  const members = schema["enum"];
  if (!Array.isArray(members)) return;
  const values = members.filter((member) => member !== null && member !== "");
  if (type === "string" && values.length > 0 && values.every((member) => typeof member === "string")) {
    out["enum"] = [...new Set(values)];
    return;
  }
  if (values.length > 0) tell(out, `one of: ${values.map((value) => JSON.stringify(value)).join(", ")}`);
  context.warn("An enum of values that are not all strings is described in words.");
}

const STRING_FORMATS = new Set(["enum", "date-time"]);
const NUMBER_FORMATS = new Set(["int32", "int64", "float", "double"]);
const BOUNDS: Readonly<Record<string, readonly string[]>> = {
  string: ["minLength", "maxLength"],
  number: ["minimum", "maximum"],
  integer: ["minimum", "maximum"],
  array: ["minItems", "maxItems"],
  object: ["minProperties", "maxProperties"],
};

/** Bounds, pattern, format, default and example of a scalar or container. */
export function convertBounds(schema: Node, type: string, out: Node, context: ProtoContext): void {
  for (const keyword of BOUNDS[type] ?? []) {
    if (typeof schema[keyword] === "number") out[keyword] = schema[keyword];
  }
  if (type === "integer" || type === "number") convertExclusive(schema, type, out, context);
  if (type === "string" && typeof schema["pattern"] === "string") out["pattern"] = schema["pattern"];
  convertFormat(schema, type, out, context);
  if (schema["default"] !== undefined && schema["default"] !== null) out["default"] = schema["default"];
}

function convertFormat(schema: Node, type: string, out: Node, context: ProtoContext): void {
  const { format } = schema;
  if (typeof format !== "string") return;
  const safe = type === "string"
    ? STRING_FORMATS
    : type === "number" || type === "integer"
    ? NUMBER_FORMATS
    : undefined;
  if (safe?.has(format)) out["format"] = format;
  else {
    tell(out, `format: ${format}`);
    context.warn(`The format "${format}" is described in words.`);
  }
}

function convertExclusive(schema: Node, type: string, out: Node, context: ProtoContext): void {
  const sides = [["exclusiveMinimum", "minimum", 1], ["exclusiveMaximum", "maximum", -1]] as const;
  for (const [keyword, bound, step] of sides) {
    const limit = schema[keyword];
    if (typeof limit === "boolean" && limit) context.warn(`${keyword} of draft 4 was dropped.`);
    if (typeof limit !== "number") continue;
    if (type === "integer") {
      const nearest = step > 0 ? Math.floor(limit) + 1 : Math.ceil(limit) - 1;
      const old = out[bound];
      out[bound] = typeof old !== "number"
        ? nearest
        : step > 0
        ? Math.max(old, nearest)
        : Math.min(old, nearest);
    } else {
      tell(out, `${step > 0 ? "greater" : "less"} than ${limit}`);
      context.warn(`${keyword} of a number is described in words.`);
    }
  }
}

/** Properties, required names and their order. Maps of free keys are an object described in words. */
export function convertObject(schema: Node, out: Node, context: ProtoContext): void {
  const converted: [string, Node][] = [];
  for (const [name, child] of Object.entries(isObject(schema["properties"]) ? schema["properties"] : {})) {
    const property = isSchema(child) ? context.convert(child, context) : undefined;
    if (property !== undefined) converted.push([name, property]);
  }
  if (converted.length > 0) out["properties"] = Object.fromEntries(converted);
  const names = new Set(converted.map(([name]) => name));
  const wanted = Array.isArray(schema["required"]) ? schema["required"] : [];
  const required = wanted.filter((name) => typeof name === "string" && names.has(name));
  if (required.length > 0) out["required"] = [...new Set(required)];
  if (required.length < wanted.length) context.warn("A required name without a property was dropped.");
  if (Array.isArray(schema["propertyOrdering"])) {
    const order = schema["propertyOrdering"].filter((name) => names.has(String(name)));
    if (order.length > 0) out["propertyOrdering"] = order;
  }
}

/** Items; tuples become a list of any of their members with a fixed length. */
export function convertArray(schema: Node, out: Node, context: ProtoContext): void {
  const tuple = Array.isArray(schema["prefixItems"])
    ? schema["prefixItems"]
    : Array.isArray(schema["items"])
    ? schema["items"]
    : undefined;
  if (tuple !== undefined) return convertTuple(tuple, out, context);
  const items = isSchema(schema["items"]) ? context.convert(schema["items"], context) : undefined;
  if (items === undefined) {
    context.warn("An array without a schema for its items is sent as an array of strings.");
  }
  out["items"] = items ?? { type: "STRING" };
}

function convertTuple(tuple: readonly unknown[], out: Node, context: ProtoContext): void {
  context.warn("A tuple is sent as an array of any of its members.");
  const members = tuple.filter(isSchema).map((member) => context.convert(member, context))
    .filter((member) => member !== undefined);
  const distinct = [...new Map(members.map((member) => [JSON.stringify(member), member])).values()];
  out["items"] = distinct.length > 1 ? { anyOf: distinct } : distinct[0] ?? { type: "STRING" };
  out["minItems"] = tuple.length;
  out["maxItems"] = tuple.length;
}

const SILENT = new Set(
  "type title description nullable enum format default $schema $id $comment $anchor $defs definitions examples example readOnly writeOnly deprecated properties required items prefixItems anyOf oneOf exclusiveMinimum exclusiveMaximum minimum maximum minLength maxLength minItems maxItems minProperties maxProperties pattern propertyOrdering"
    .split(" "),
);

/** Says which rules were left out. Rules of another type (a pattern on a number) never applied. */
export function warnDropped(schema: Node, context: ProtoContext): void {
  for (const [keyword, value] of Object.entries(schema)) {
    if (value !== undefined && !SILENT.has(keyword)) {
      context.warn(`The keyword "${keyword}" cannot be sent and was dropped.`);
    }
  }
}
