import type { Failure } from "../../src/core/mod.ts";

/** A turn's claim on a key: what the driver asks of any pool. */
export interface Claim {
  readonly client: string;
  readonly session: string;
  readonly model: string;
  readonly inputTokens: number;
  /** Keys that failed this turn. */
  readonly tried: ReadonlySet<number>;
  /** Only this key, for a retry on the same one. */
  readonly pinned?: number;
  readonly attempt: number;
  readonly sameKeyRetries: number;
  readonly classes: readonly string[];
}

export interface Grant {
  readonly kind: "grant";
  readonly key: number;
  succeed(): void;
  /** What to do next, and after how long. */
  fail(failure: Failure): { readonly next: "same" | "other" | "wait" | "stop"; readonly delayMs: number };
}

export interface Denial {
  readonly kind: "denial";
  /** When the turn could be served, if the pool says so. */
  readonly until?: number;
  readonly code?: string;
}

/** A pool under test, ours or a baseline. */
export interface Contender {
  readonly name: string;
  claim(claim: Claim, deliver: (answer: Grant | Denial) => void): void;
  /** Calls waiting now. */
  waiting(): number;
  close(): Promise<void>;
}
