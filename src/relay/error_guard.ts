import { nodeBuffer } from "lazy-node";
import type { Credential } from "../core/mod.ts";
import { UPSTREAM_BOUNDS, withoutSecrets } from "../upstreams/mod.ts";

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
