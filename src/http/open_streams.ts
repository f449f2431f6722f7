import type { Clock } from "../core/mod.ts";
import { outletOf } from "../relay/mod.ts";

/** Interval at which the readers of open streams are checked again, in milliseconds. */
const LOOK_MS = 1_000;

interface OpenStream {
  /** Whether its reader still has access. */
  readonly may: () => Promise<boolean>;
  end(): void;
}

/**
 * Event streams that never end by themselves. A stream whose reader has lost access (a logout, a new owner's
 * key, a revoked token, in any process) ends within two seconds; all of them end before the sockets close.
 */
export class OpenStreams {
  readonly #clock: Clock;
  readonly #open = new Set<OpenStream>();
  #cancel: (() => void) | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The same response, ended when its reader loses access. Anything but an event stream is returned unchanged. */
  watch(response: Response, may: () => Promise<boolean>): Response {
    const { body, status, headers } = response;
    if (body === null || !(headers.get("content-type") ?? "").startsWith("text/event-stream")) {
      return response;
    }
    return new Response(this.#watched(body, may), { status, headers });
  }

  endAll(): void {
    for (const stream of this.#open) stream.end();
  }

  #watched(body: ReadableStream<Uint8Array>, may: () => Promise<boolean>): ReadableStream<Uint8Array> {
    const reader = body.getReader();
    let forget = () => {};
    return new ReadableStream<Uint8Array>({
      start: (controller) => {
        const outlet = outletOf(controller);
        const stream: OpenStream = {
          may,
          end: () => {
            forget();
            outlet.close();
            reader.cancel().catch(() => {});
          },
        };
        forget = () => this.#forget(stream);
        this.#open.add(stream);
        this.#lookLater();
      },
      async pull(controller) {
        const step = await reader.read();
        const outlet = outletOf(controller);
        if (!step.done) return outlet.send(step.value);
        forget();
        outlet.close();
      },
      async cancel(reason) {
        forget();
        await reader.cancel(reason);
      },
    });
  }

  #forget(stream: OpenStream): void {
    this.#open.delete(stream);
    if (this.#open.size > 0) return;
    this.#cancel?.();
    this.#cancel = undefined;
  }

  #lookLater(): void {
    this.#cancel ??= this.#clock.after(LOOK_MS, () => {
      this.#look().catch(() => {}).finally(() => {
        this.#cancel = undefined;
        if (this.#open.size > 0) this.#lookLater();
      });
    });
  }

  async #look(): Promise<void> {
    // A reader who cannot be checked now, because the store is unavailable, is checked next time.
    await Promise.all([...this.#open].map(async (stream) => {
      if (!await stream.may().catch(() => true)) stream.end();
    }));
  }
}
