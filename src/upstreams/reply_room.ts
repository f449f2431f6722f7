import { noteGarbage } from "../core/mod.ts";
import { FREE_BYTES, PIECE_BYTES, UPSTREAM_BOUNDS } from "./bounds.ts";

/** A reply that goes beyond a bound. The message says which, as half a sentence. */
export class ReplyBeyondBounds extends Error {
  override readonly name = "ReplyBeyondBounds";
}

/** Bytes beyond the free ones that are held in all. */
let taken = 0;
/** Who holds some, the oldest first. */
const holders = new Set<WaitingBytes>();

/**
 * The bytes of one reply that wait in memory until it, or one of its events, is whole. All replies together have a bound, so that
 * many hostile ones cannot fill the memory. Who goes beyond it waits, with what the upstream still has to say left on the line, until
 * others have given their part back; the oldest goes on at all times, so that there is always one that gets done.
 */
export class WaitingBytes implements Disposable {
  #counted = 0;
  #over = false;
  #enter: (() => void) | undefined;
  #leave: ((cause: unknown) => void) | undefined;

  /** `closed` rejects when the reply breaks: what waits for room then rejects as well. Default: it never breaks. */
  constructor(closed?: Promise<unknown>) {
    closed?.catch(() => this.#break());
  }

  /** Holds `size` bytes from now on. Undefined when there is room for more; else resolves when there is. */
  hold(size: number): Promise<void> | undefined {
    if (this.#over) return undefined;
    const before = this.#counted;
    this.#counted = Math.max(0, size - FREE_BYTES);
    taken += this.#counted - before;
    if (this.#counted === 0) holders.delete(this);
    else holders.add(this);
    if (this.#counted < before) admit();
    if (this.#counted === 0 || taken <= UPSTREAM_BOUNDS.waitingBytes || isOldest(this)) return undefined;
    return new Promise((enter, leave) => {
      this.#enter = enter;
      this.#leave = leave;
    });
  }

  /** Gives all of it back; nothing is held any more from here on. */
  [Symbol.dispose](): void {
    this.#over = true;
    this.enter();
    if (this.#counted === 0) return;
    taken -= this.#counted;
    noteGarbage(this.#counted);
    this.#counted = 0;
    holders.delete(this);
    admit();
  }

  get waits(): boolean {
    return this.#enter !== undefined;
  }

  enter(): void {
    this.#enter?.();
    this.#enter = this.#leave = undefined;
  }

  #break(): void {
    this.#leave?.(new ReplyBeyondBounds("waited in vain while other replies filled the memory for them"));
    this[Symbol.dispose]();
  }
}

function isOldest(one: WaitingBytes): boolean {
  return holders.values().next().value === one;
}

/** Lets in those who fit, the oldest first; each may bring one piece more. */
function admit(): void {
  let expected = taken;
  for (const one of holders) {
    const fits = expected + PIECE_BYTES <= UPSTREAM_BOUNDS.waitingBytes || isOldest(one);
    if (!fits) return;
    if (!one.waits) continue;
    expected += PIECE_BYTES;
    one.enter();
  }
}
