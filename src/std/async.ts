/**
 * Waiting, with the names of @std/async; what the platform offers (deadlines by `AbortSignal.timeout`) is used directly.
 *
 * @module
 */
export interface DelayOptions {
  readonly signal?: AbortSignal;
  /** False lets the process end while this waits. Default true. */
  readonly persistent?: boolean;
}

/** Resolves after `ms`; rejects with the signal's reason when that aborts first. */
export function delay(ms: number, { signal, persistent = true }: DelayOptions = {}): Promise<void> {
  if (signal?.aborted === true) return Promise.reject(signal.reason);
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", stop);
      resolve();
    }, ms);
    signal?.addEventListener("abort", stop, { once: true });
    if (!persistent) Deno.unrefTimer(timer);
  });
}
