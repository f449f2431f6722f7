/** A member knows its place, so that leaving is one step; -1 outside. */
export interface BagMember {
  place: number;
}

/**
 * What is there right now, in no order. Not a Set: one that is filled and emptied all the time goes from table to table, and
 * a left table keeps what it held until the next full collection (measured: all that a call allocates, for each call).
 */
export class Bag<Member extends BagMember> {
  readonly #slots: (Member | undefined)[] = [];
  #size = 0;

  get size(): number {
    return this.#size;
  }

  add(member: Member): void {
    member.place = this.#size;
    this.#slots[this.#size++] = member;
  }

  /** Does nothing for what is not in. */
  delete(member: Member): void {
    const { place } = member;
    if (place < 0) return;
    const last = this.#slots[--this.#size]!;
    this.#slots[this.#size] = undefined;
    if (last !== member) {
      this.#slots[place] = last;
      last.place = place;
    }
    member.place = -1;
  }

  /** The members at this moment; they may leave while the list is walked. */
  list(): Member[] {
    return this.#slots.slice(0, this.#size) as Member[];
  }
}
