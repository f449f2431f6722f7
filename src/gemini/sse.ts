import { parseForeign } from "../core/mod.ts";

/** Takes a reply's bytes as they come and gives the payloads of its events. */
export interface SseParser {
  /** Payloads completed by these bytes; each is the text of one JSON value. */
  push(bytes: Uint8Array): string[];
  /** What was left without its blank line. Call once, at the end of the body. */
  end(): string[];
  /** Characters of an event that is not whole yet. */
  readonly held: number;
}

/**
 * Parses a Gemini event stream incrementally: CR, LF and CRLF, cut anywhere, comments, several data lines, a byte order
 * mark, a last event without its blank line, and JSON that stands there without `data:`. Arrays become one payload an
 * element. A partial line is kept in pieces and scanned once, so an event of many megabytes costs linear time.
 */
export function createSseParser(): SseParser {
  // The platform takes a mark out of the beginning of every piece; only the one that begins the stream is none of its text.
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  let begun = false;
  const events = createLineReader();
  let pieces: string[] = [];
  /** Characters in the pieces. */
  let partial = 0;
  let skipLineFeed = false;

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
      scan(decoder.decode(bytes, { stream: true }), out);
      return out;
    },
    end() {
      const out: string[] = [];
      scan(decoder.decode(), out);
      if (pieces.length > 0) takeLine("", out);
      events.end(out);
      return out;
    },
    get held() {
      return partial + events.held();
    },
  };
}

/** Characters that a held line stands for, however short it is: strings that are joined cost more than what is in them. */
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

  const flush = (out: string[]) => {
    if (data !== undefined && data !== "" && data !== "[DONE]") out.push(data);
    data = undefined;
    lines = 0;
  };
  const flushRaw = (out: string[]) => {
    if (raw === undefined) return;
    for (const payload of splitRaw(raw)) out.push(payload);
    raw = undefined;
    tries = 0;
    lines = 0;
  };
  const rawLine = (line: string, out: string[]) => {
    raw = raw === undefined ? line : raw + "\n" + line;
    lines++;
    // A pretty-printed value closes at the first column; a compact one on its first line.
    const first = line.charCodeAt(0);
    const mayClose = first === 125 || first === 93 || raw === line;
    // Parsing again and again takes the square of the text: after a few times only when it has grown to twice its length.
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
