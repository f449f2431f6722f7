import { MINUTE } from "../tuning.ts";

const ENOUGH = 4;
const KEPT = 8;
const TOLERANCE = 400;

/**
 * Whether Google counts this model by fixed minutes: then all stated resets fall on one moment of the minute, while those of
 * sliding windows fall anywhere.
 */
export class MinutePhase {
  readonly #phases: number[] = [];

  note(until: number): void {
    this.#phases.push(until % MINUTE);
    if (this.#phases.length > KEPT) this.#phases.shift();
  }

  /** Start of the fixed minute that holds `at`; undefined when the windows slide or nothing is known. */
  startOf(at: number): number | undefined {
    const [first] = this.#phases;
    if (first === undefined || this.#phases.length < ENOUGH) return undefined;
    const sum = this.#phases.reduce((total, phase) => total + offset(phase, first), 0);
    const phase = first + sum / this.#phases.length;
    if (this.#phases.some((one) => Math.abs(offset(one, phase)) > TOLERANCE)) return undefined;
    return Math.floor((at - phase) / MINUTE) * MINUTE + phase;
  }
}

/** Signed distance on the circle of a minute. */
function offset(a: number, b: number): number {
  const turn = (((a - b) % MINUTE) + MINUTE) % MINUTE;
  return turn > MINUTE / 2 ? turn - MINUTE : turn;
}
