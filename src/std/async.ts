/**
 * Waiting, with the names of @std/async: `delay`, `deadline`, `abortable`, `pooledMap` and `retry`.
 *
 * @module
 */
export { delay, type DelayOptions } from "./delay.ts";
export { pooledMap } from "./pooled_map.ts";
export { retry, RetryError, type RetryOptions } from "./retry.ts";

/** The promise's outcome, or a rejection with a TimeoutError after `ms`, or with the signal's reason. */
export async function deadline<Value>(
  promise: Promise<Value>,
  ms: number,
  { signal }: { readonly signal?: AbortSignal } = {},
): Promise<Value> {
  const timeout = new AbortController();
  const error = new DOMException(`The operation took longer than ${ms} ms.`, "TimeoutError");
  const timer = setTimeout(() => timeout.abort(error), ms);
  try {
    return await abortable(
      promise,
      signal === undefined ? timeout.signal : AbortSignal.any([timeout.signal, signal]),
    );
  } finally {
    clearTimeout(timer);
  }
}

/** The same promise or iterable, which ends with the signal's reason as soon as the signal aborts. */
export function abortable<Value>(promise: Promise<Value>, signal: AbortSignal): Promise<Value>;
export function abortable<Value>(items: AsyncIterable<Value>, signal: AbortSignal): AsyncGenerator<Value>;
export function abortable<Value>(
  source: Promise<Value> | AsyncIterable<Value>,
  signal: AbortSignal,
): Promise<Value> | AsyncGenerator<Value> {
  return source instanceof Promise ? abortablePromise(source, signal) : abortableItems(source, signal);
}

async function abortablePromise<Value>(promise: Promise<Value>, signal: AbortSignal): Promise<Value> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const stop = () => reject(signal.reason);
  if (signal.aborted) stop();
  signal.addEventListener("abort", stop, { once: true });
  try {
    return await Promise.race([aborted, promise]);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

async function* abortableItems<Value>(
  items: AsyncIterable<Value>,
  signal: AbortSignal,
): AsyncGenerator<Value> {
  const iterator = items[Symbol.asyncIterator]();
  let ended = false;
  try {
    while (true) {
      const step = await abortablePromise(iterator.next(), signal);
      if (step.done === true) {
        ended = true;
        return;
      }
      yield step.value;
    }
  } finally {
    // The source is told, but not waited for: a hanging source must not hold up an abort.
    if (!ended) iterator.return?.()?.then(undefined, () => {});
  }
}
