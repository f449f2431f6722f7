import { createWriteCoalescer } from "./write_coalescer.ts";
import { type Outlet, outletOf } from "./outlet.ts";

/** Bytes buffered for a slow reader before reading the source pauses. */
const HIGH_WATER = 64 * 1024;

/** The interface of a pump to its stream. */
export interface PumpTarget<Piece> {
  /** Queues a piece; pieces in quick succession are sent together. */
  write(piece: Piece): void;
  /** Resolves when the reader has room again; at once while it has. */
  room(): Promise<void> | undefined;
  /** True once the stream was closed or the reader has left. */
  readonly over: boolean;
  /** Sends what is queued and ends the stream. */
  close(): void;
  /** Aborts the stream, so that the reader sees that it is incomplete. */
  fail(cause: unknown): void;
}

export interface PumpOptions<Piece extends { readonly length: number }> {
  readonly join: (pieces: readonly Piece[]) => Uint8Array;
  /** Reads the source and writes to the target until it is over. */
  readonly pump: (target: PumpTarget<Piece>) => Promise<void>;
  /** The reader left. */
  readonly cancel: () => void;
}

/** A byte stream that a loop fills; backpressure reaches the loop through `room`. A failing loop aborts the stream. */
export function pumpedStream<Piece extends { readonly length: number }>(
  options: PumpOptions<Piece>,
): ReadableStream<Uint8Array> {
  let wake: (() => void) | undefined;
  let outlet: Outlet;
  let coalescer: ReturnType<typeof createWriteCoalescer<Piece>>;
  return new ReadableStream<Uint8Array>({
    start(controller) {
      outlet = outletOf(controller);
      coalescer = createWriteCoalescer<Piece>((pieces) => outlet.send(options.join(pieces)));
      const target: PumpTarget<Piece> = {
        write: (piece) => outlet.over || coalescer.add(piece),
        room: () =>
          outlet.over || (controller.desiredSize ?? 1) > 0
            ? undefined
            : new Promise((resolve) => wake = resolve),
        get over() {
          return outlet.over;
        },
        close() {
          coalescer.flush();
          outlet.close();
        },
        fail(cause) {
          coalescer.drop();
          outlet.fail(cause);
        },
      };
      options.pump(target).catch(target.fail);
    },
    pull() {
      wake?.();
      wake = undefined;
    },
    cancel() {
      outlet.left();
      coalescer.drop();
      wake?.();
      options.cancel();
    },
  }, new ByteLengthQueuingStrategy({ highWaterMark: HIGH_WATER }));
}
