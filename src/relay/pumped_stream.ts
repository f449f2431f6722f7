import type { Failure } from "../core/mod.ts";
import { type ActiveMember, ActiveSet } from "./active_set.ts";
import type { Deadline, Deadlines } from "./deadlines.ts";
import { clientGone, clientStalled } from "./failures.ts";

/** Bytes buffered for a slow reader before reading the source pauses. */
const HIGH_WATER = 64 * 1024;

/** The interface of a pump to its stream. */
export interface PumpTarget<Piece> {
  /** Queues a piece; pieces in quick succession are sent together. */
  write(piece: Piece): void;
  /** Resolves when the reader has room again; at once while it has. */
  room(): Promise<void> | undefined;
  /** True once the stream was closed or the reader has left. */
  readonly over: boolean;
  /** Sends what is queued and ends the stream. */
  close(): void;
  /** Aborts the stream, so that the reader sees that it is incomplete. */
  fail(cause: unknown): void;
}

export interface PumpOptions<Piece extends { readonly length: number }> {
  readonly join: (pieces: readonly Piece[]) => Uint8Array;
  /** Reads the source and writes to the target until it is over. */
  readonly pump: (target: PumpTarget<Piece>) => Promise<void>;
  /** Called when the reader has left, or has read nothing for too long. */
  readonly cancel: (failure: Failure) => void;
  readonly deadlines: Deadlines;
  /** Longest time in milliseconds in which the reader may read nothing while something waits for it; 0 has no limit. */
  readonly patienceMs: number;
}

/** A byte stream that a loop fills; backpressure reaches the loop through `room`. A failing loop aborts the stream. */
export function pumpedStream<Piece extends { readonly length: number }>(
  options: PumpOptions<Piece>,
): ReadableStream<Uint8Array> {
  let wake: (() => void) | undefined;
  let outlet: Outlet;
  let coalescer: ReturnType<typeof createWriteCoalescer<Piece>>;
  let stall: Deadline | undefined;

  function resume(): void {
    stall?.clear();
    wake?.();
    stall = wake = undefined;
  }

  function waitForRoom(): Promise<void> {
    const { deadlines, patienceMs } = options;
    if (patienceMs > 0) stall = deadlines.start(patienceMs, stalled);
    return new Promise((resolve) => wake = resolve);
  }

  /** A client that reads nothing must not hold a key's slot for as long as its connection lives. */
  function stalled(): void {
    const failure = clientStalled(options.patienceMs);
    coalescer.drop();
    outlet.fail(new Error(failure.message));
    options.cancel(failure);
    resume();
  }

  return new ReadableStream<Uint8Array>({
    start(controller) {
      outlet = outletOf(controller);
      coalescer = createWriteCoalescer<Piece>((pieces) => outlet.send(options.join(pieces)));
      const target: PumpTarget<Piece> = {
        write: (piece) => outlet.over || coalescer.add(piece),
        room: () => outlet.over || (controller.desiredSize ?? 1) > 0 ? undefined : waitForRoom(),
        get over() {
          return outlet.over;
        },
        close() {
          coalescer.flush();
          outlet.close();
        },
        fail(cause) {
          coalescer.drop();
          outlet.fail(cause);
        },
      };
      options.pump(target).catch(target.fail);
    },
    pull: resume,
    cancel() {
      outlet.left();
      coalescer.drop();
      resume();
      options.cancel(clientGone());
    },
  }, new ByteLengthQueuingStrategy({ highWaterMark: HIGH_WATER }));
}

/** The writing end of a byte stream whose reader may leave at any moment, even during a write; nothing here throws. */
export interface Outlet {
  /** True once the stream was closed or broken off, or nobody reads it any more. */
  readonly over: boolean;
  send(bytes: Uint8Array<ArrayBuffer> | Uint8Array): void;
  close(): void;
  /** Aborts the stream, so that its reader sees that it is incomplete. */
  fail(cause: unknown): void;
  /** The reader has left. */
  left(): void;
}

/** Wraps a stream's controller: the platform throws when a cancelled stream is written to or ended. */
export function outletOf(controller: ReadableStreamDefaultController<Uint8Array>): Outlet {
  let over = false;
  const attempt = (act: () => void) => {
    if (over) return;
    try {
      act();
    } catch {
      // Cancelled without notice: the stream errored on the reader's side.
      over = true;
    }
  };
  const end = (act: () => void) =>
    attempt(() => {
      over = true;
      act();
    });
  return {
    get over() {
      return over;
    },
    send: (bytes) => attempt(() => controller.enqueue(bytes)),
    close: () => end(() => controller.close()),
    fail: (cause) => end(() => controller.error(cause)),
    left: () => void (over = true),
  };
}

/** Pieces that come closer together than this are sent together. */
const CLOSE_MS = 1;
/** Held characters or bytes that are sent at once, so that backpressure works during a burst. */
const MOST_HELD = 64 * 1024;

/** Sends pieces: at once while they come slowly, joined while they come in a burst. */
interface WriteCoalescer<Piece> {
  add(piece: Piece): void;
  /** Sends what is held now. */
  flush(): void;
  /** Drops what is held. */
  drop(): void;
}

/**
 * Each write to a client costs about as much as all other work for a chunk (measured: half of a bare
 * pass-through's throughput), so a burst is joined. The first piece after a pause never waits. Real time on
 * purpose: this paces sockets and decides nothing.
 */
function createWriteCoalescer<Piece extends { readonly length: number }>(
  emit: (pieces: readonly Piece[]) => void,
): WriteCoalescer<Piece> {
  return new Gathering(emit);
}

interface Waiting extends ActiveMember {
  flush(): void;
}

/**
 * Coalescers that hold something until the next turn of the event loop. One timer for all: the platform's list
 * of timers is a busy set.
 */
const waiting = new ActiveSet<Waiting>();
let timer: ReturnType<typeof setTimeout> | undefined;

function flushSoon(one: Waiting): void {
  waiting.add(one);
  timer ??= setTimeout(() => {
    timer = undefined;
    // Each belongs to another stream: an exception is reported and does not stop the others.
    for (const each of waiting.list()) {
      try {
        each.flush();
      } catch (cause) {
        reportError(cause);
      }
    }
  }, 0);
}

function forget(one: Waiting): void {
  waiting.delete(one);
  if (waiting.size > 0 || timer === undefined) return;
  clearTimeout(timer);
  timer = undefined;
}

class Gathering<Piece extends { readonly length: number }> implements WriteCoalescer<Piece>, Waiting {
  index = -1;
  readonly #emit: (pieces: readonly Piece[]) => void;
  #held: Piece[] = [];
  #size = 0;
  #lastAt = -Infinity;

  constructor(emit: (pieces: readonly Piece[]) => void) {
    this.#emit = emit;
  }

  add(piece: Piece): void {
    this.#held.push(piece);
    this.#size += piece.length;
    if (this.#size >= MOST_HELD) return this.flush();
    if (this.index >= 0) return;
    if (performance.now() - this.#lastAt > CLOSE_MS) this.flush();
    else flushSoon(this);
  }

  flush(): void {
    const pieces = this.#take();
    if (pieces.length === 0) return;
    this.#lastAt = performance.now();
    this.#emit(pieces);
  }

  drop(): void {
    this.#take();
  }

  #take(): readonly Piece[] {
    if (this.index >= 0) forget(this);
    const pieces = this.#held;
    if (pieces.length > 0) this.#held = [];
    this.#size = 0;
    return pieces;
  }
}
