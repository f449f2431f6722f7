import type { Clock } from "../../core/mod.ts";
import type { LiveClient, LiveMessage } from "../../relay/mod.ts";

/** Most bytes that may be queued in each direction. */
const MOST_WAITING = 16 * 1024 * 1024;
const HIGH_WATER = 256 * 1024;
const LOOK_MS = 10;
/** Seconds after which a peer that does not answer a ping is considered gone. */
export const IDLE_SECONDS = 60;

/** A client's socket with a bounded queue of messages. */
export class SocketClient implements LiveClient {
  readonly #socket: WebSocket;
  readonly #clock: Clock;
  readonly #left = new AbortController();
  readonly #line: LiveMessage[] = [];
  #waiting = 0;
  #wake = () => {};

  constructor(socket: WebSocket, clock: Clock) {
    this.#socket = socket;
    this.#clock = clock;
    socket.binaryType = "arraybuffer";
    socket.onmessage = ({ data }) =>
      this.#take(typeof data === "string" ? data : new Uint8Array(data as ArrayBuffer));
    socket.onclose = () => this.#leave();
    socket.onerror = () => this.#leave();
  }

  /** Aborts when the client has left. */
  get left(): AbortSignal {
    return this.#left.signal;
  }

  /** The first message; undefined when none comes in time. */
  async first(ms: number): Promise<LiveMessage | undefined> {
    const late = Promise.withResolvers<undefined>();
    const cancel = this.#clock.after(ms, () => late.resolve(undefined));
    const message = await Promise.race([this.next(), late.promise]);
    cancel();
    return message;
  }

  async next(): Promise<LiveMessage | undefined> {
    while (this.#line.length === 0) {
      if (this.#left.signal.aborted) return undefined;
      await new Promise<void>((resolve) => this.#wake = resolve);
    }
    const message = this.#line.shift()!;
    this.#waiting -= message.length;
    return message;
  }

  /** Called with each message as it arrives. */
  onMessage: (message: LiveMessage) => void = () => {};

  async send(message: LiveMessage): Promise<void> {
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.send(message);
    while (this.#socket.bufferedAmount > HIGH_WATER && !this.#left.signal.aborted) {
      await new Promise<void>((resolve) => this.#clock.after(LOOK_MS, resolve));
    }
  }

  close(code: number, reason: string): void {
    try {
      this.#socket.close(code, reason.slice(0, 120).replace(/[^\x20-\x7e]/g, "?"));
    } catch {
      // It has not opened yet, or is closed already.
    }
    this.#leave();
  }

  #take(message: LiveMessage): void {
    this.#waiting += message.length;
    if (this.#waiting > MOST_WAITING) {
      return this.close(1009, "More was sent than can be taken now: send slower");
    }
    this.#line.push(message);
    this.onMessage(message);
    this.#wake();
  }

  #leave(): void {
    this.#left.abort();
    this.#wake();
  }
}
