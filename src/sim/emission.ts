import type { Clock } from "../core/mod.ts";

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
