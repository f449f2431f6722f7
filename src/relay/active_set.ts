/** A member knows its place, so that leaving is one step; -1 outside. */
export interface ActiveMember {
  index: number;
}

/**
 * What is there right now, in no order. Not a Set: one that is filled and emptied all the time goes from table to table, and
 * a left table keeps what it held until the next full collection (measured: all that a call allocates, for each call).
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

  /** Does nothing for what is not in. */
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

  /** The members at this moment; they may leave while the list is walked. */
  list(): Member[] {
    return this.#slots.slice(0, this.#size) as Member[];
  }
}
