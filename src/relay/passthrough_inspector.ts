import { isObject, parseForeign, type Usage } from "../core/mod.ts";
import { usageOf } from "../gemini/mod.ts";

/** Enough for the last event of any recorded stream; a larger one only loses its usage. */
const TAIL_CHARS = 64 * 1024;
const FINISH = "finishReason";
const BLOCKED = "blockReason";

/** Reads a native reply while it is passed on. */
export interface ReplyInspector {
  finishReason(): string | undefined;
  usage(): Usage | undefined;
}

/** Inspects a whole, parsed reply. */
export class ParsedReply implements ReplyInspector {
  /** @param value The reply's JSON. */
  constructor(readonly value: unknown) {}

  finishReason(): string | undefined {
    if (!isObject(this.value)) return undefined;
    const { candidates, promptFeedback } = this.value;
    const last: unknown = Array.isArray(candidates) ? candidates.at(-1) : undefined;
    return wordIn(last, "finishReason") ?? wordIn(promptFeedback, "blockReason");
  }

  usage(): Usage | undefined {
    const metadata = isObject(this.value) ? this.value["usageMetadata"] : undefined;
    return isObject(metadata) ? usageOf(metadata) : undefined;
  }
}

function wordIn(value: unknown, name: string): string | undefined {
  const word = isObject(value) ? value[name] : undefined;
  return typeof word === "string" && /^\w+$/.test(word) ? word : undefined;
}

/**
 * Inspects a native reply at its end: no search and no parsing while it passes. Works on the text of `byteText`,
 * since every word that it looks for is ASCII.
 */
export class PassthroughInspector implements ReplyInspector {
  /** The kept end of the body. */
  readonly #tail: string[] = [];
  #size = 0;
  /** True when a finish was in the part that is no longer kept. */
  #finished = false;
  #text: string | undefined;

  see(piece: string): void {
    this.#text = undefined;
    this.#tail.push(piece);
    this.#size += piece.length;
    while (this.#tail.length > 1 && this.#size - this.#tail[0]!.length >= TAIL_CHARS) {
      const dropped = this.#tail.shift()!;
      this.#size -= dropped.length;
      // Including the beginning of the next piece, as a word may span both.
      this.#finished ||= saysFinish(dropped + this.#tail[0]!.slice(0, FINISH.length));
    }
  }

  /** The kept end of the body, as text. */
  text(): string {
    return this.#text ??= this.#tail.join("");
  }

  /** True when the reply contained a finish. */
  finished(): boolean {
    return this.#finished || saysFinish(this.text());
  }

  finishReason(): string | undefined {
    return lastReason(this.text());
  }

  /** True when the body ends with an error object of Google's own. */
  saidError(): boolean {
    return endsWithError(this.text());
  }

  usage(): Usage | undefined {
    return lastUsage(this.text());
  }
}

function saysFinish(text: string): boolean {
  return text.includes(FINISH) || text.includes(BLOCKED);
}

const REASON_REGEXP = /"(?:finishReason|blockReason)"\s*:\s*"(\w+)"/y;

/** The last finish reason, searched from the end. */
function lastReason(text: string): string | undefined {
  const finish = lastNamed(text, `"${FINISH}"`);
  const block = lastNamed(text, `"${BLOCKED}"`);
  return (finish?.at ?? -1) > (block?.at ?? -1) ? finish?.reason : block?.reason;
}

function lastNamed(text: string, name: string): { readonly at: number; readonly reason: string } | undefined {
  for (let at = text.lastIndexOf(name); at >= 0; at = at === 0 ? -1 : text.lastIndexOf(name, at - 1)) {
    REASON_REGEXP.lastIndex = at;
    const reason = REASON_REGEXP.exec(text)?.[1];
    if (reason !== undefined) return { at, reason };
  }
  return undefined;
}

/** True when the text ends with an error object, bare or as an event, as Google ends a broken stream. */
function endsWithError(text: string): boolean {
  const rest = text.trimEnd();
  const end = rest.endsWith("]") ? rest.length - 1 : rest.length;
  // An error may contain another one, rarely more.
  for (let name = text.length, tries = 0; tries < 4; tries++) {
    name = text.lastIndexOf('"error"', name - 1);
    const start = name < 0 ? -1 : text.lastIndexOf("{", name);
    if (start < 0) return false;
    const value = parsed(rest.slice(start, end));
    if (isObject(value) && isObject(value["error"])) return true;
    if (name === 0) return false;
  }
  return false;
}

function parsed(text: string): unknown {
  try {
    return parseForeign(text);
  } catch {
    return undefined;
  }
}

function lastUsage(text: string): Usage | undefined {
  const at = text.lastIndexOf('"usageMetadata"');
  const start = at < 0 ? -1 : text.indexOf("{", at);
  if (start < 0) return undefined;
  try {
    const value: unknown = parseForeign(text.slice(start, closing(text, start)));
    return isObject(value) ? usageOf(value) : undefined;
  } catch {
    return undefined;
  }
}

/** The end of the object that starts at `start`; usage objects have no strings with braces. */
function closing(text: string, start: number): number {
  let depth = 0;
  for (let index = start; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code === 0x7b) depth++;
    else if (code === 0x7d && --depth === 0) return index + 1;
  }
  return text.length;
}
