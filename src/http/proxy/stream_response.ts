import type { Failure, Result } from "../../core/mod.ts";
import type { StreamEncoder } from "../../dialects/contract.ts";
import type { TurnEvent } from "../../gemini/mod.ts";
import {
  clientGone,
  type Deadline,
  type Deadlines,
  pumpedStream,
  type PumpTarget,
  type TurnSource,
} from "../../relay/mod.ts";

/** Silence after which a heartbeat goes out. Agents give up after 60 s or more; proxies on the way after 30. */
const HEARTBEAT_MS = 10_000;
/**
 * How long the head waits for the first event. Until it is sent, a failure can be an HTTP status; afterwards a
 * leaving client is noticed at once, which the platform does not report earlier for requests larger than its
 * first read.
 */
const HEAD_WAIT_MS = 5_000;

export interface StreamInput {
  /** The turn, once its first event is there, and the encoder for it. */
  readonly opening: Promise<Result<OpenStream, Failure>>;
  readonly deadlines: Deadlines;
  /** Answers a failure that occurs before the head is sent. */
  readonly refuse: (failure: Failure) => Response;
  /** The current headers; called when the head is sent. */
  readonly headers: () => Record<string, string>;
  /** An encoder for the time before the turn is open: heartbeats, and a failure in-band. */
  readonly waiting: () => StreamEncoder;
  /** Called exactly once when the stream has ended. */
  readonly done: (failure: Failure | undefined) => void;
  /** Logs a fault of our own and returns the failure to answer with. */
  readonly fault: (cause: unknown) => Failure;
  /** Called when the client left before the turn was open. */
  readonly leave: () => void;
}

export interface OpenStream {
  readonly turn: TurnSource;
  readonly encoder: StreamEncoder;
  /** Called with every event that is sent. */
  readonly observe?: (event: TurnEvent) => void;
}

/** Delays the head until the first event or heartbeat, then streams. */
export async function streamResponse(input: StreamInput): Promise<Response> {
  const early = await firstOf(input.opening, input.deadlines);
  if (early !== undefined && !early.ok) return input.refuse(early.error);
  const headers = {
    "content-type": "text/event-stream; charset=utf-8",
    "cache-control": "no-cache, no-transform",
    "x-accel-buffering": "no",
    ...input.headers(),
  };
  return new Response(encodedStream(input, early?.ok ? early.value : undefined), { headers });
}

function firstOf<Value>(opening: Promise<Value>, deadlines: Deadlines): Promise<Value | undefined> {
  return new Promise((resolve, reject) => {
    const timer = deadlines.start(HEAD_WAIT_MS, () => resolve(undefined));
    opening.then((value) => (timer.clear(), resolve(value)), (cause) => (timer.clear(), reject(cause)));
  });
}

const encoder = new TextEncoder();

/** The turn as bytes of its dialect, with heartbeats while it is silent. */
function encodedStream(input: StreamInput, early: OpenStream | undefined): ReadableStream<Uint8Array> {
  let open = early;
  let finished = false;
  let beat: Deadline | undefined;

  function finish(failure: Failure | undefined): void {
    if (finished) return;
    finished = true;
    beat?.clear();
    input.done(failure);
  }

  function armBeat(target: PumpTarget<string>): void {
    beat = input.deadlines.start(HEARTBEAT_MS, () => {
      if (finished) return;
      target.write((open?.encoder ?? input.waiting()).heartbeat());
      armBeat(target);
    });
  }

  async function waitOpen(target: PumpTarget<string>): Promise<OpenStream | undefined> {
    target.write(input.waiting().heartbeat());
    const opened = await input.opening;
    if (opened.ok) return open = opened.value;
    target.write(input.waiting().fail(opened.error));
    finish(opened.error);
    target.close();
    return undefined;
  }

  async function pump(target: PumpTarget<string>): Promise<void> {
    try {
      armBeat(target);
      const turn = open ?? await waitOpen(target);
      if (turn === undefined) return;
      const failure = await drain(turn, target, () => beat?.touch());
      finish(failure);
      target.close();
    } catch (cause) {
      broken(target, cause);
    }
  }

  /** Sends the in-band error; if the encoder itself fails, aborts the stream. */
  function broken(target: PumpTarget<string>, cause: unknown): void {
    const failure = input.fault(cause);
    open?.turn.cancel();
    try {
      target.write((open?.encoder ?? input.waiting()).fail(failure));
      target.close();
    } catch {
      target.fail(new Error(failure.message));
    }
    finish(failure);
  }

  function left(turn: OpenStream | undefined): void {
    turn?.turn.cancel();
    finish(clientGone());
  }

  return pumpedStream({
    join: (pieces) => encoder.encode(pieces.length === 1 ? pieces[0] : pieces.join("")),
    pump,
    cancel() {
      if (finished) return;
      input.leave();
      // The attempt ends first, so that the call is recorded with it.
      if (open !== undefined) return left(open);
      input.opening.then((opened) => opened.ok ? opened.value : undefined, () => undefined).then(left).catch(
        () => finish(clientGone()),
      );
    },
  });
}

/** Encodes the turn to its end; returns the failure that ended it. */
async function drain(
  open: OpenStream,
  target: PumpTarget<string>,
  touch: () => void,
): Promise<Failure | undefined> {
  while (true) {
    const { events, state } = await open.turn.read();
    if (target.over) return undefined;
    let text = "";
    for (const event of events) {
      open.observe?.(event);
      text += open.encoder.push(event);
    }
    if (typeof state === "object") text += open.encoder.fail(state);
    if (text !== "") target.write(text);
    if (state !== "more") return state === "end" ? undefined : state;
    touch();
    const room = target.room();
    if (room !== undefined) await room;
  }
}
