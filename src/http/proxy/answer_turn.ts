import { describeFault, type Failure, type JsonObject, type Result } from "../../core/mod.ts";
import type { AnyDialect, ClientCall, EncodeInput } from "../../dialects/mod.ts";
import type { TurnEvent } from "../../gemini/mod.ts";
import { type CallTrace, ownFault, type TurnSource } from "../../relay/mod.ts";
import { refuse } from "./failure_response.ts";
import type { Generation } from "./generate.ts";
import type { ProxyDeps, RequestContext } from "./proxy_deps.ts";
import { replyHeaders } from "./reply_headers.ts";
import { keepResponse } from "./stored_responses.ts";
import { streamResponse } from "./stream_response.ts";

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
