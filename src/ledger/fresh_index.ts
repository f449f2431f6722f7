import type { BlockIndex } from "./record_block_index.ts";

/** Values whose index is kept; those of another process, or of an earlier run, are read instead. */
const MOST = 128;

/** Indexes of values that this process wrote and that are in no segment yet, by name: packing them away needs not read them. */
export class FreshIndex {
  readonly #indexes = new Map<string, BlockIndex>();

  add(name: string, index: BlockIndex): void {
    this.#indexes.set(name, index);
    if (this.#indexes.size <= MOST) return;
    for (const oldest of this.#indexes.keys()) {
      this.#indexes.delete(oldest);
      break;
    }
  }

  get(name: string): BlockIndex | undefined {
    return this.#indexes.get(name);
  }

  /** For what is in a segment now. */
  remove(names: readonly string[]): void {
    for (const name of names) this.#indexes.delete(name);
  }
}
