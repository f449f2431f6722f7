import { delay } from "./delay.ts";

export interface RetryOptions {
  /** Tries in all. Default 5. */
  readonly maxAttempts?: number;
  /** Milliseconds before the second try. Default 1000. */
  readonly minTimeout?: number;
  /** Longest pause in milliseconds. Default 60000. */
  readonly maxTimeout?: number;
  /** Growth of the pause from try to try. Default 2. */
  readonly multiplier?: number;
  /** Share of each pause that is random, 0 to 1. Default 1. */
  readonly jitter?: number;
  /** False ends the tries at once with that error. */
  readonly isRetriable?: (error: unknown) => boolean;
  readonly signal?: AbortSignal;
  /** Default: Math.random. */
  readonly random?: () => number;
}

/** All tries failed; `cause` is the last error. */
export class RetryError extends Error {
  override readonly name = "RetryError";

  constructor(cause: unknown, attempts: number) {
    super(`All ${attempts} attempts failed.`, { cause });
  }
}

/** Calls `task` until it succeeds, with growing random pauses. */
export async function retry<Value>(
  task: () => Value | Promise<Value>,
  options: RetryOptions = {},
): Promise<Value> {
  const { maxAttempts = 5, minTimeout = 1_000, maxTimeout = 60_000, multiplier = 2, jitter = 1 } = options;
  if (!Number.isInteger(maxAttempts) || maxAttempts < 1) {
    throw new RangeError("The number of attempts must be a whole number, 1 or more.");
  }
  const random = options.random ?? Math.random;
  for (let attempt = 1;; attempt++) {
    options.signal?.throwIfAborted();
    try {
      return await task();
    } catch (error) {
      if (options.isRetriable?.(error) === false) throw error;
      if (attempt >= maxAttempts) throw new RetryError(error, attempt);
      const pause = Math.min(maxTimeout, minTimeout * multiplier ** (attempt - 1));
      const shortened = pause * (1 - jitter * random());
      await delay(shortened, options.signal === undefined ? {} : { signal: options.signal });
    }
  }
}
