import { isObject } from "../../core/mod.ts";
import { describeRule } from "./keywords.ts";
import { eachSchema, type SchemaNode } from "./walk.ts";

type Node = Record<string, unknown>;

/** More definitions than this are not searched for cycles; no schema of an agent has as many. */
const MAX_SEARCHED = 500;

/** The `$defs` of a converted schema: what was referred to, each under one name, converted once. */
export class Definitions {
  readonly #names = new Map<object, string>();
  readonly #taken = new Set<string>();
  readonly #waiting: { readonly name: string; readonly node: Node }[] = [];
  readonly #merges: { readonly key: readonly object[]; readonly name: string }[] = [];
  #words: Map<object, string> | undefined;

  /** The name under which a schema stands; asking for it makes it a definition. */
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

  /** Converts all that was asked for, and what that asks for in turn; undefined when there is nothing. */
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

/** Each schema by the key under which it stands. */
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
