import { isObject } from "../core/mod.ts";

type Fields = Record<string, unknown>;

/**
 * Joins the chunks of a streamed turn to the reply that Google gives without streaming: parts in order,
 * consecutive texts of one kind joined, all other fields from the last chunk that has them.
 */
export function joinChunks(chunks: readonly unknown[]): unknown {
  const objects = chunks.filter(isObject);
  const broken = objects.find((chunk) => isObject(chunk["error"]));
  if (broken !== undefined || objects.length < 2) return broken ?? objects[0] ?? {};
  const candidates = new Map<number, Fields>();
  let joined: Fields = {};
  for (const { candidates: some, ...rest } of objects) {
    joined = { ...joined, ...rest };
    for (const one of Array.isArray(some) ? some.filter(isObject) : []) {
      const index = typeof one["index"] === "number" ? one["index"] : 0;
      candidates.set(index, joinCandidate(candidates.get(index), one));
    }
  }
  return candidates.size === 0 ? joined : { candidates: [...candidates.values()], ...joined };
}

function joinCandidate(before: Fields | undefined, next: Fields): Fields {
  if (before === undefined) return next;
  const [first, second] = [contentOf(before), contentOf(next)];
  if (first === undefined || second === undefined) return { ...before, ...next, ...content(first ?? second) };
  const parts = [...first.parts];
  for (const part of second.parts) {
    const last = parts.at(-1);
    if (last !== undefined && joins(last, part)) {
      parts[parts.length - 1] = { ...last, ...part, text: `${last["text"]}${part["text"]}` };
    } else parts.push(part);
  }
  return { ...before, ...next, ...content({ ...first, ...second, parts }) };
}

interface Content extends Fields {
  readonly parts: readonly Fields[];
}

const content = (value: Content | undefined) => value === undefined ? {} : { content: value };

function contentOf({ content: value }: Fields): Content | undefined {
  if (!isObject(value)) return undefined;
  return { ...value, parts: Array.isArray(value["parts"]) ? value["parts"].filter(isObject) : [] };
}

/** True when two parts join; a signature ends the text before it. */
function joins(last: Fields, part: Fields): boolean {
  const plain = (one: Fields) =>
    typeof one["text"] === "string" && Object.keys(one).every((name) => PLAIN.has(name));
  return plain(last) && plain(part) && last["thought"] === part["thought"] &&
    last["thoughtSignature"] === undefined;
}

const PLAIN: ReadonlySet<string> = new Set(["text", "thought", "thoughtSignature"]);
