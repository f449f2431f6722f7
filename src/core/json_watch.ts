import { JSON_BOUNDS, JsonBeyondBounds } from "./foreign_json.ts";

const TAB = 9;
const FEED = 10;
const RETURN = 13;
const BLANK = 32;
const QUOTE = 34;
const COMMA = 44;
const COLON = 58;
const OPEN_LIST = 91;
const BACKSLASH = 92;
const CLOSE_LIST = 93;
const OPEN_OBJECT = 123;
const CLOSE_OBJECT = 125;

/** The token that may come next. `first` follows an opening bracket, which may be closed at once. */
type Expects =
  | "value"
  | "first value"
  | "key"
  | "first key"
  | "colon"
  | "end"
  | "string"
  | "escaped"
  | "word";

/** Numbers and the three words; longer ones are invalid. */
const LONGEST_WORD = 1_000;

/**
 * Checks JSON while it arrives, in pieces of any size, so that a long text that is invalid, too deep or has too
 * many values is refused early and not buffered. Skips the content of strings, which are nearly all of a large
 * reply; leaves the syntax of numbers, words and escapes to the parser.
 */
export class JsonWatch {
  #expects: Expects = "value";
  /** True while the current string is the name of a field. */
  #name = false;
  /** For each open bracket, whether it is an object's. */
  readonly #open: boolean[] = [];
  #values = 0;
  #word = 0;
  readonly #depth: number;

  constructor(depth: number = JSON_BOUNDS.depth) {
    this.#depth = depth;
  }

  /**
   * Checks the next bytes. Throws a SyntaxError when they cannot continue valid JSON, JsonBeyondBounds when it
   * is too deep or has too many values.
   */
  see(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.byteLength; at++) {
      if (this.#expects === "string") {
        at = this.#skipString(bytes, at);
        continue;
      }
      if (this.#expects === "escaped") {
        this.#expects = "string";
        continue;
      }
      this.#take(bytes[at]!);
    }
  }

  /** Skips to the end of the string or of the bytes; returns the last index read. */
  #skipString(bytes: Uint8Array, from: number): number {
    const quote = bytes.indexOf(QUOTE, from);
    const end = quote < 0 ? bytes.byteLength : quote;
    let slashes = 0;
    while (end - 1 - slashes >= from && bytes[end - 1 - slashes] === BACKSLASH) slashes++;
    if (slashes % 2 === 1) {
      if (quote < 0) this.#expects = "escaped";
      return end;
    }
    if (quote >= 0) this.#expects = this.#name ? "colon" : "end";
    return end;
  }

  #take(byte: number): void {
    if (this.#expects === "word") {
      if (isWordByte(byte)) {
        if (++this.#word > LONGEST_WORD) throw noJson();
        return;
      }
      this.#expects = "end";
    }
    if (byte === BLANK || byte === FEED || byte === RETURN || byte === TAB) return;
    switch (this.#expects) {
      case "first value":
        if (byte === CLOSE_LIST) return this.#close(false);
        return this.#value(byte);
      case "value":
        return this.#value(byte);
      case "first key":
        if (byte === CLOSE_OBJECT) return this.#close(true);
        return this.#key(byte);
      case "key":
        return this.#key(byte);
      case "colon":
        if (byte !== COLON) throw noJson();
        this.#expects = "value";
        return;
      default:
        return this.#next(byte);
    }
  }

  #value(byte: number): void {
    if (++this.#values > JSON_BOUNDS.values) {
      throw new JsonBeyondBounds(`holds more than ${JSON_BOUNDS.values} values`);
    }
    if (byte === OPEN_OBJECT || byte === OPEN_LIST) {
      this.#open.push(byte === OPEN_OBJECT);
      if (this.#open.length > this.#depth) {
        throw new JsonBeyondBounds(`goes deeper than ${this.#depth} levels`);
      }
      this.#expects = byte === OPEN_OBJECT ? "first key" : "first value";
    } else if (byte === QUOTE) {
      this.#name = false;
      this.#expects = "string";
    } else if (isWordByte(byte)) {
      this.#word = 1;
      this.#expects = "word";
    } else throw noJson();
  }

  #key(byte: number): void {
    if (byte !== QUOTE) throw noJson();
    this.#name = true;
    this.#expects = "string";
  }

  /** After a value. */
  #next(byte: number): void {
    if (byte === CLOSE_LIST || byte === CLOSE_OBJECT) return this.#close(byte === CLOSE_OBJECT);
    const object = this.#open.at(-1);
    if (byte !== COMMA || object === undefined) throw noJson();
    this.#expects = object ? "key" : "value";
  }

  #close(object: boolean): void {
    if (this.#open.pop() !== object) throw noJson();
    this.#expects = "end";
  }
}

/** Bytes of numbers, `true`, `false` and `null`. */
function isWordByte(byte: number): boolean {
  switch (byte) {
    // + - . E
    case 43:
    case 45:
    case 46:
    case 69:
    // The letters of the three words.
    case 97:
    case 101:
    case 102:
    case 108:
    case 110:
    case 114:
    case 115:
    case 116:
    case 117:
      return true;
    default:
      return byte >= 48 && byte <= 57;
  }
}

function noJson(): SyntaxError {
  return new SyntaxError("is no JSON");
}
