import { isObject, type JsonObject } from "../../core/mod.ts";
import { convertKeywords } from "./json_keywords.ts";
import { describeRule } from "./keywords.ts";
import { createRefResolver, mergeAllOf, refName, type RefResolver } from "./resolve_ref.ts";
import { tidySchema } from "./tidy.ts";
import { eachSchema, type SchemaNode } from "./walk.ts";

/** More definitions than this are not searched for cycles; no schema of an agent has as many. */
const MAX_SEARCHED = 500;

/** The `$defs` of a converted schema: what was referred to, each under one name, converted once. */
class Definitions {
  readonly #names = new Map<object, string>();
  readonly #taken = new Set<string>();
  readonly #waiting: { readonly name: string; readonly node: Node }[] = [];
  readonly #merges: { readonly key: readonly object[]; readonly name: string }[] = [];
  #words: Map<object, string> | undefined;

  /** The name of a schema among the definitions; asking for it makes it one. */
  nameOf(node: Node, root: SchemaNode): string {
    const known = this.#names.get(node);
    if (known !== undefined) return known;
    const name = this.#free(this.wordFor(node, root));
    this.#names.set(node, name);
    this.#waiting.push({ name, node });
    return name;
  }

  nameOfMerge(key: readonly object[]): string | undefined {
    return this.#merges.find((merge) =>
      merge.key.length === key.length && key.every((node) => merge.key.includes(node))
    )?.name;
  }

  addMerge(key: readonly object[], node: Node, word: string): string {
    const name = this.#free(word);
    this.#merges.push({ key, name });
    this.#waiting.push({ name, node });
    return name;
  }

  /** The word by which the schema is called in its own document. */
  wordFor(node: Node, root: SchemaNode): string {
    this.#words ??= wordsOf(root);
    return this.#words.get(node) ?? "value";
  }

  /** Converts all requested definitions, and those that they refer to; undefined when there are none. */
  finish(convert: (node: Node) => Node, warn: (sentence: string) => void): Record<string, Node> | undefined {
    const entries: [string, Node][] = [];
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      entries.push([next.name, convert(next.node)]);
    }
    if (entries.length === 0) return undefined;
    const defs = Object.fromEntries(entries);
    loosenCycles(defs, warn);
    return defs;
  }

  #free(word: string): string {
    let name = word;
    for (let count = 2; this.#taken.has(name); count++) name = `${word}_${count}`;
    this.#taken.add(name);
    return name;
  }
}

const NAMED = ["$defs", "definitions", "properties"];

/** The key of each schema in its document. */
function wordsOf(root: SchemaNode): Map<object, string> {
  const words = new Map<object, string>();
  if (!isObject(root)) return words;
  words.set(root, "root");
  const legal = (name: string) => name.replace(/[^A-Za-z0-9_.-]/g, "_").slice(0, 64) || "value";
  eachSchema(root, (node) => {
    for (const keyword of NAMED) {
      const map = node[keyword];
      if (!isObject(map)) continue;
      for (const [name, child] of Object.entries(map)) {
        if (isObject(child) && !words.has(child)) words.set(child, legal(name));
      }
    }
  });
  return words;
}

/**
 * Google takes a cycle of references only through properties that are not required (ai.google.dev, responseJsonSchema), so a
 * required property that leads back to its own definition becomes an optional one.
 */
function loosenCycles(defs: Record<string, Node>, warn: (sentence: string) => void): void {
  const names = Object.keys(defs);
  if (names.length > MAX_SEARCHED) return;
  const links = new Map(names.map((name) => [name, referencesIn(defs[name]!)]));
  const reaches = new Map(names.map((name) => [name, reachable(name, links)]));
  for (const name of names) {
    if (!reaches.get(name)!.has(name)) continue;
    const leadsBack = (child: unknown) =>
      isObject(child) &&
      [...referencesIn(child)].some((next) => next === name || reaches.get(next)?.has(name));
    eachSchema(defs[name]!, (node) => {
      const { properties, required } = node;
      if (!isObject(properties) || !Array.isArray(required)) return;
      const kept = required.filter((key) => !leadsBack(properties[key]));
      if (kept.length === required.length) return;
      const dropped = required.filter((key) => !kept.includes(key));
      if (kept.length > 0) node["required"] = kept;
      else delete node["required"];
      describeRule(node, `always give: ${dropped.join(", ")}`);
      warn("A required property that leads back to its own schema is sent as optional, as Google asks.");
    });
  }
}

function referencesIn(node: Node): Set<string> {
  const found = new Set<string>();
  eachSchema(node, ({ $ref: ref }) => {
    if (typeof ref === "string") found.add(ref.slice("#/$defs/".length));
  });
  return found;
}

function reachable(name: string, links: ReadonlyMap<string, ReadonlySet<string>>): Set<string> {
  const seen = new Set<string>();
  const waiting = [...links.get(name) ?? []];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (seen.has(next)) continue;
    seen.add(next);
    waiting.push(...links.get(next) ?? []);
  }
  return seen;
}

type Node = Record<string, unknown>;

export interface ConvertOptions {
  readonly dropLargeBounds?: boolean;
  /** How many characters of referenced schemas may be copied to merge them with rules beside the reference. */
  readonly mergeBudget: number;
  /** Whether rules that cannot be sent are described in words. */
  readonly words: boolean;
}

/** Levels of schemas; each takes two levels of JSON, of which Google reads about a hundred. */
const MAX_DEPTH = 40;

/** Keywords that may stand beside a reference without changing which values it admits. */
const ANNOTATIONS = new Set(["title", "description", "default", "example", "examples", "nullable"]);

/**
 * One conversion. Each schema that is referred to is converted once, as a definition; a merge of a reference with other
 * rules is one too, named after what was merged, so that recursion ends and nothing is unrolled.
 */
export class JsonConverter {
  readonly #root: SchemaNode;
  readonly #refs: RefResolver;
  readonly #targets = new Set<object>();
  readonly #definitions = new Definitions();
  readonly #warnings = new Set<string>();
  #mergeBudget: number;

  constructor(root: SchemaNode, readonly options: ConvertOptions) {
    this.#root = root;
    this.#refs = createRefResolver(root);
    this.#mergeBudget = options.mergeBudget;
    eachSchema(root, (node) => {
      const target = this.#refs.resolve(node["$ref"] ?? node["$dynamicRef"] ?? node["$recursiveRef"]);
      if (isObject(target)) this.#targets.add(target);
    });
  }

  get warnings(): readonly string[] {
    return [...this.#warnings];
  }

  convert(): JsonObject {
    if (typeof this.#root === "boolean") return {};
    const body = this.#rootBody(this.#root);
    const defs = this.#definitions.finish((node) => this.#body(node, 1) ?? {}, this.warn);
    if (defs === undefined) return body as JsonObject;
    const place = ["$defs", "definitions"].find((keyword) => keyword in (this.#root as Node));
    const first = place !== undefined && Object.keys(this.#root)[0] === place;
    return (first ? { $defs: defs, ...body } : { ...body, $defs: defs }) as JsonObject;
  }

  readonly warn = (sentence: string): void => void this.#warnings.add(sentence);

  /** Describes a rule in words, if that is enabled. */
  readonly describe = (out: Node, words: string, warning: string): void => {
    if (this.options.words) describeRule(out, words);
    this.warn(warning);
  };

  /** A root that is nothing but a reference is what it refers to, as a tool's parameters must be an object there. */
  #rootBody(root: Node): Node {
    const tidy = tidySchema(root);
    const target = this.#refs.resolve(tidy["$ref"]);
    const plain = Object.keys(tidy).every(isFrame);
    return (plain && isObject(target) && target !== root ? this.#body(target, 0) : this.#body(root, 0)) ?? {};
  }

  /** A schema anywhere below the root; undefined for `false`, which nothing satisfies. */
  readonly visit = (node: SchemaNode, depth: number): Node | undefined => {
    if (typeof node === "boolean") return node ? {} : undefined;
    if (this.#targets.has(node)) return this.#reference(node);
    if (depth > MAX_DEPTH) {
      this.warn(`A schema was cut below ${MAX_DEPTH} levels, as Google reads no deeper ones.`);
      return { description: "(nested value)" };
    }
    return this.#body(node, depth);
  };

  #body(node: Node, depth: number): Node | undefined {
    const tidy = tidySchema(node);
    if (tidy["$ref"] === undefined && tidy["allOf"] === undefined) return convertKeywords(tidy, depth, this);
    const atoms = this.#atoms(node, tidy, undefined, new Set());
    if (atoms === undefined) return undefined;
    const rules = atoms.filter(({ schema }) => Object.keys(schema).some((keyword) => !isAnnotation(keyword)));
    const [first] = rules;
    if (first?.target !== undefined && rules.every(({ target }) => target === first.target)) {
      const remarks = atoms.filter(({ target }) => target !== first.target);
      return this.#annotated(first.target, mergeAllOf({}, remarks.map(({ schema }) => schema), this.warn));
    }
    if (rules.some(({ target }) => target !== undefined)) {
      return this.#merged(rules, atoms.filter((atom) => !rules.includes(atom)).map(({ schema }) => schema));
    }
    return convertKeywords(mergeAllOf({}, atoms.map(({ schema }) => schema), this.warn), depth, this);
  }

  /**
   * What a schema is made of: itself without `allOf` and `$ref`, and everything these bring in; `target` is the schema whose
   * reference brought it. Undefined when nothing satisfies it.
   */
  #atoms(node: Node, tidy: Node, target: Node | undefined, seen: Set<object>): Atom[] | undefined {
    seen.add(node);
    const { $ref: ref, allOf, ...others } = tidy;
    const own = Object.fromEntries(Object.entries(others).filter(([keyword]) => !isFrame(keyword)));
    const list: Atom[] = Object.keys(own).length > 0 ? [{ node, schema: own, target }] : [];
    const parts: [SchemaNode, Node | undefined][] = Array.isArray(allOf)
      ? allOf.map((part) => [part as SchemaNode, isObject(part) && this.#targets.has(part) ? part : target])
      : [];
    if (ref !== undefined) {
      const found = this.#refs.resolve(ref);
      if (found === undefined) list.push(this.#unknown(ref));
      else parts.unshift([found, target ?? (isObject(found) ? found : undefined)]);
    }
    for (const [part, from] of parts) {
      if (part === false) return undefined;
      if (part === true || seen.has(part)) continue;
      const inner = this.#atoms(part, tidySchema(part), from, seen);
      if (inner === undefined) return undefined;
      list.push(...inner);
    }
    return list;
  }

  #unknown(ref: unknown): Atom {
    const name = refName(ref);
    this.warn(`The reference to ${name} was sent as any value, as it cannot be resolved.`);
    const schema = { description: `(${name})` };
    return { node: schema, schema, target: undefined };
  }

  #reference(node: Node): Node {
    return { $ref: `#/$defs/${this.#definitions.nameOf(node, this.#root)}` };
  }

  /** Beside `$ref` only keywords that begin with `$` are allowed (ai.google.dev, structured output). */
  #annotated(node: Node, remarks: Node): Node {
    const reference = this.#reference(node);
    const { nullable, ...others } = remarks;
    if (Object.keys(others).length === 0 && nullable !== true) return reference;
    return { ...others, anyOf: nullable === true ? [reference, { type: "null" }] : [reference] };
  }

  #merged(rules: readonly Atom[], remarks: readonly Node[]): Node {
    const key = rules.map(({ node }) => node);
    const target = rules.find((atom) => atom.target !== undefined)!.target!;
    const known = this.#definitions.nameOfMerge(key);
    const remark = mergeAllOf({}, remarks, this.warn);
    const wrapped = (name: string) => {
      const reference = { $ref: `#/$defs/${name}` };
      return Object.keys(remark).length === 0 ? reference : { ...remark, anyOf: [reference] };
    };
    if (known !== undefined) return wrapped(known);
    const cost = rules.reduce((sum, { schema }) => sum + JSON.stringify(schema).length, 0);
    if (cost > this.#mergeBudget) {
      this.warn("Rules beside a reference were left out, as merging them would make the schema too large.");
      return this.#annotated(target, remark);
    }
    this.#mergeBudget -= cost;
    const merged = mergeAllOf({}, rules.map(({ schema }) => schema), this.warn);
    return wrapped(this.#definitions.addMerge(key, merged, this.#definitions.wordFor(target, this.#root)));
  }
}

interface Atom {
  /** The original object: its identity. */
  readonly node: Node;
  readonly schema: Node;
  /** The target of the reference through which it was reached; undefined without one. */
  readonly target: Node | undefined;
}

function isAnnotation(keyword: string): boolean {
  return ANNOTATIONS.has(keyword);
}

/** True for keywords about the document, not the values. */
function isFrame(keyword: string): boolean {
  return keyword.startsWith("$") || keyword === "definitions";
}
