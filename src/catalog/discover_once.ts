import type { Clock } from "../core/mod.ts";

/** How long a name that discovery did not bring is not looked for again, in milliseconds. */
export const NEGATIVE_CACHE = 60_000;
/** Milliseconds that a call for an unknown model waits for the lists to be asked. */
const PATIENCE_MS = 5_000;
const MOST_NAMES = 1_000;
/** How long what one discovery brought answers for all names, in milliseconds: Google lists all models at once, whatever was asked. */
const DISCOVERY_GAP = 10_000;

/** Looks for unknown names: one discovery at a time for all callers, and none for a name that was just looked for in vain. */
export class DiscoverOnce {
  readonly #clock: Clock;
  readonly #isKnown: (name: string) => boolean;
  readonly #missing = new Map<string, number>();
  #flight: Promise<void> | undefined;
  #doneAt = -Infinity;

  constructor(clock: Clock, isKnown: (name: string) => boolean) {
    this.#clock = clock;
    this.#isKnown = isKnown;
  }

  /** Runs `discover` if that may help; true when the name is known afterwards. A failed discovery counts as one in vain. */
  async find(name: string, discover: () => Promise<unknown>): Promise<boolean> {
    if (this.#isKnown(name)) return true;
    if ((this.#missing.get(name) ?? -Infinity) > this.#clock.now()) return false;
    if (this.#flight === undefined && this.#clock.now() - this.#doneAt < DISCOVERY_GAP) return false;
    this.#flight ??= this.#fly(discover);
    await this.#arrival(this.#flight);
    if (this.#isKnown(name)) return true;
    this.#remember(name);
    return false;
  }

  /** The end of a discovery, or of a caller's patience with it: a list that hangs must not hold whoever asks for an unknown model. */
  #arrival(flight: Promise<void>): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#clock.after(PATIENCE_MS, resolve);
      void flight.then(() => (cancel(), resolve()));
    });
  }

  async #fly(discover: () => Promise<unknown>): Promise<void> {
    try {
      await discover();
    } catch {
      // The caller answers that the model is unknown either way; the reports of the discovery tell the rest.
    } finally {
      this.#doneAt = this.#clock.now();
      this.#flight = undefined;
    }
  }

  #remember(name: string): void {
    this.#missing.delete(name);
    this.#missing.set(name, this.#clock.now() + NEGATIVE_CACHE);
    if (this.#missing.size <= MOST_NAMES) return;
    const [oldest] = this.#missing.keys();
    if (oldest !== undefined) this.#missing.delete(oldest);
  }
}
