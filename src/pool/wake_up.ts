/** Says that something may have become free, and calls whoever waits for that. */
export class WakeUp {
  readonly #listeners: (() => void)[] = [];

  /** Calls every listener, in the order in which they came. */
  readonly ring = (): void => {
    for (const listener of this.#listeners) listener();
  };

  listen(listener: () => void): void {
    this.#listeners.push(listener);
  }
}
