/**
 * Whether the client is still there. The signal is made only when it is asked for: merely touching a request's signal
 * costs a tenth of a bare pass-through's throughput (measured), and most calls are answered before anybody could leave.
 */
export interface ClientWatch {
  readonly signal: AbortSignal;
  /** Ends the call on the owner's word, as if the client had left. */
  cancel(): void;
  /** Tells that the client has left, where another than its request's signal shows it. */
  leave(): void;
}

/** Why a call was ended that its client still waits for. */
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
