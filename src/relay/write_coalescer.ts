import { type ActiveMember, ActiveSet } from "./active_set.ts";

/** Pieces that come closer together than this are sent together. */
const CLOSE_MS = 1;
/** Held characters or bytes that are sent at once, so that backpressure works during a burst. */
const MOST_HELD = 64 * 1024;

/** Sends pieces: at once while they come slowly, joined while they come in a burst. */
export interface WriteCoalescer<Piece> {
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
export function createWriteCoalescer<Piece extends { readonly length: number }>(
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
