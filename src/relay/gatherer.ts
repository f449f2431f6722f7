/** Pieces that come closer together than this are sent together. */
const CLOSE_MS = 1;
/** Held characters or bytes that are handed on whatever the time, so that the reader's pace is felt in the midst of a burst. */
const MOST_HELD = 64 * 1024;

/** Hands pieces on: at once while they come slowly, gathered while they come faster than anybody reads. */
export interface Gatherer<Piece> {
  add(piece: Piece): void;
  /** Hands on what is held now. */
  flush(): void;
  /** Drops what is held. */
  drop(): void;
}

/**
 * Each write to a client costs about as much as everything else done to a chunk (measured: half of a bare pass-through's
 * throughput), so a burst is joined. The first piece after a pause never waits. Real time on purpose: this paces sockets
 * and decides nothing.
 */
export function createGatherer<Piece extends { readonly length: number }>(
  emit: (pieces: readonly Piece[]) => void,
): Gatherer<Piece> {
  let held: Piece[] = [];
  let size = 0;
  let lastAt = -Infinity;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function flush(): void {
    clearTimeout(timer);
    timer = undefined;
    if (held.length === 0) return;
    const pieces = held;
    held = [];
    size = 0;
    lastAt = performance.now();
    emit(pieces);
  }

  return {
    add(piece) {
      held.push(piece);
      size += piece.length;
      if (size >= MOST_HELD) return flush();
      if (timer !== undefined) return;
      if (performance.now() - lastAt > CLOSE_MS) flush();
      else timer = setTimeout(flush, 0);
    },
    flush,
    drop() {
      clearTimeout(timer);
      timer = undefined;
      held = [];
      size = 0;
    },
  };
}
