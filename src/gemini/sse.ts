import { GatheredBytes, JsonWatch, parseForeign } from "../core/mod.ts";

/** Takes a reply's bytes as they come and gives the payloads of its events. */
export interface SseParser extends Disposable {
  /**
   * Payloads completed by these bytes; each is the text of one JSON value. Throws a SyntaxError when a long one
   * is invalid from its beginning, so that it is not buffered. The message is half a sentence.
   */
  push(bytes: Uint8Array): string[];
  /** The payloads left without their blank line. Call once, at the end of the body. */
  end(): string[];
  /** Characters of an event that is not whole yet. */
  readonly held: number;
}

/**
 * Parses a Gemini event stream incrementally: CR, LF and CRLF, cut anywhere, comments, several data lines, a
 * byte order mark, a last event without its blank line, and JSON without `data:`. Arrays become one payload an
 * element. A partial line is kept in pieces and scanned once, so an event of many megabytes costs linear time; a
 * long one is kept outside of the heap, and text that is neither data nor JSON is not kept at all. Dispose it
 * when it is not read to its end.
 */
export function createSseParser(): SseParser {
  // The platform would remove a byte order mark at the start of every piece; only the one at the start of the
  // stream is not text.
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  let begun = false;
  const events = createLineReader();
  let pieces: string[] = [];
  /** Characters in the pieces. */
  let partial = 0;
  let skipLineFeed = false;
  let long: LongLine | undefined;

  const endLong = (line: LongLine, out: string[]) => {
    using _ = line;
    long = undefined;
    events.line(line.text(), out);
  };

  const takeLine = (tail: string, out: string[]) => {
    if (pieces.length === 0) return events.line(tail, out);
    pieces.push(tail);
    const whole = pieces.join("");
    pieces = [];
    partial = 0;
    events.line(whole, out);
  };

  const scan = (text: string, out: string[]) => {
    let start = 0;
    if (!begun && text.length > 0) {
      begun = true;
      if (text.charCodeAt(0) === 0xfeff) start = 1;
    }
    if (skipLineFeed && text.length > 0) {
      if (text.charCodeAt(0) === 10) start = 1;
      skipLineFeed = false;
    }
    let feed = text.indexOf("\n", start);
    let carriage = text.indexOf("\r", start);
    while (feed >= 0 || carriage >= 0) {
      const cut = feed < 0 || (carriage >= 0 && carriage < feed) ? carriage : feed;
      takeLine(text.slice(start, cut), out);
      start = cut + 1;
      if (cut === carriage) {
        if (start === text.length) skipLineFeed = true;
        else if (feed === start) start += 1;
        carriage = text.indexOf("\r", start);
      }
      if (feed >= 0 && feed < start) feed = text.indexOf("\n", start);
    }
    if (start < text.length) {
      pieces.push(text.slice(start));
      partial += text.length - start;
    }
  };

  return {
    push(bytes) {
      const out: string[] = [];
      const end = long?.take(bytes);
      if (end === -1) return out;
      if (long !== undefined) endLong(long, out);
      if (end !== undefined) skipLineFeed = bytes[end] === 13;
      const rest = end === undefined ? bytes : bytes.subarray(end + 1);
      scan(decoder.decode(rest, { stream: true }), out);
      if (partial > LONG_CHARS) {
        decoder.decode();
        long = new LongLine(pieces.join(""), unfinished(rest), events);
        pieces = [];
        partial = 0;
      }
      return out;
    },
    end() {
      const out: string[] = [];
      if (long !== undefined) endLong(long, out);
      scan(decoder.decode(), out);
      if (pieces.length > 0) takeLine("", out);
      events.end(out);
      return out;
    },
    get held() {
      return partial + (long?.size ?? 0) + events.held();
    },
    [Symbol.dispose]() {
      long?.[Symbol.dispose]();
    },
  };
}

/** An incomplete line beyond so many characters is checked while it arrives. Most events are far shorter. */
const LONG_CHARS = 65_536;

/** Most bytes of one line that is not part of an event; a longer one is not an event stream. */
const MOST_NOISE = 1_048_576;

const encoder = new TextEncoder();

/** The first byte that ends a line; -1 when there is none. */
function lineEnd(bytes: Uint8Array): number {
  const feed = bytes.indexOf(10);
  const carriage = (feed < 0 ? bytes : bytes.subarray(0, feed)).indexOf(13);
  return carriage < 0 ? feed : carriage;
}

/** The bytes at the end that begin a character and do not end it. */
function unfinished(bytes: Uint8Array): Uint8Array {
  for (let length = 1; length <= 3 && length <= bytes.byteLength; length++) {
    const byte = bytes[bytes.byteLength - length]!;
    if (byte < 0x80) break;
    if (byte < 0xc0) continue;
    const whole = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
    return bytes.subarray(whole > length ? bytes.byteLength - length : bytes.byteLength);
  }
  return bytes.subarray(bytes.byteLength);
}

/** A very long line: kept as bytes, followed as JSON, or not kept when it is not part of an event. */
class LongLine implements Disposable {
  readonly #bytes = new GatheredBytes();
  readonly #keeps: boolean;
  #noise = 0;
  readonly #watch = new JsonWatch();

  constructor(text: string, more: Uint8Array, { joins }: ReturnType<typeof createLineReader>) {
    const joined = joins(text);
    this.#keeps = joined !== undefined;
    if (joined === undefined) return;
    this.#watch.see(encoder.encode(joined.before));
    const bytes = encoder.encode(text);
    this.#watch.see(bytes.subarray(joined.place));
    this.#bytes.add(bytes);
    this.#add(more);
  }

  get size(): number {
    return this.#bytes.size;
  }

  /** Takes the bytes of the line; returns its end, -1 when it continues. */
  take(bytes: Uint8Array): number {
    const end = lineEnd(bytes);
    this.#add(end < 0 ? bytes : bytes.subarray(0, end));
    return end;
  }

  #add(bytes: Uint8Array): void {
    if (!this.#keeps) {
      this.#noise += bytes.byteLength;
      if (this.#noise > MOST_NOISE) throw new SyntaxError("is noise");
      return;
    }
    this.#watch.see(bytes);
    this.#bytes.add(bytes);
  }

  text(): string {
    return this.#keeps ? new TextDecoder("utf-8", { ignoreBOM: true }).decode(this.#bytes.joined()) : ":";
  }

  [Symbol.dispose](): void {
    this.#bytes[Symbol.dispose]();
  }
}

/** Characters counted for a held line, however short: joined strings cost more than their content. */
const LINE_COST = 96;

/** Lines that may end raw JSON, each of which is tried. */
const FREE_TRIES = 16;

/** Turns lines into payloads: fields of events, or raw JSON. */
function createLineReader() {
  let data: string | undefined;
  let raw: string | undefined;
  let tries = 0;
  let tried = 0;
  /** Lines that wait for the end of their event. */
  let lines = 0;
  let watch: JsonWatch | undefined;

  /** Follows an event of many lines; `text` is all of it so far. */
  const follow = (text: string, line: string) => {
    if (text.length <= LONG_CHARS || lines === 0) return;
    const unseen = watch === undefined ? text : "\n" + line;
    watch ??= new JsonWatch();
    watch.see(encoder.encode(unseen));
  };
  const flush = (out: string[]) => {
    if (data !== undefined && data !== "" && data !== "[DONE]") out.push(data);
    data = undefined;
    watch = undefined;
    lines = 0;
  };
  const flushRaw = (out: string[]) => {
    if (raw === undefined) return;
    for (const payload of splitRaw(raw)) out.push(payload);
    raw = undefined;
    watch = undefined;
    tries = 0;
    lines = 0;
  };
  const rawLine = (line: string, out: string[]) => {
    raw = raw === undefined ? line : raw + "\n" + line;
    follow(raw, line);
    lines++;
    // A pretty-printed value closes at the first column; a compact one on its first line.
    const first = line.charCodeAt(0);
    const mayClose = first === 125 || first === 93 || raw === line;
    // Repeated parsing is quadratic: after a few tries only when the text has doubled.
    if (!mayClose || (tries >= FREE_TRIES && raw.length < 2 * tried)) return;
    tries++;
    tried = raw.length;
    if (isJson(raw)) flushRaw(out);
  };

  return {
    line(line: string, out: string[]) {
      if (line.startsWith("data:")) {
        flushRaw(out);
        const value = line.charCodeAt(5) === 32 ? line.slice(6) : line.slice(5);
        data = data === undefined ? value : data + "\n" + value;
        follow(data, value);
        lines++;
      } else if (raw !== undefined) rawLine(line, out);
      else if (line === "") flush(out);
      else if (line.charCodeAt(0) === 123 || line.charCodeAt(0) === 91) {
        flush(out);
        rawLine(line, out);
      }
    },
    end(out: string[]) {
      flush(out);
      flushRaw(out);
    },
    /**
     * Where the JSON of a line that begins so begins in it, and the content of the event that it continues;
     * undefined for a line that is not part of an event. As in `line`, a field ends JSON without `data:`, and
     * such JSON ends an event of fields.
     */
    joins(begin: string): { readonly place: number; readonly before: string } | undefined {
      if (begin.startsWith("data:")) return { place: "data:".length, before: data ?? "" };
      if (raw !== undefined) return { place: 0, before: raw };
      return begin.startsWith("{") || begin.startsWith("[") ? { place: 0, before: "" } : undefined;
    },
    held: () => (data?.length ?? 0) + (raw?.length ?? 0) + lines * LINE_COST,
  };
}

function isJson(text: string): boolean {
  try {
    parseForeign(text);
    return true;
  } catch {
    return false;
  }
}

function splitRaw(text: string): string[] {
  try {
    const value: unknown = parseForeign(text);
    return Array.isArray(value) ? value.map((element) => JSON.stringify(element)) : [text];
  } catch {
    return text.trim() === "" ? [] : [text];
  }
}
