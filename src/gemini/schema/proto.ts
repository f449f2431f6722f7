import { isObject, type JsonObject } from "../../core/mod.ts";
import { type ConvertedSchema, maxConvertedSize } from "./json_sink.ts";
import { typeOfValue } from "./keywords.ts";
import { createRefResolver, mergeAllOf, refName } from "./resolve_ref.ts";
import { tidySchema } from "./tidy.ts";
import { isSchema, type SchemaNode } from "./walk.ts";

const MAX_DEPTH = 24;
/** Most schemas to which references may be expanded; tried in turn until the result is small enough. */
const NODE_BUDGETS = [5_000, 500, 50, 0];

/**
 * Converts any JSON Schema to the schema type of `parameters` and `responseSchema`, where one unknown keyword makes the
 * whole request fail. What that type cannot say is described in words or dropped, each with a warning; references are opened
 * as long as the result is at most `maxConvertedSize` long. Never fails.
 */
export function toProtoSchema(schema: unknown): ConvertedSchema {
  const root: SchemaNode = isSchema(schema) ? schema : true;
  const most = maxConvertedSize(JSON.stringify(root).length);
  for (const nodes of NODE_BUDGETS) {
    const converted = convertRoot(root, nodes);
    if (JSON.stringify(converted.schema).length <= most) return converted;
  }
  return { schema: { type: "OBJECT" }, warnings: ["A schema that would have grown too large was left out."] };
}

function convertRoot(root: SchemaNode, nodes: number): ConvertedSchema {
  const warnings = new Set<string>();
  const resolver = createRefResolver(root);
  const converted = convertSchema(root, {
    resolve: (ref) => resolver.resolve(ref),
    refs: [],
    depth: 0,
    budget: { left: nodes },
    warn: (sentence) => warnings.add(sentence),
    convert: convertSchema,
  });
  return { schema: (converted ?? { type: "OBJECT" }) as JsonObject, warnings: [...warnings] };
}

/** One schema; undefined for `false`, which nothing satisfies. */
function convertSchema(schema: SchemaNode, context: ProtoContext): Node | undefined {
  if (schema === false) return undefined;
  if (context.refs.length > 0) context.budget.left -= 1;
  if (schema === true || Object.keys(schema).length === 0) return anyValue(undefined, context);
  if (context.depth > MAX_DEPTH) {
    context.warn("A schema that is too deep was cut.");
    return { type: "OBJECT", description: "(nested value)" };
  }
  return convertTidy(tidySchema(schema), { ...context, depth: context.depth + 1 });
}

function convertTidy(schema: Node, deeper: ProtoContext): Node | undefined {
  if ("$ref" in schema) return convertRef(schema, deeper);
  if (Array.isArray(schema["allOf"])) return convertAllOf(schema, schema["allOf"], deeper);
  return convertNode(schema, deeper);
}

function anyValue(description: unknown, context: ProtoContext): Node {
  context.warn("A value of any type is sent as a string.");
  return { type: "STRING", description: typeof description === "string" ? description : "any JSON value" };
}

function nullValue(out: Node, context: ProtoContext): Node {
  context.warn("A value that can only be null is sent as a nullable string.");
  return { ...out, nullable: true, type: "STRING" };
}

function convertRef(schema: Node, context: ProtoContext): Node | undefined {
  const { $ref: ref, ...siblings } = schema;
  const key = String(ref);
  const target = context.refs.includes(key) || context.budget.left <= 0 ? undefined : context.resolve(ref);
  if (target === undefined) {
    context.warn(`The reference to ${refName(ref)} is recursive or unknown and was sent as any object.`);
    return {
      type: "OBJECT",
      description: `(${context.refs.includes(key) ? "recursive " : ""}${refName(ref)})`,
    };
  }
  const inside = { ...context, refs: [...context.refs, key] };
  if (Object.keys(siblings).length === 0 || typeof target === "boolean") return convertSchema(target, inside);
  return convertSchema({ ...target, ...siblings }, inside);
}

function convertAllOf(schema: Node, branches: unknown[], context: ProtoContext): Node | undefined {
  const { allOf: _, ...base } = schema;
  const merged: Node[] = [];
  let inside = context;
  for (const branch of branches) {
    if (branch === false) return undefined;
    if (!isObject(branch)) continue;
    const [resolved, refs] = followRefs(branch, inside);
    inside = { ...inside, refs };
    merged.push(resolved);
  }
  return convertSchema(mergeAllOf(base, merged, context.warn), inside);
}

/** The target of a branch's references, so that it can be merged. */
function followRefs(branch: Node, context: ProtoContext): [Node, readonly string[]] {
  let node = branch;
  let refs = context.refs;
  while ("$ref" in node) {
    const { $ref: ref, ...siblings } = node;
    const target = refs.includes(String(ref)) ? undefined : context.resolve(ref);
    refs = [...refs, String(ref)];
    if (!isObject(target)) {
      context.warn(`The reference to ${refName(ref)} is recursive or unknown and was left out of allOf.`);
      return [siblings, refs];
    }
    node = { ...target, ...siblings };
  }
  return [node, refs];
}

function convertNode(schema: Node, context: ProtoContext): Node | undefined {
  const branches = unionOf(schema, context);
  if (branches !== undefined) return convertUnion(schema, branches, context);
  const types = typesOf(schema);
  const nullable = schema["nullable"] === true || types.includes("null");
  const real = types.filter((type) => type !== "null");
  if (real.length > 1) {
    return convertUnion(schema, types.map((type) => ({ ...schema, type, description: undefined })), context);
  }
  const type = real[0];
  const out: Node = describe(schema);
  if (nullable) out["nullable"] = true;
  if (type === undefined) {
    return nullable ? nullValue(out, context) : anyValue(schema["description"], context);
  }
  return convertTyped(schema, type, out, context);
}

function convertTyped(schema: Node, type: string, out: Node, context: ProtoContext): Node | undefined {
  out["type"] = type.toUpperCase();
  applyEnum(schema, type, out, context);
  convertBounds(schema, type, out, context);
  if (type === "object") convertObject(schema, out, context);
  if (type === "array") convertArray(schema, out, context);
  warnDropped(schema, context);
  return out;
}

function unionOf(schema: Node, context: ProtoContext): unknown[] | undefined {
  const { anyOf, oneOf } = schema;
  const union = Array.isArray(anyOf) && anyOf.length > 0 ? anyOf : Array.isArray(oneOf) ? oneOf : undefined;
  if (union === undefined || union.length === 0) return undefined;
  if (Array.isArray(oneOf)) context.warn("oneOf is sent as anyOf.");
  if (Array.isArray(anyOf) && union !== oneOf && Array.isArray(oneOf)) {
    context.warn("oneOf beside anyOf was dropped.");
  }
  if (!isObject(schema["properties"])) return union;
  context.warn("Alternatives beside properties were dropped.");
  return undefined;
}

function convertUnion(schema: Node, branches: unknown[], context: ProtoContext): Node | undefined {
  const {
    anyOf: _anyOf,
    oneOf: _oneOf,
    description: _description,
    title: _title,
    default: _default,
    ...shared
  } = schema;
  const converted: Node[] = [];
  let nullable = schema["nullable"] === true;
  for (const branch of branches) {
    if (!isSchema(branch)) continue;
    if (isNullSchema(branch)) nullable = true;
    else {
      const merged = isObject(branch) ? mergeAllOf(shared, [branch], context.warn) : branch;
      const child = convertSchema(merged, context);
      if (child !== undefined) converted.push(child);
    }
  }
  const out: Node = { ...describe(schema), ...(nullable ? { nullable: true } : {}) };
  if (converted.length === 0) return nullable ? nullValue(out, context) : undefined;
  if (converted.length === 1) return { ...converted[0], ...out };
  return { ...out, anyOf: converted };
}

function isNullSchema(schema: SchemaNode): boolean {
  if (typeof schema === "boolean") return false;
  if ("const" in schema) return schema["const"] === null;
  const { type, enum: members } = schema;
  if (type === "null" || (Array.isArray(type) && type.length === 1 && type[0] === "null")) return true;
  return Array.isArray(members) && members.length > 0 && members.every((member) => member === null);
}

const KNOWN_TYPES = new Set(["string", "number", "integer", "boolean", "object", "array", "null"]);

function typesOf(schema: Node): string[] {
  const named = [schema["type"]].flat()
    .filter((type) => typeof type === "string")
    .map((type) => type.toLowerCase())
    .filter((type) => KNOWN_TYPES.has(type));
  if (named.length > 0) return [...new Set(named)];
  if (Array.isArray(schema["enum"]) && schema["enum"].length > 0) {
    return [...new Set(schema["enum"].map(typeOfValue))];
  }
  if (isObject(schema["properties"]) || "additionalProperties" in schema || "required" in schema) {
    return ["object"];
  }
  if ("items" in schema || "prefixItems" in schema) return ["array"];
  if ("pattern" in schema || "minLength" in schema || "maxLength" in schema) return ["string"];
  return "minimum" in schema || "maximum" in schema || "multipleOf" in schema ? ["number"] : [];
}

function describe(schema: Node): Node {
  const out: Node = {};
  for (const keyword of ["title", "description"]) {
    if (typeof schema[keyword] === "string" && schema[keyword] !== "") out[keyword] = schema[keyword];
  }
  return out;
}

/** Adds a sentence to the description, where a rule must be told in words. */
function addNote(out: Node, words: string): void {
  const told = typeof out["description"] === "string" ? out["description"] + " " : "";
  out["description"] = `${told}(${words})`;
}

/** Only strings can be enumerated; other values are listed in words, so that the arguments keep their type. */
function applyEnum(schema: Node, type: string, out: Node, context: ProtoContext): void {
  const members = schema["enum"];
  if (!Array.isArray(members)) return;
  const values = members.filter((member) => member !== null && member !== "");
  if (type === "string" && values.length > 0 && values.every((member) => typeof member === "string")) {
    out["enum"] = [...new Set(values)];
    return;
  }
  if (values.length > 0) addNote(out, `one of: ${values.map((value) => JSON.stringify(value)).join(", ")}`);
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
function convertBounds(schema: Node, type: string, out: Node, context: ProtoContext): void {
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
    addNote(out, `format: ${format}`);
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
      addNote(out, `${step > 0 ? "greater" : "less"} than ${limit}`);
      context.warn(`${keyword} of a number is described in words.`);
    }
  }
}

/** Properties, required names and their order. Maps of free keys are an object described in words. */
function convertObject(schema: Node, out: Node, context: ProtoContext): void {
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
function convertArray(schema: Node, out: Node, context: ProtoContext): void {
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
function warnDropped(schema: Node, context: ProtoContext): void {
  for (const [keyword, value] of Object.entries(schema)) {
    if (value !== undefined && !SILENT.has(keyword)) {
      context.warn(`The keyword "${keyword}" cannot be sent and was dropped.`);
    }
  }
}

type Node = Record<string, unknown>;

/** State that a conversion carries down. */
interface ProtoContext {
  /** The schema that a reference names. */
  readonly resolve: (ref: unknown) => SchemaNode | undefined;
  /** References being inlined, to cut recursion. */
  readonly refs: readonly string[];
  readonly depth: number;
  /** Schemas that may still be converted inside references. */
  readonly budget: { left: number };
  readonly warn: (sentence: string) => void;
  /** Converts a schema below this one; passed down, as keywords and schemas contain each other. */
  readonly convert: (schema: SchemaNode, context: ProtoContext) => Node | undefined;
}
