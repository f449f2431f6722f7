import { nodeBuffer } from "lazy-node";
import { type Credential, isObject, JsonWatch, parseForeign, type Usage } from "../core/mod.ts";
import { usageOf } from "../gemini/mod.ts";
import { namedFault, ReplyBeyondBounds, UPSTREAM_BOUNDS, withoutSecrets } from "../upstreams/mod.ts";

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
      this.#finished ||= hasFinish(dropped + this.#tail[0]!.slice(0, FINISH.length));
    }
  }

  /** The kept end of the body, as text. */
  text(): string {
    return this.#text ??= this.#tail.join("");
  }

  /** True when the reply contained a finish. */
  finished(): boolean {
    return this.#finished || hasFinish(this.text());
  }

  finishReason(): string | undefined {
    return lastReason(this.text());
  }

  /** True when the body ends with an error object of Google's own. */
  endedWithError(): boolean {
    return endsWithError(this.text());
  }

  usage(): Usage | undefined {
    return lastUsage(this.text());
  }
}

function hasFinish(text: string): boolean {
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

/** Characters of a line that are kept until it ends; a longer one is content. */
const LONGEST_KEPT = 4_096;

/** Something in a chunk that a client would see or that ends its turn: text, a call, media, code, a finish, an error. */
const CONTENT_REGEXP =
  /"(?:text|data|code|output|args|partialArgs|finishReason|blockReason)"\s*:\s*(?:"[^"]|[[{][^\]}])|"(?:functionCall|error|values|embeddings?|totalTokens|name)"/;

/**
 * Detects content in passing bytes, so that silence can be measured by content: comments and empty events could
 * continue forever. Works on lines, in pieces of any size.
 */
export class ContentWatch {
  #line = "";
  /** True when the line is longer than its kept part. */
  #long = false;
  /** Bytes of the line so far. */
  #length = 0;
  /** Follows the JSON of a long line. */
  #watch: JsonWatch | undefined;

  /**
   * True when a piece, as `byteText` gives it, ends or continues a line with content. Throws when a line is
   * longer than any event may be, or a long one is not JSON.
   */
  see(text: string): boolean {
    let found = false;
    let start = 0;
    for (let end = text.indexOf("\n"); end >= 0; end = text.indexOf("\n", start)) {
      found = this.#take(text.slice(start, end)) || found;
      this.#line = "";
      this.#long = false;
      this.#length = 0;
      this.#watch = undefined;
      start = end + 1;
    }
    this.#length += text.length - start;
    if (this.#length > UPSTREAM_BOUNDS.eventBytes) {
      throw new ReplyBeyondBounds(`has a line of more than ${UPSTREAM_BOUNDS.eventBytes} bytes`);
    }
    return this.#take(text.slice(start)) || found;
  }

  #take(piece: string): boolean {
    if (piece === "") return false;
    if (this.#long) {
      this.#follow(piece);
      return !isNoise(this.#line) && piece.trim() !== "";
    }
    this.#line += piece;
    if (this.#line.length > LONGEST_KEPT) {
      if (this.#line.startsWith(DATA)) {
        this.#watch = new JsonWatch();
        this.#follow(this.#line.slice(DATA.length));
      }
      this.#line = this.#line.slice(0, LONGEST_KEPT);
      this.#long = true;
    }
    return !isNoise(this.#line) && (CONTENT_REGEXP.test(this.#line) || (this.#long && piece.trim() !== ""));
  }

  #follow(piece: string): void {
    const watch = this.#watch;
    if (watch !== undefined) {
      namedFault(() => watch.see(nodeBuffer().from(piece, "latin1")), "has a line that ");
    }
  }
}

const DATA = "data:";

/** True for comments and the fields of an event other than data. */
function isNoise(line: string): boolean {
  return line.startsWith(":") || line.startsWith("event:") || line.startsWith("id:") ||
    line.startsWith("retry:");
}

/** An error object at the beginning of an event or of an array element. */
const ERROR_REGEXP =
  /(?:^|\n)[ \t]{0,8}(?:data:[ \t]{0,8})?[[,]?[ \t\r\n]{0,40}\{[ \t\r\n]{0,40}"error"[ \t]{0,8}:/;
/** Characters of earlier pieces that are searched again, as an error may span two pieces. */
const CARRIED = 64;
const NAME = '"error"';

/**
 * Holds back the error that ends a native stream, so that a key in it can be removed. Everything before passes
 * unchanged.
 */
export class ErrorGuard {
  readonly #credential: Credential;
  #before = "";
  #held: string | undefined;

  constructor(credential: Credential) {
    this.#credential = credential;
  }

  /** The part of a piece that may pass now; `text` is the same piece as `byteText` gives it. */
  pass(bytes: Uint8Array, text: string): Uint8Array | undefined {
    if (this.#held !== undefined) {
      if (this.#held.length < UPSTREAM_BOUNDS.refusalBytes) this.#held += text;
      return undefined;
    }
    const before = this.#before;
    this.#before = text.length >= CARRIED ? text.slice(-CARRIED) : (before + text).slice(-CARRIED);
    if (!text.includes(NAME) && !edgeOf(before, text).includes(NAME)) return bytes;
    const start = (before + text).search(ERROR_REGEXP);
    if (start < 0) return bytes;
    const from = Math.max(0, start - before.length);
    this.#held = text.slice(from);
    return from === 0 ? undefined : bytes.subarray(0, from);
  }

  /** The held part without secrets. Call once, at the end. */
  end(): Uint8Array | undefined {
    if (this.#held === undefined) return undefined;
    const Buffer = nodeBuffer();
    const said = Buffer.from(this.#held, "latin1").toString();
    const [lead = ""] = /^\s*(?:data:)?\s*/.exec(said) ?? [];
    const body = said.slice(lead.length).trimEnd();
    const tail = said.slice(lead.length + body.length);
    return Buffer.from(lead + withoutSecrets(body, this.#credential) + tail);
  }
}

/** The text around the border of two pieces, long enough for a name across it. */
function edgeOf(before: string, text: string): string {
  return before.slice(1 - NAME.length) + text.slice(0, NAME.length - 1);
}
