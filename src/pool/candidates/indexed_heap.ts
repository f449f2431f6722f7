/** Index of an item in each heap; -1 when it is not in it. */
export type Position = "openAt" | "exploreAt" | "dueAt";
export type Placed = Record<Position, number>;

/** A binary heap whose items store their index, so that one item moves in O(log n) when its key changes. */
export class IndexedHeap<Item extends Placed> {
  readonly items: Item[] = [];
  readonly #before: (a: Item, b: Item) => boolean;
  readonly #position: Position;

  constructor(position: Position, before: (a: Item, b: Item) => boolean) {
    this.#position = position;
    this.#before = before;
  }

  get size(): number {
    return this.items.length;
  }

  peek(): Item | undefined {
    return this.items[0];
  }

  /** Inserts the item, or moves it after a change of its key. */
  update(item: Item): void {
    let at = item[this.#position];
    if (at < 0) {
      at = this.items.length;
      this.items.push(item);
      item[this.#position] = at;
    }
    if (!this.#up(at)) this.#down(at);
  }

  remove(item: Item): void {
    const at = item[this.#position];
    if (at < 0) return;
    item[this.#position] = -1;
    const last = this.items.pop();
    if (last === undefined || last === item) return;
    this.items[at] = last;
    last[this.#position] = at;
    if (!this.#up(at)) this.#down(at);
  }

  /** The first item in heap order that `accept` takes; visits few more items than it refuses. */
  first<Found>(accept: (item: Item) => Found | undefined): Found | undefined {
    const root = this.items[0];
    if (root === undefined) return undefined;
    const found = accept(root);
    return found !== undefined ? found : this.#search(accept);
  }

  #search<Found>(accept: (item: Item) => Found | undefined): Found | undefined {
    const frontier: number[] = [];
    for (const child of [1, 2]) if (child < this.items.length) this.#pushFrontier(frontier, child);
    while (frontier.length > 0) {
      const at = this.#takeBest(frontier);
      const item = this.items[at];
      if (item === undefined) continue;
      const found = accept(item);
      if (found !== undefined) return found;
      for (const child of [2 * at + 1, 2 * at + 2]) {
        if (child < this.items.length) this.#pushFrontier(frontier, child);
      }
    }
    return undefined;
  }

  #pushFrontier(frontier: number[], index: number): void {
    let at = frontier.length;
    frontier.push(index);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!this.#less(frontier[at], frontier[parent])) return;
      [frontier[at], frontier[parent]] = [frontier[parent] ?? 0, frontier[at] ?? 0];
      at = parent;
    }
  }

  #takeBest(frontier: number[]): number {
    const best = frontier[0] ?? -1;
    const last = frontier.pop() ?? -1;
    if (frontier.length === 0) return best;
    frontier[0] = last;
    for (let at = 0;;) {
      let child = 2 * at + 1;
      if (child >= frontier.length) return best;
      if (child + 1 < frontier.length && this.#less(frontier[child + 1], frontier[child])) child++;
      if (!this.#less(frontier[child], frontier[at])) return best;
      [frontier[at], frontier[child]] = [frontier[child] ?? 0, frontier[at] ?? 0];
      at = child;
    }
  }

  #less(a: number | undefined, b: number | undefined): boolean {
    const first = this.items[a ?? -1], second = this.items[b ?? -1];
    return first !== undefined && second !== undefined && this.#before(first, second);
  }

  #up(from: number): boolean {
    let at = from, moved = false;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!this.#less(at, parent)) break;
      this.#swap(at, parent);
      at = parent;
      moved = true;
    }
    return moved;
  }

  #down(from: number): void {
    for (let at = from;;) {
      let child = 2 * at + 1;
      if (child >= this.items.length) return;
      if (child + 1 < this.items.length && this.#less(child + 1, child)) child++;
      if (!this.#less(child, at)) return;
      this.#swap(at, child);
      at = child;
    }
  }

  #swap(a: number, b: number): void {
    const first = this.items[a], second = this.items[b];
    if (first === undefined || second === undefined) return;
    this.items[a] = second;
    this.items[b] = first;
    second[this.#position] = a;
    first[this.#position] = b;
  }
}
