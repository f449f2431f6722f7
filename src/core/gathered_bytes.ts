import { nodeBuffer } from "lazy-node";

const FIRST = 16_384;
const SEGMENT = 1_048_576;

/**
 * Bytes of a body until it is whole, copied from pieces of any size. Larger bodies are kept in separate pages,
 * which return to the system at once: on the heap, hundreds of megabytes stayed with the process after a flood
 * (measured).
 */
export class GatheredBytes implements Disposable {
  readonly #full: Uint8Array<ArrayBuffer>[] = [];
  #last = new Uint8Array(0);
  /** Bytes of the last part that are filled. */
  #filled = 0;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** Adds a copy of the piece. */
  add(piece: Uint8Array): void {
    this.#size += piece.byteLength;
    for (let at = 0; at < piece.byteLength;) {
      if (this.#filled === this.#last.byteLength) this.#grow(piece.byteLength - at);
      const part = piece.subarray(at, at + this.#last.byteLength - this.#filled);
      this.#last.set(part, this.#filled);
      this.#filled += part.byteLength;
      at += part.byteLength;
    }
  }

  /** All of them in one. */
  joined(): Uint8Array<ArrayBuffer> {
    const whole = new Uint8Array(this.#size);
    let at = 0;
    for (const part of this.parts()) {
      whole.set(part, at);
      at += part.byteLength;
    }
    return whole;
  }

  /** The parts in order, without a copy: to be read, not kept. */
  *parts(): Generator<Uint8Array<ArrayBuffer>> {
    yield* this.#full;
    yield this.#last.subarray(0, this.#filled);
  }

  /** Gives the memory back. */
  [Symbol.dispose](): void {
    for (const { buffer } of [...this.#full, this.#last]) if (buffer.resizable) buffer.transfer(0);
    this.#full.length = 0;
    this.#last = new Uint8Array(0);
    this.#filled = 0;
    this.#size = 0;
  }

  #grow(need: number): void {
    const { byteLength } = this.#last;
    if (this.#full.length === 0 && byteLength < SEGMENT / 4) {
      const larger = new Uint8Array(Math.max(FIRST, need, 2 * byteLength));
      larger.set(this.#last);
      this.#last = larger;
      return;
    }
    this.#full.push(this.#last);
    // Only a buffer that can be resized is mapped, whatever its size.
    this.#last = new Uint8Array(new ArrayBuffer(SEGMENT, { maxByteLength: SEGMENT }));
    this.#filled = 0;
  }
}

/** All pieces in one buffer. */
export function joinBytes(pieces: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  let size = 0;
  for (const piece of pieces) size += piece.byteLength;
  const all = new Uint8Array(size);
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.byteLength;
  }
  return all;
}

/**
 * Bytes as a string with one character for each: ASCII words can be found in it and offsets are those of the
 * bytes. It is made without decoding, many times faster.
 */
export function byteText(bytes: Uint8Array<ArrayBuffer>): string {
  return nodeBuffer().from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");
}
