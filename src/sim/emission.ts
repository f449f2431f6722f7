import type { Clock, Json, JsonObject } from "../core/mod.ts";

/** One network write: `waitMs` passes before it. */
export interface Piece {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly waitMs: number;
}

/** A body as it will be sent, and how it ends: whole, by a torn connection, or never. */
export interface Emission {
  readonly pieces: readonly Piece[];
  readonly end: "close" | "reset" | "hang";
}

const encoder = new TextEncoder();

export function piecesOf(texts: readonly string[]): readonly Piece[] {
  return texts.map((text) => ({ bytes: encoder.encode(text), waitMs: 0 }));
}

/** How a body ended, for the request log. */
export type Ending = "complete" | "cancelled" | "reset";

/** Waits on the given clock; ends at once with the signal's reason when it is aborted. */
export function waitFor(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((done, fail) => {
    if (signal.aborted) return fail(signal.reason);
    const stop = clock.after(ms, () => {
      signal.removeEventListener("abort", abort);
      done();
    });
    function abort(): void {
      stop();
      fail(signal.reason);
    }
    signal.addEventListener("abort", abort, { once: true });
  });
}

/** A connection that was torn by the peer; the platform's fetch throws a TypeError too. */
export class ConnectionReset extends TypeError {
  constructor() {
    super("error reading a body from connection: connection reset by peer");
    this.name = "TypeError";
  }
}

/**
 * Sends the pieces one by one; a cancelled reader and an aborted request both end the work at once. An abort breaks the body
 * as fetch does ("error"), or ends it quietly because nobody is there to read it ("close").
 */
export function emit(
  emission: Emission,
  clock: Clock,
  signal: AbortSignal,
  ended: (ending: Ending) => void,
  abortEnds: "error" | "close" = "error",
): ReadableStream<Uint8Array<ArrayBuffer>> {
  const stopped = new AbortController();
  const stop = (): void => stopped.abort(signal.reason);
  let position = 0;
  let closed = false;
  const close = (ending: Ending): void => {
    if (closed) return;
    closed = true;
    signal.removeEventListener("abort", stop);
    ended(ending);
  };
  async function next(controller: ReadableStreamDefaultController<Uint8Array<ArrayBuffer>>): Promise<void> {
    const piece = emission.pieces[position++];
    if (piece) {
      if (piece.waitMs > 0) await waitFor(clock, piece.waitMs, stopped.signal);
      controller.enqueue(piece.bytes);
      return;
    }
    if (emission.end === "hang") await new Promise((_, fail) => hangUntil(stopped.signal, fail));
    if (emission.end === "reset") {
      close("reset");
      controller.error(new ConnectionReset());
      return;
    }
    close("complete");
    controller.close();
  }
  return new ReadableStream({
    start(controller) {
      signal.addEventListener("abort", stop, { once: true });
      stopped.signal.addEventListener("abort", () => {
        if (closed) return;
        close("cancelled");
        if (abortEnds === "close") controller.close();
        else controller.error(signal.reason);
      }, { once: true });
      if (signal.aborted) stop();
    },
    pull: (controller) =>
      next(controller).catch((error) => {
        if (!stopped.signal.aborted) throw error;
      }),
    cancel() {
      close("cancelled");
      stopped.abort();
    },
  }, { highWaterMark: 0 });
}

function hangUntil(signal: AbortSignal, fail: (reason: unknown) => void): void {
  if (signal.aborted) fail(signal.reason);
  else signal.addEventListener("abort", () => fail(signal.reason), { once: true });
}

/** How events are told apart on the wire. Google sends `crlf`. */
export type Newline = "crlf" | "lf" | "cr";

/** Server-sent events (`alt=sse`) or one JSON array. */
export type StreamForm = "sse" | "array";

const NEWLINES: Readonly<Record<Newline, string>> = { crlf: "\r\n", lf: "\n", cr: "\r" };

/** JSON as Google prints it outside of event streams: two spaces, a newline at the end. */
export function pretty(value: Json): string {
  return JSON.stringify(value, null, 2) + "\n";
}

/**
 * The texts of a whole stream, one per event; an array's brackets and commas are part of the first, the next and
 * the last.
 */
export function frameEvents(
  events: readonly JsonObject[],
  form: StreamForm,
  newline: Newline = "crlf",
): readonly string[] {
  if (form === "sse") {
    const end = NEWLINES[newline];
    return events.map((event) => `data: ${JSON.stringify(event)}${end}${end}`);
  }
  const last = events.length - 1;
  return events.map((event, index) =>
    (index === 0 ? "[" : ",\r\n") + JSON.stringify(event, null, 2) + (index === last ? "\n]\n" : "\n")
  );
}

/** The body of an error answer: an array when the method streams without `alt=sse`. */
export function errorText(error: JsonObject, inArray: boolean): string {
  return pretty(inArray ? [{ error }] : { error });
}
