import type { Clock } from "../../src/core/mod.ts";
import { systemClock } from "../../src/system/mod.ts";

/** The machine's clock, put on: what happened lies back as far as it was moved. Its timers run as ever. */
export class MovedClock implements Clock {
  #ahead: number;
  /** `ahead` of the machine's, in milliseconds; negative for behind. */
  constructor(ahead = 0) {
    this.#ahead = ahead;
  }
  move(ms: number): void {
    this.#ahead += ms;
  }
  readonly now = () => systemClock.now() + this.#ahead;
  readonly after = systemClock.after.bind(systemClock);
}
