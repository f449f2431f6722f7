import type { Failure, Result } from "../../core/mod.ts";
import type { StreamEncoder } from "../../dialects/contract.ts";
import type { TurnEvent } from "../../gemini/mod.ts";
import type { Deadline, Deadlines, TurnSource } from "../../relay/mod.ts";

/** Silence after which a heartbeat goes out. Agents give up after 60 s or more; proxies on the way after 30. */
export const HEARTBEAT_MS = 10_000;

export interface StreamInput {
  /** The turn, once its first event is there, and the encoder for it. */
  readonly opening: Promise<Result<OpenStream, Failure>>;
  readonly deadlines: Deadlines;
  /** Answers a failure that comes while the head can still say so. */
  readonly refuse: (failure: Failure) => Response;
  /** Headers known now; asked when the head goes out. */
  readonly headers: () => Record<string, string>;
  /** An encoder for the time before the turn is open: heartbeats, and a failure in-band. */
  readonly waiting: () => StreamEncoder;
  /** The stream is over: exactly once. */
  readonly done: (failure: Failure | undefined) => void;
  /** The client left before the turn was open. */
  readonly leave: () => void;
}

export interface OpenStream {
  readonly turn: TurnSource;
  readonly encoder: StreamEncoder;
  /** Sees every event that is sent. */
  readonly observe?: (event: TurnEvent) => void;
}

/** Holds the head back until the first event or the first heartbeat, whichever comes first, then streams. */
export async function streamResponse(input: StreamInput): Promise<Response> {
  const early = await firstOf(input.opening, input.deadlines);
  if (early !== undefined && !early.ok) return input.refuse(early.error);
  const headers = {
    "content-type": "text/event-stream; charset=utf-8",
    "cache-control": "no-cache, no-transform",
    "x-accel-buffering": "no",
    ...input.headers(),
  };
  return new Response(new EncodedStream(input, early?.ok ? early.value : undefined).readable, { headers });
}

function firstOf<Value>(opening: Promise<Value>, deadlines: Deadlines): Promise<Value | undefined> {
  return new Promise((resolve, reject) => {
    const timer = deadlines.start(HEARTBEAT_MS, () => resolve(undefined));
    opening.then((value) => (timer.clear(), resolve(value)), (cause) => (timer.clear(), reject(cause)));
  });
}

const encoder = new TextEncoder();

/** A turn as bytes of its dialect, pulled by the client's own pace, with heartbeats while it is silent. */
class EncodedStream {
  readonly readable: ReadableStream<Uint8Array>;
  readonly #input: StreamInput;
  #open: OpenStream | undefined;
  #over = false;
  #beat: Deadline | undefined;

  constructor(input: StreamInput, open: OpenStream | undefined) {
    this.#input = input;
    this.#open = open;
    this.readable = new ReadableStream<Uint8Array>({
      start: (controller) => {
        if (open === undefined) this.#send(controller, this.#heartbeat());
        this.#armBeat(controller);
      },
      pull: (controller) => this.#pull(controller),
      cancel: () => this.#cancel(),
    }, { highWaterMark: 0 });
  }

  async #pull(controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> {
    try {
      const open = this.#open ?? await this.#waitOpen(controller);
      if (open === undefined) return;
      while (!this.#over) {
        const { events, state } = await open.turn.read();
        let text = "";
        for (const event of events) {
          open.observe?.(event);
          text += open.encoder.push(event);
        }
        if (this.#over) return;
        if (state !== "more") return this.#end(controller, text, state === "end" ? undefined : state);
        if (text !== "") return this.#send(controller, text);
      }
    } catch (cause) {
      this.#finish(undefined);
      controller.error(cause);
    }
  }

  async #waitOpen(controller: ReadableStreamDefaultController<Uint8Array>): Promise<OpenStream | undefined> {
    const opened = await this.#input.opening;
    if (this.#over) {
      if (opened.ok) opened.value.turn.cancel();
      return undefined;
    }
    if (opened.ok) return this.#open = opened.value;
    this.#end(controller, this.#input.waiting().fail(opened.error), opened.error, true);
    return undefined;
  }

  #end(
    controller: ReadableStreamDefaultController<Uint8Array>,
    text: string,
    failure: Failure | undefined,
    encoded = false,
  ): void {
    const tail = failure === undefined || encoded ? "" : this.#open!.encoder.fail(failure);
    if (text + tail !== "") controller.enqueue(encoder.encode(text + tail));
    this.#finish(failure);
    controller.close();
  }

  #send(controller: ReadableStreamDefaultController<Uint8Array>, text: string): void {
    controller.enqueue(encoder.encode(text));
    this.#beat?.touch();
  }

  #heartbeat(): string {
    return (this.#open?.encoder ?? this.#input.waiting()).heartbeat();
  }

  #armBeat(controller: ReadableStreamDefaultController<Uint8Array>): void {
    this.#beat = this.#input.deadlines.start(HEARTBEAT_MS, () => {
      if (this.#over) return;
      this.#armBeat(controller);
      this.#send(controller, this.#heartbeat());
    });
  }

  #cancel(): void {
    if (this.#over) return;
    this.#open?.turn.cancel();
    this.#finish({
      class: "client_gone",
      origin: "client",
      status: 499,
      message: "The client closed the request",
      cools: "nothing",
    });
    this.#input.leave();
  }

  #finish(failure: Failure | undefined): void {
    if (this.#over) return;
    this.#over = true;
    this.#beat?.clear();
    this.#input.done(failure);
  }
}
