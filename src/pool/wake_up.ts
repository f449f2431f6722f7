/** Notifies listeners that something may have become free. */
export class WakeUp {
  readonly #listeners: (() => void)[] = [];

  /** Calls every listener, in the order of registration. */
  readonly ring = (): void => {
    for (const listener of this.#listeners) listener();
  };

  listen(listener: () => void): void {
    this.#listeners.push(listener);
  }
}
