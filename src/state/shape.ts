import type { Json, JsonObject } from "../core/mod.ts";

/**
 * Checks an untrusted value and returns it with its type: without unknown fields, and transformed where the shape does that.
 * `field` is the value's path, "" at the top. Throws a Mismatch that names the first field that is wrong.
 *
 * The schema library would take a tenth of every start and 4 MiB: stored records are all that a start reads.
 */
export type Shape<Value> = (value: unknown, field: string) => Value;

/** The value that a shape returns. */
export type ValueOf<Some> = Some extends Shape<infer Value> ? Value : never;

/** A value that does not fit; `field` is empty when the whole value is at fault. */
export class Mismatch extends Error {
  override readonly name = "Mismatch";

  constructor(readonly field: string, message: string) {
    super(message);
  }
}

/** A field that may be absent, but not undefined. */
interface Optional<Value> {
  readonly optional: Shape<Value>;
}

type Fields = Readonly<Record<string, Shape<unknown> | Optional<unknown>>>;
type Required<Some extends Fields> = {
  [Name in keyof Some as Some[Name] extends Optional<unknown> ? never : Name]: Some[Name];
};
type ObjectOf<Some extends Fields> =
  & { readonly [Name in keyof Required<Some>]: ValueOf<Required<Some>[Name]> }
  & {
    readonly [Name in keyof Some as Some[Name] extends Optional<unknown> ? Name : never]?: Some[Name] extends
      Optional<infer Value> ? Value : never;
  };

function typed<Value>(expected: string, fits: (value: unknown) => value is Value): Shape<Value> {
  return (value, field) => {
    if (fits(value)) return value;
    throw new Mismatch(field, `Invalid input: expected ${expected}, received ${nameOfType(value)}`);
  };
}

function nameOfType(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  return Number.isNaN(value) ? "NaN" : typeof value;
}

const isPlain = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

export const text = typed("string", (value) => typeof value === "string");
export const truth = typed("boolean", (value) => typeof value === "boolean");
/** A finite number. */
export const number = typed("number", (value): value is number => Number.isFinite(value));
const items = typed("array", (value): value is readonly unknown[] => Array.isArray(value));
const fieldsOf = typed("object", isPlain);

/** A text with a branded type. */
export function idOf<Id extends string>(): Shape<Id> {
  return text as Shape<string> as Shape<Id>;
}

/** One of some texts. */
export function oneOf<const Name extends string>(names: readonly Name[]): Shape<Name> {
  return (value, field) => {
    const found = names.find((name) => name === value);
    if (found !== undefined) return found;
    const expected = names.map((name) => JSON.stringify(name)).join("|");
    throw new Mismatch(field, `Invalid option: expected one of ${expected}`);
  };
}

export function listOf<Value>(shape: Shape<Value>): Shape<readonly Value[]> {
  return (value, field) => items(value, field).map((one, index) => shape(one, below(field, String(index))));
}

export function optional<Value>(shape: Shape<Value>): Optional<Value> {
  return { optional: shape };
}

/** An object with these fields; others are left out. */
export function objectOf<const Some extends Fields>(fields: Some): Shape<ObjectOf<Some>> {
  const entries = Object.entries(fields);
  return (value, field) => {
    const given = fieldsOf(value, field);
    const found: Record<string, unknown> = {};
    for (const [name, shape] of entries) {
      if (typeof shape === "function") found[name] = shape(given[name], below(field, name));
      else if (name in given) found[name] = shape.optional(given[name], below(field, name));
    }
    return found as ObjectOf<Some>;
  };
}

/** Parses an object by one of several shapes, chosen by the text in one of its fields. */
export function byField<Value>(name: string, shapes: Readonly<Record<string, Shape<Value>>>): Shape<Value> {
  return (value, field) => {
    const kind = fieldsOf(value, field)[name];
    const shape = typeof kind === "string" && Object.hasOwn(shapes, kind) ? shapes[kind] : undefined;
    if (shape === undefined) throw new Mismatch(below(field, name), "Invalid input");
    return shape(value, field);
  };
}

/** Refuses a value that matches `shape` when `isRight` is false for it, with `message`; `at` names the field at fault. */
export function where<Value>(
  shape: Shape<Value>,
  isRight: (value: Value) => boolean,
  message: string,
  at = "",
): Shape<Value> {
  return (value, field) => {
    const found = shape(value, field);
    if (isRight(found)) return found;
    throw new Mismatch(at === "" ? field : below(field, at), message);
  };
}

/** Any JSON value, copied. */
function json(value: unknown, field: string): Json {
  if (value === null || typeof value === "string" || typeof value === "boolean") return value;
  if (typeof value === "number" && Number.isFinite(value)) return value;
  if (Array.isArray(value)) return value.map((one, index) => json(one, below(field, String(index))));
  if (isPlain(value)) return jsonObject(value, field);
  throw new Mismatch(field, "Invalid input");
}

/** Any JSON object, copied. */
export const jsonObject: Shape<JsonObject> = (value, field) =>
  Object.fromEntries(
    Object.entries(fieldsOf(value, field)).map(([name, one]) => [name, json(one, below(field, name))]),
  );

function below(field: string, name: string): string {
  return field === "" ? name : `${field}.${name}`;
}
