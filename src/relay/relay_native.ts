import { type Failure, isObject, ok, type Result } from "../core/mod.ts";
import type { Need } from "../pool/contract.ts";
import type { UpstreamRequest } from "../upstreams/contract.ts";
import type { RelayDeps } from "./deps.ts";
import { clientGone, emptyReplyFailure, truncatedFailure } from "./failures.ts";
import { createNativeSniffer, type NativeSniffer } from "./native_sniffer.ts";
import { runAttempts, type Served, type Try } from "./run_attempts.ts";
import { type OpenReply, send } from "./send.ts";
import type { CallTrail } from "./trail.ts";

/** A native Gemini call: the client's bytes go to Google and Google's bytes come back. */
export interface NativeCall {
  readonly need: Omit<Need, "tried">;
  readonly trail: CallTrail;
  readonly signal: AbortSignal;
  /** True for streamGenerateContent. */
  readonly stream: boolean;
  /** True when the reply is a model's turn, which must end with a finishReason. */
  readonly turn: boolean;
  readonly build: (attempt: Try) => UpstreamRequest;
  /** The frame that tells a native client that the stream broke. */
  readonly brokenFrame: (failure: Failure) => Uint8Array;
}

/** Google's reply as it came: status, type and bytes. */
export interface NativeReply {
  readonly status: number;
  readonly headers: Headers;
  readonly body: ReadableStream<Uint8Array>;
}

/** A refusal, with Google's own words when the last failure was Google's. */
export interface NativeRefusal {
  readonly failure: Failure;
  readonly body?: string;
}

interface OpenNative {
  readonly reply: OpenReply;
  readonly reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
  readonly first: Uint8Array | undefined;
}

/** Relays one native call. Failures before the first body byte are tried elsewhere; after it the bytes are Google's alone. */
export async function relayNative(
  deps: RelayDeps,
  call: NativeCall,
): Promise<Result<NativeReply, NativeRefusal>> {
  let refusal: NativeRefusal | undefined;
  const served = await runAttempts(
    deps,
    call,
    (attempt) =>
      openNative(deps, call, attempt, (failure, body) => {
        refusal = { failure, body };
      }),
  );
  if (served.ok) {
    const { response } = served.value.value.reply;
    return ok({ status: response.status, headers: response.headers, body: pass(call, served.value) });
  }
  // Google's words only when they are what the call ended with.
  return { ok: false, error: refusal?.failure === served.error ? refusal : { failure: served.error } };
}

async function openNative(
  deps: RelayDeps,
  call: NativeCall,
  attempt: Try,
  onRefusal: (failure: Failure, body: string) => void,
): Promise<Result<OpenNative, Failure>> {
  const { model } = call.need;
  const sent = await send(deps, attempt, call.build(attempt), { stream: call.stream, model, onRefusal });
  if (!sent.ok) return sent;
  const reply = sent.value;
  const reader = reply.response.body?.getReader();
  try {
    const { value: first } = reader ? await reader.read() : { value: undefined };
    reply.deadline.touch();
    const failure = call.turn ? judgeFirst(deps, attempt, first, model, onRefusal) : undefined;
    if (failure === undefined) {
      attempt.trail.firstToken();
      return ok({ reply, reader, first });
    }
    reply.abort();
    reply.release();
    return { ok: false, error: failure };
  } catch (cause) {
    const failure = reply.readFailure(cause);
    reply.release();
    return { ok: false, error: failure };
  }
}

/** What a first piece larger than this holds is no error and no empty reply. */
const SMALL = 16 * 1024;

/** Errors and empty replies can hide behind status 200; both show in a small first piece. */
function judgeFirst(
  deps: RelayDeps,
  attempt: Try,
  first: Uint8Array | undefined,
  model: string,
  onRefusal: (failure: Failure, body: string) => void,
): Failure | undefined {
  if (first === undefined) return emptyReplyFailure("no body");
  if (first.byteLength > SMALL) return undefined;
  const text = new TextDecoder().decode(first);
  if (!text.includes('"error"') && !text.includes('"finishReason"')) return undefined;
  const chunk = firstChunk(text);
  if (!isObject(chunk)) return undefined;
  if (isObject(chunk["error"])) {
    const { code } = chunk["error"];
    const status = typeof code === "number" && code >= 400 && code < 600 ? code : 500;
    const body = JSON.stringify({ error: chunk["error"] });
    const failure = attempt.upstream.classifyFailure({ status, body, model, now: deps.ports.clock.now() });
    onRefusal(failure, body);
    return failure;
  }
  return emptyReason(chunk);
}

function firstChunk(text: string): unknown {
  const body = text.startsWith("data:")
    ? text.slice(5, text.search(/\r?\n\r?\n|$/))
    : text.replace(/^\[/, "").replace(/\]\s*$/, "");
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

/** A finish in the first chunk with nothing in it: Google's known empty reply, or a garbled tool call. */
function emptyReason(chunk: Record<string, unknown>): Failure | undefined {
  const { candidates } = chunk;
  if (!Array.isArray(candidates) || candidates.length !== 1 || !isObject(candidates[0])) return undefined;
  const { finishReason, content } = candidates[0];
  const parts = isObject(content) && Array.isArray(content["parts"]) ? content["parts"] : [];
  if (parts.some((part) => isObject(part) && part["text"] !== "")) return undefined;
  if (finishReason === "STOP") return emptyReplyFailure("no content");
  return finishReason === "MALFORMED_FUNCTION_CALL" ? emptyReplyFailure(finishReason) : undefined;
}

/** The body on its way to the client, byte for byte; the lease is settled when it ends, breaks or is left. */
function pass(call: NativeCall, served: Served<OpenNative>): ReadableStream<Uint8Array> {
  const { reply, reader, first } = served.value;
  const sniffer = createNativeSniffer();
  let settled = false;
  let pending = first;

  function settle(failure?: Failure): void {
    if (settled) return;
    settled = true;
    reply.release();
    note(call, sniffer);
    if (failure === undefined) served.lease.succeed(call.trail.usage);
    else {served.lease.fail(failure, {
        attempt: call.trail.attempts.length + 1,
        sameKeyRetries: 0,
        classes: [],
      });}
    served.lease[Symbol.dispose]();
    served.attempt.end(failure);
    call.trail.record(failure?.class === "client_gone" ? 499 : reply.response.status, failure);
  }

  function close(controller: ReadableStreamDefaultController<Uint8Array>, failure?: Failure): void {
    settle(failure);
    if (failure !== undefined && call.stream) controller.enqueue(call.brokenFrame(failure));
    if (failure !== undefined && !call.stream) controller.error(new Error(failure.message));
    else controller.close();
  }

  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const { done, value } = pending ? { done: false, value: pending } : await reader!.read();
        pending = undefined;
        reply.deadline.touch();
        if (value !== undefined) {
          sniffer.see(value);
          controller.enqueue(value);
        }
        if (!done) return;
        const cut = call.turn && call.stream && !sniffer.finished();
        close(controller, cut ? truncatedFailure() : undefined);
      } catch (cause) {
        close(controller, reply.readFailure(cause));
      }
    },
    cancel() {
      reply.abort();
      settle(clientGone());
    },
  }, { highWaterMark: 0 });
}

function note(call: NativeCall, sniffer: NativeSniffer): void {
  if (!call.turn) return;
  const usage = sniffer.usage();
  const finish = sniffer.finishReason();
  if (usage !== undefined) call.trail.usage = usage;
  if (finish !== undefined) call.trail.finish = finish;
}
