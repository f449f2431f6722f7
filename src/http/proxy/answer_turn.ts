import { describeFault, type Failure, type JsonObject, type Result } from "../../core/mod.ts";
import type { StreamEncoder } from "../../dialects/contract.ts";
import type { AnyDialect, ClientCall, EncodeInput } from "../../dialects/mod.ts";
import type { TurnEvent } from "../../gemini/mod.ts";
import {
  type CallTrace,
  clientGone,
  type Deadline,
  type Deadlines,
  ownFault,
  pumpedStream,
  type PumpTarget,
  type TurnSource,
} from "../../relay/mod.ts";
import { refuse } from "./failure_response.ts";
import type { Generation } from "./generate.ts";
import type { ProxyDeps, RequestContext } from "./proxy_deps.ts";
import { replyHeaders } from "./reply_headers.ts";
import { keepResponse } from "./stored_responses.ts";

export interface AnswerInput {
  readonly deps: ProxyDeps;
  readonly requestContext: RequestContext;
  readonly dialect: AnyDialect;
  readonly body: unknown;
  readonly trace: CallTrace;
  readonly call: ClientCall<unknown>;
  readonly opening: Promise<Result<Generation, Failure>>;
}

export interface StreamedAnswerInput extends AnswerInput {
  /** Ends the call when the client leaves before it was served. */
  readonly leave: () => void;
}

/** Answers with the whole turn as one JSON body. */
export async function answerWhole(input: AnswerInput): Promise<Response> {
  const opened = await input.opening;
  if (!opened.ok) return fail(input, opened.error);
  const events: TurnEvent[] = [];
  const failure = await readAll(opened.value.turn, events);
  if (failure) return fail(input, failure);
  const encode = encodeInput(input, opened.value.call);
  const reply = input.dialect.encodeReply(events, encode);
  if (keeps(input, opened.value.call)) await keep(input, events, encode);
  const headers = replyHeaders(input.trace, input.deps.ports.clock.now());
  input.trace.record(200);
  return json(reply, headers);
}

/** Answers with the turn as a stream. */
export function answerStream(input: StreamedAnswerInput): Promise<Response> {
  const { deps, dialect, trace } = input;
  const seen: TurnEvent[] = [];
  let encode = encodeInput(input, input.call);
  const waiting = () => dialect.encodeStream(encode);
  return streamResponse({
    deadlines: deps.deadlines,
    patienceMs: deps.settings.timeoutClient,
    opening: input.opening.then((opened) => {
      if (!opened.ok) return opened;
      encode = encodeInput(input, opened.value.call);
      const observe = keeps(input, opened.value.call)
        ? { observe: (event: TurnEvent) => void seen.push(event) }
        : {};
      return {
        ok: true,
        value: { turn: opened.value.turn, encoder: dialect.encodeStream(encode), ...observe },
      };
    }),
    headers: () => replyHeaders(trace, deps.ports.clock.now()),
    refuse: (failure) => fail(input, failure),
    waiting,
    fault: (cause) => ownFault(deps, input.requestContext.requestId, cause),
    leave: input.leave,
    done: (failure) => {
      trace.record(failure?.class === "client_gone" ? 499 : 200, failure);
      if (failure === undefined) void keep(input, seen, encode);
    },
  });
}

function encodeInput(input: AnswerInput, call: ClientCall<unknown>): EncodeInput<unknown> {
  const { requestContext, trace, deps } = input;
  let ended: number | undefined;
  return {
    ended: () => ended ??= Math.floor(deps.ports.clock.now() / 1000),
    context: call.context,
    requestId: requestContext.requestId,
    created: Math.floor(requestContext.at / 1000),
    newId: deps.ports.newId,
    ...(trace.last === undefined ? {} : { source: trace.last.source }),
  };
}

async function readAll(turn: TurnSource, events: TurnEvent[]): Promise<Failure | undefined> {
  while (true) {
    const step = await turn.read();
    for (const event of step.events) events.push(event);
    if (step.state === "end") return undefined;
    if (step.state !== "more") return step.state;
  }
}

function keeps({ dialect }: AnswerInput, call: ClientCall<unknown>): boolean {
  return dialect.storable !== undefined && (dialect.keeps?.(call.context) ?? true);
}

async function keep(
  input: AnswerInput,
  events: readonly TurnEvent[],
  encode: EncodeInput<unknown>,
): Promise<void> {
  try {
    const stored = input.dialect.storable?.(events, encode, input.body);
    if (stored === undefined) return;
    await keepResponse(input.deps.store, input.requestContext.client, stored.id, stored.value);
  } catch (cause) {
    input.deps.ledger.log(
      "warn",
      "request",
      "A response could not be stored: previous_response_id will not find it",
      {
        request: input.requestContext.requestId,
        error: describeFault(cause),
      },
    );
  }
}

function fail(input: AnswerInput, failure: Failure): Response {
  return refuse({ ...input, now: input.deps.ports.clock.now() }, failure);
}

/** A JSON reply; takes ownership of the headers. */
export function json(body: JsonObject, headers: Record<string, string>, status = 200): Response {
  headers["content-type"] = "application/json";
  return new Response(JSON.stringify(body), { status, headers });
}

/** Silence after which a heartbeat goes out. Agents give up after 60 s or more; proxies on the way after 30. */
const HEARTBEAT_MS = 10_000;
/**
 * How long the head waits for the first event. Until it is sent, a failure can be an HTTP status; afterwards a
 * leaving client is noticed at once, which the platform does not report earlier for requests larger than its
 * first read.
 */
const HEAD_WAIT_MS = 5_000;

interface StreamInput {
  /** The turn, once its first event is there, and the encoder for it. */
  readonly opening: Promise<Result<OpenStream, Failure>>;
  readonly deadlines: Deadlines;
  /** Longest time in milliseconds in which the client may read nothing while something waits for it; 0 has no limit. */
  readonly patienceMs: number;
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

interface OpenStream {
  readonly turn: TurnSource;
  readonly encoder: StreamEncoder;
  /** Called with every event that is sent. */
  readonly observe?: (event: TurnEvent) => void;
}

/** Delays the head until the first event or heartbeat, then streams. */
async function streamResponse(input: StreamInput): Promise<Response> {
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

  function left(turn: OpenStream | undefined, failure = clientGone()): void {
    turn?.turn.cancel();
    finish(failure);
  }

  return pumpedStream({
    join: (pieces) => encoder.encode(pieces.length === 1 ? pieces[0] : pieces.join("")),
    pump,
    deadlines: input.deadlines,
    patienceMs: input.patienceMs,
    cancel(failure) {
      if (finished) return;
      input.leave();
      // The attempt ends first, so that the call is recorded with it.
      if (open !== undefined) return left(open, failure);
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
