/**
 * Whether the client is still there. The signal is made only when it is asked for: merely touching a request's
 * signal costs a tenth of a bare pass-through's throughput (measured), and most calls are answered before a
 * client could leave.
 */
export interface ClientWatch {
  readonly signal: AbortSignal;
  /** Cancels the call for the owner, as if the client had left. */
  cancel(): void;
  /** Reports that the client has left, when that is seen by other means than its request's signal. */
  leave(): void;
}

/** The reason of a call that the owner cancelled while its client still waits. */
export class CancelledByOwner extends Error {
  override readonly name = "CancelledByOwner";
}

/** Watches a request's client, and whatever else may end the call. */
export function watchClient(signal: () => AbortSignal): ClientWatch {
  let made: AbortController | undefined;
  let cancelled = false;
  let gone = false;
  const make = (): AbortController => {
    const controller = new AbortController();
    const left = signal();
    const leave = () => controller.abort(left.reason);
    if (left.aborted) leave();
    else left.addEventListener("abort", leave, { once: true });
    if (cancelled) controller.abort(new CancelledByOwner());
    if (gone) controller.abort();
    return controller;
  };
  return {
    get signal() {
      return (made ??= make()).signal;
    },
    cancel() {
      cancelled = true;
      made?.abort(new CancelledByOwner());
    },
    leave() {
      gone = true;
      made?.abort();
    },
  };
}
