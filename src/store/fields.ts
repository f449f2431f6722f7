import { isObject } from "../core/mod.ts";

/** A stored value that this version does not understand. */
export class DecodeProblem extends Error {
  override readonly name = "DecodeProblem";
}

/** Reads the fields of one stored object; every method throws a DecodeProblem that names the field. */
export class Fields {
  readonly record: Readonly<Record<string, unknown>>;
  readonly #path: string;

  constructor(value: unknown, path = "") {
    if (!isObject(value)) throw new DecodeProblem(`${path || "The value"} is not an object`);
    this.record = value;
    this.#path = path;
  }

  #name(field: string): string {
    return this.#path === "" ? field : `${this.#path}.${field}`;
  }

  #fail(field: string, wanted: string): never {
    throw new DecodeProblem(`Field ${this.#name(field)} is not ${wanted}`);
  }

  has(field: string): boolean {
    return this.record[field] !== undefined;
  }

  raw(field: string): unknown {
    return this.record[field];
  }

  text(field: string): string {
    const value = this.record[field];
    return typeof value === "string" ? value : this.#fail(field, "a text");
  }

  number(field: string): number {
    const value = this.record[field];
    return typeof value === "number" && Number.isFinite(value) ? value : this.#fail(field, "a number");
  }

  flag(field: string): boolean {
    const value = this.record[field];
    return typeof value === "boolean" ? value : this.#fail(field, "true or false");
  }

  texts(field: string): readonly string[] {
    const value = this.record[field];
    if (!Array.isArray(value)) return this.#fail(field, "a list of texts");
    return value.map((item) => typeof item === "string" ? item : this.#fail(field, "a list of texts"));
  }

  oneOf<Word extends string>(field: string, words: readonly Word[]): Word {
    const value = this.record[field];
    return words.find((word) => word === value) ?? this.#fail(field, `one of ${words.join(", ")}`);
  }

  object(field: string): Fields {
    return new Fields(this.record[field], this.#name(field));
  }

  objects(field: string): readonly Fields[] {
    const value = this.record[field];
    if (!Array.isArray(value)) return this.#fail(field, "a list");
    return value.map((item, index) => new Fields(item, `${this.#name(field)}[${index}]`));
  }

  bytes(field: string): Uint8Array<ArrayBuffer> {
    const value = this.record[field];
    return value instanceof Uint8Array ? new Uint8Array(value) : this.#fail(field, "bytes");
  }

  /** `read(field)` if the field exists. */
  optional<Value>(field: string, read: (field: string) => Value): Value | undefined {
    return this.has(field) ? read.call(this, field) : undefined;
  }
}

/** Decodes the fields of a record after its version was checked. */
export type Decode<Value> = (fields: Fields) => Value;

/** The type without undefined fields. */
type Defined<Fields> =
  & { [Name in keyof Fields as undefined extends Fields[Name] ? never : Name]: Fields[Name] }
  & {
    [Name in keyof Fields as undefined extends Fields[Name] ? Name : never]?: Exclude<
      Fields[Name],
      undefined
    >;
  };

/** Leaves out the fields that are undefined, so that absent means absent. */
export function defined<Fields extends object>(fields: Fields): Defined<Fields> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Defined<
    Fields
  >;
}
