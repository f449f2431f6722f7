/** Shortest patience. */
const LEAST_MS = 1_500;
const MOST_MS = 30_000;
/** Shortest patience while nothing is known of a model. */
const UNKNOWN_MS = 2_500;
/** A reply may take so many times as long as the slowest recent one. */
const FACTOR = 3;
/** The slowest time decays: this share of it remains after each faster answer. */
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

  /** The time after which silence is suspicious. An unknown kind counts as slow as the slowest known one. */
  patience(kind: string): number {
    const slowest = this.#slowest.get(kind);
    const known = slowest ?? Math.max(0, ...this.#slowest.values());
    return Math.min(MOST_MS, Math.max(slowest === undefined ? UNKNOWN_MS : LEAST_MS, known * FACTOR));
  }
}
