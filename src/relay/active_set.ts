/** Index in the set, so that removal takes constant time; -1 outside. */
export interface ActiveMember {
  index: number;
}

/**
 * The current members, unordered. Not a Set: one that is constantly filled and emptied moves from table to
 * table, and each old table retains its members until the next full collection (measured: all that a call
 * allocates, for each call).
 */
export class ActiveSet<Member extends ActiveMember> {
  readonly #slots: (Member | undefined)[] = [];
  #size = 0;

  get size(): number {
    return this.#size;
  }

  add(member: Member): void {
    member.index = this.#size;
    this.#slots[this.#size++] = member;
  }

  /** Does nothing for a non-member. */
  delete(member: Member): void {
    const { index } = member;
    if (index < 0) return;
    const last = this.#slots[--this.#size]!;
    this.#slots[this.#size] = undefined;
    if (last !== member) {
      this.#slots[index] = last;
      last.index = index;
    }
    member.index = -1;
  }

  /** A copy of the members, which may leave during iteration. */
  list(): Member[] {
    return this.#slots.slice(0, this.#size) as Member[];
  }
}
