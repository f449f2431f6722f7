/** Answers that begin this soon are no reason to ask again any sooner. */
const LEAST_MS = 1_500;
const MOST_MS = 30_000;
/** Where nothing is known yet of how long a model takes, at least. */
const UNKNOWN_MS = 2_500;
/** A reply may take this many times as long as the slowest of late. */
const FACTOR = 3;
/** The slowest is forgotten slowly: this share of it is left with each quicker answer. */
const FADING = 0.9;
const MOST_KINDS = 500;

/** How long the first byte of each kind of call takes to come, so that silence can be told from thinking. */
export class FirstBytes {
  readonly #slowest = new Map<string, number>();

  note(kind: string, ms: number): void {
    const before = this.#slowest.get(kind);
    if (before === undefined && this.#slowest.size >= MOST_KINDS) this.#slowest.clear();
    this.#slowest.set(kind, Math.max(ms, (before ?? 0) * FADING));
  }

  /** From when on silence is odd. What is not known yet is taken to be as slow as the slowest that is. */
  patience(kind: string): number {
    const slowest = this.#slowest.get(kind);
    const known = slowest ?? Math.max(0, ...this.#slowest.values());
    return Math.min(MOST_MS, Math.max(slowest === undefined ? UNKNOWN_MS : LEAST_MS, known * FACTOR));
  }
}
