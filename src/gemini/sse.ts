/** Takes a reply's bytes as they come and gives the payloads of its events. */
export interface SseParser {
  /** Payloads completed by these bytes; each is the text of one JSON value. */
  push(bytes: Uint8Array): string[];
  /** What was left without its blank line. Call once, at the end of the body. */
  end(): string[];
  /** True once JSON without `data:` was met: an error object after events, or a stream in JSON array form. */
  readonly sawRawJson: boolean;
}

/**
 * Parses a Gemini event stream incrementally: CR, LF and CRLF, cut anywhere, comments, several data lines, a byte order
 * mark, a last event without its blank line, and JSON that stands there without `data:`. Arrays become one payload an
 * element. A partial line is kept in pieces and scanned once, so an event of many megabytes costs linear time.
 */
export function createSseParser(): SseParser {
  const decoder = new TextDecoder();
  const events = createLineReader();
  let pieces: string[] = [];
  let skipLineFeed = false;

  const takeLine = (tail: string, out: string[]) => {
    if (pieces.length === 0) return events.line(tail, out);
    pieces.push(tail);
    const whole = pieces.join("");
    pieces = [];
    events.line(whole, out);
  };

  const scan = (text: string, out: string[]) => {
    let start = 0;
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
    if (start < text.length) pieces.push(text.slice(start));
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
    get sawRawJson() {
      return events.sawRaw();
    },
  };
}

/** Turns lines into payloads: fields of events, or raw JSON. */
function createLineReader() {
  let data: string | undefined;
  let raw: string | undefined;
  let sawRaw = false;

  const flush = (out: string[]) => {
    if (data !== undefined && data !== "" && data !== "[DONE]") out.push(data);
    data = undefined;
  };
  const flushRaw = (out: string[]) => {
    if (raw === undefined) return;
    out.push(...splitRaw(raw));
    raw = undefined;
  };
  const rawLine = (line: string, out: string[]) => {
    raw = raw === undefined ? line : raw + "\n" + line;
    sawRaw = true;
    // A pretty-printed value closes at the first column; a compact one on its first line.
    const first = line.charCodeAt(0);
    const mayClose = first === 125 || first === 93 || raw === line;
    if (mayClose && isJson(raw)) flushRaw(out);
  };

  return {
    line(line: string, out: string[]) {
      if (line.startsWith("data:")) {
        flushRaw(out);
        const value = line.charCodeAt(5) === 32 ? line.slice(6) : line.slice(5);
        data = data === undefined ? value : data + "\n" + value;
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
    sawRaw: () => sawRaw,
  };
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function splitRaw(text: string): string[] {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value.map((element) => JSON.stringify(element)) : [text];
  } catch {
    return text.trim() === "" ? [] : [text];
  }
}
