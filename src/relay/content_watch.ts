import { nodeBuffer } from "lazy-node";
import { JsonWatch } from "../core/mod.ts";
import { namedFault, ReplyBeyondBounds, UPSTREAM_BOUNDS } from "../upstreams/mod.ts";

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
