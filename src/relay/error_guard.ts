import { Buffer } from "node:buffer";
import type { Credential } from "../core/mod.ts";
import { UPSTREAM_BOUNDS, withoutSecrets } from "../upstreams/mod.ts";

/** An error object where an event, or an element of the array form, begins. */
const ERROR_REGEXP =
  /(?:^|\n)[ \t]{0,8}(?:data:[ \t]{0,8})?[[,]?[ \t\r\n]{0,40}\{[ \t\r\n]{0,40}"error"[ \t]{0,8}:/;
/** Bytes of the piece before that are searched again, as an error may begin in one piece and go on in the next. */
const CARRIED = 64;

/**
 * Holds back the error that ends a native stream, so that it leaves without the key that it may name. Everything before passes as it
 * came, untouched.
 */
export class ErrorGuard {
  readonly #credential: Credential;
  #before: Uint8Array<ArrayBufferLike> = new Uint8Array();
  #held: string | undefined;

  constructor(credential: Credential) {
    this.#credential = credential;
  }

  /** What of a piece may pass now. */
  pass(bytes: Uint8Array): Uint8Array | undefined {
    if (this.#held !== undefined) {
      if (this.#held.length < UPSTREAM_BOUNDS.refusalBytes) {
        this.#held += Buffer.from(bytes).toString("latin1");
      }
      return undefined;
    }
    const text = Buffer.concat([this.#before, bytes]).toString("latin1");
    const start = text.includes('"error"') ? text.search(ERROR_REGEXP) : -1;
    const known = this.#before.byteLength;
    this.#before = bytes.subarray(Math.max(0, bytes.byteLength - CARRIED));
    if (start < 0) return bytes;
    const from = Math.max(0, start - known);
    this.#held = text.slice(known + from);
    return from === 0 ? undefined : bytes.subarray(0, from);
  }

  /** What was held back, clean. Call once, at the end. */
  end(): Uint8Array | undefined {
    if (this.#held === undefined) return undefined;
    const said = Buffer.from(this.#held, "latin1").toString();
    const [lead = ""] = /^\s*(?:data:)?\s*/.exec(said) ?? [];
    const body = said.slice(lead.length).trimEnd();
    const tail = said.slice(lead.length + body.length);
    return Buffer.from(lead + withoutSecrets(body, this.#credential) + tail);
  }
}
