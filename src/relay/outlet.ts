/** The writing end of a byte stream whose reader may leave at any moment, also in the midst of a write; nothing here throws. */
export interface Outlet {
  /** True once the stream was closed or broken off, or nobody reads it any more. */
  readonly over: boolean;
  send(bytes: Uint8Array<ArrayBuffer> | Uint8Array): void;
  close(): void;
  /** Breaks the stream off, so that its reader sees that it is not whole. */
  fail(cause: unknown): void;
  /** The reader has left. */
  left(): void;
}

/** Stands between a stream's controller and those that write: the platform throws at whoever writes to or ends a stream that was cancelled. */
export function outletOf(controller: ReadableStreamDefaultController<Uint8Array>): Outlet {
  let over = false;
  const attempt = (act: () => void) => {
    if (over) return;
    try {
      act();
    } catch {
      // Cancelled without a word to us: the stream errored on the reader's side.
      over = true;
    }
  };
  const end = (act: () => void) =>
    attempt(() => {
      over = true;
      act();
    });
  return {
    get over() {
      return over;
    },
    send: (bytes) => attempt(() => controller.enqueue(bytes)),
    close: () => end(() => controller.close()),
    fail: (cause) => end(() => controller.error(cause)),
    left: () => void (over = true),
  };
}
