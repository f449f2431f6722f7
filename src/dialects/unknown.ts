import { isObject } from "../core/mod.ts";

/**
 * The one policy for unknown input, so that nothing new breaks a conversation: unknown fields are ignored with a
 * warning, unknown kinds of blocks and items are sent as text if they contain text and left out with a warning
 * if not, and unknown roles are treated as the user's. Only a body that is not a request at all is refused
 * (docs/dialects.md, "What is not known").
 */
export interface FieldNames {
  /** Fields of the body that are read, or that change nothing of the answer. */
  readonly body: ReadonlySet<string>;
  /** Fields of the body that would change the answer and have no counterpart, each with its warning. */
  readonly unserved: Readonly<Record<string, string>>;
  /** Fields of messages, items and blocks. */
  readonly nested: ReadonlySet<string>;
}

/** Most unknown names that are listed; the rest are counted. */
const MAX_NAMES = 12;
const MAX_NAME = 60;

export function names(...lists: readonly string[]): ReadonlySet<string> {
  return new Set(lists.flatMap((list) => list.split(" ")));
}

/** Warns of unserved fields of a body, and of unknown fields in it and in `entries`. */
export function unknownFields(
  body: Record<string, unknown>,
  entries: unknown,
  known: FieldNames,
): readonly string[] {
  const warnings: string[] = [];
  const unknown = new Set<string>();
  for (const name in body) {
    const value = body[name];
    if (value === null || value === undefined || isEmpty(value)) continue;
    if (Object.hasOwn(known.unserved, name)) warnings.push(`${name} was left out: ${known.unserved[name]}.`);
    else if (!known.body.has(name)) unknown.add(name);
  }
  gatherNested(entries, known.nested, unknown, 2);
  if (unknown.size === 0) return warnings;
  const told = [...unknown].slice(0, MAX_NAMES).map((name) => name.slice(0, MAX_NAME));
  const more = unknown.size > told.length ? ` and ${unknown.size - told.length} more` : "";
  const noun = unknown.size === 1 ? "The field" : "The fields";
  return [
    ...warnings,
    `${noun} ${told.join(", ")}${more} ${unknown.size === 1 ? "is" : "are"} not known and had no effect.`,
  ];
}

function isEmpty(value: unknown): boolean {
  return value === false || value === "" || (Array.isArray(value) && value.length === 0);
}

function gatherNested(
  entries: unknown,
  known: ReadonlySet<string>,
  unknown: Set<string>,
  levels: number,
): void {
  if (!Array.isArray(entries)) return;
  for (const entry of entries) {
    if (!isObject(entry)) continue;
    for (const name in entry) {
      if (!known.has(name) && entry[name] !== null && entry[name] !== undefined) unknown.add(name);
    }
    if (levels > 1) gatherNested(entry["content"], known, unknown, levels - 1);
  }
}

/** Where warnings go. */
interface Warnings {
  add(sentence: string): unknown;
}

/** The text of an unknown block or item, empty if it has none; warns in both cases. */
export function unknownText(entry: unknown, what: "Content" | "Items", warnings: Warnings): string {
  const type = isObject(entry) ? entry["type"] : undefined;
  const kind = typeof type === "string" ? `of type ${type.slice(0, MAX_NAME)}` : "without a type";
  const text = isObject(entry) ? carriedText(entry) : typeof entry === "string" ? entry : "";
  if (text === "") {
    warnings.add(`${what} ${kind} were left out: Gemini has no counterpart.`.replace("Content", "Blocks"));
  } else warnings.add(`${what} ${kind} were read as text.`.replace("Content", "Blocks"));
  return text;
}

const TEXT_FIELDS = ["text", "content", "output", "summary", "thinking", "message", "parts"];

/** All text that a value of unknown shape has in the fields where APIs put text. */
function carriedText(value: unknown, levels = 4): string {
  if (typeof value === "string") return isBinary(value) ? "" : value;
  if (levels === 0) return "";
  if (Array.isArray(value)) {
    return value.map((entry) => carriedText(entry, levels - 1)).filter((text) => text !== "").join("\n");
  }
  if (!isObject(value)) return "";
  return TEXT_FIELDS.map((field) => carriedText(value[field], levels - 1)).filter((text) => text !== "").join(
    "\n",
  );
}

/** True for long text without spaces, such as encoded bytes and ciphertext, which are not sent as text. */
function isBinary(text: string): boolean {
  return /^gAAAA/.test(text) || /^data:[^,]{0,100};base64,/i.test(text) ||
    (text.length > 400 && !/\s/.test(text.slice(0, 400)));
}

/** True for an entry of a conversation that is not a message: it has no role, and an unknown type or no content. */
export function isStray(entry: unknown): boolean {
  if (!isObject(entry) || entry["role"] !== undefined) return false;
  return entry["content"] === undefined || (entry["type"] !== undefined && entry["type"] !== "message");
}

/** Warns of an unknown role. */
export function warnRole(role: unknown, warnings: Warnings): void {
  const name = typeof role === "string" ? `"${role.slice(0, MAX_NAME)}"` : "that is no text";
  warnings.add(`A message of role ${name} was read as the user's.`);
}
