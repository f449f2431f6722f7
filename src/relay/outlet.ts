/** The writing end of a byte stream whose reader may leave at any moment, even during a write; nothing here throws. */
export interface Outlet {
  /** True once the stream was closed or broken off, or nobody reads it any more. */
  readonly over: boolean;
  send(bytes: Uint8Array<ArrayBuffer> | Uint8Array): void;
  close(): void;
  /** Aborts the stream, so that its reader sees that it is incomplete. */
  fail(cause: unknown): void;
  /** The reader has left. */
  left(): void;
}

/** Wraps a stream's controller: the platform throws when a cancelled stream is written to or ended. */
export function outletOf(controller: ReadableStreamDefaultController<Uint8Array>): Outlet {
  let over = false;
  const attempt = (act: () => void) => {
    if (over) return;
    try {
      act();
    } catch {
      // Cancelled without notice: the stream errored on the reader's side.
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
