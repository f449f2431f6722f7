import { byteText, type Failure, isObject, joinBytes, ok, type Result } from "../core/mod.ts";
import { type BodyReader, openBody, readWhole } from "../upstreams/mod.ts";
import {
  ContentWatch,
  ErrorGuard,
  ParsedReply,
  PassthroughInspector,
  type ReplyInspector,
} from "./passthrough_inspector.ts";
import type { RelayDeps } from "./deps.ts";
import { emptyReplyFailure, truncatedFailure } from "./failures.ts";
import type { NativeCall, NativeRefusal, NativeReply, OnRefusal } from "./native_call.ts";
import { inspectFirstChunk, inspectForm, parseSmall } from "./inspect_first_chunk.ts";
import { ownFault, type Settle, settleOnce } from "./trace.ts";
import { pumpedStream, type PumpTarget } from "./pumped_stream.ts";
import { type Attempt, runAttempts, type Served } from "./run_attempts.ts";
import { type OpenReply, send } from "./send.ts";
import { unwrappedReply } from "./unwrapped_reply.ts";

/** A reply with its first piece; without a stream it is complete. */
interface OpenNative {
  readonly reply: OpenReply;
  readonly first: Uint8Array<ArrayBuffer>;
  /** Has received the first piece. */
  readonly inspector: ReplyInspector;
  readonly stream?: OpenStream;
  /** The JSON of a whole reply, where it is small. */
  readonly parsed?: unknown;
}

/** The reader and inspector of a stream's rest; both have processed the first piece. */
interface OpenStream {
  readonly reader: BodyReader;
  readonly watch: ContentWatch;
  readonly inspector: PassthroughInspector;
  /** True when it has ended without content. */
  readonly silent: boolean;
}

/**
 * Relays one native call. Failures before the first body byte are retried elsewhere; after it Google's bytes
 * pass unchanged.
 */
export async function relayNative(
  deps: RelayDeps,
  call: NativeCall,
): Promise<Result<NativeReply, NativeRefusal>> {
  let refusal: NativeRefusal | undefined;
  const onRefusal: OnRefusal = (failure, body) => {
    refusal = { failure, body };
  };
  let garbled: Garbled | undefined;
  const onGarbled = (one: Garbled) => void (garbled = one);
  const served = await runAttempts(
    deps,
    call,
    (attempt) => openNative(deps, call, attempt, { onRefusal, onGarbled }),
  );
  // Retries are spent: the model's own last reply is worth more to a native client than our message about it.
  if (!served.ok && garbled?.failure === served.error) {
    const { failure, bytes, response: { status, headers } } = garbled;
    call.trace.record(status, failure);
    return ok({ status, headers, body: bytes });
  }
  // Google's body only if it is the failure that ended the call.
  if (!served.ok) {
    const { error } = served;
    // A bare 429 does not explain why the request itself was refused, so our own message is used.
    const ours = error.class === "ambiguous_429" && error.scope === "request";
    return { ok: false, error: refusal?.failure === error && !ours ? refusal : { failure: error } };
  }
  const { status, headers } = served.value.value.reply.response;
  return ok({ status, headers, body: bodyOf(deps, call, served.value) });
}

/** A turn with a garbled tool call, as received. */
interface Garbled {
  readonly failure: Failure;
  readonly response: Response;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** Bytes kept of a garbled turn, which has little more than its finish. */
const MOST_GARBLED = 64 * 1024;

/** Reads the rest of a garbled turn. */
async function wholeOf({ first, stream }: OpenNative): Promise<Uint8Array<ArrayBuffer>> {
  const pieces: Uint8Array[] = [first];
  let size = first.byteLength;
  while (stream !== undefined && size < MOST_GARBLED) {
    const piece = await stream.reader.read();
    if (piece === undefined) break;
    pieces.push(piece);
    size += piece.byteLength;
  }
  return joinBytes(pieces);
}

async function openNative(
  deps: RelayDeps,
  call: NativeCall,
  attempt: Attempt,
  { onRefusal, onGarbled }: {
    readonly onRefusal: OnRefusal;
    readonly onGarbled: (garbled: Garbled) => void;
  },
): Promise<Result<OpenNative, Failure>> {
  const { model, operation } = call.leaseRequest;
  const options = { stream: call.stream, model, operation, onRefusal };
  const built = call.build(attempt);
  const request = built instanceof Promise ? await built : built;
  call.trace.warn(request.warnings);
  const stream = call.stream || (call.turn && attempt.upstream.alwaysStreams === true);
  const sent = await send(deps, attempt, request, { ...options, stream });
  if (!sent.ok) return sent;
  let reply = sent.value;
  try {
    if (attempt.upstream.passThrough === undefined) {
      reply = await unwrappedReply(reply, attempt.upstream.unwrap, call, deps.settings.maxReplyBytes);
    }
    const open = await readFirst(deps, call, reply);
    const failure = inspectForm({ ...open, whole: open.stream === undefined }, call.turn) ??
      // A file that Google could not process has a field of the same name.
      (operation === "resource"
        ? undefined
        : inspectFirstChunk(deps, attempt, open, call.leaseRequest, onRefusal)) ??
      (call.turn && isSilent(open) ? emptyReplyFailure("no content") : undefined);
    if (failure === undefined) {
      attempt.trace.firstToken();
      return ok(open);
    }
    if (failure.code === "malformed_reply") {
      onGarbled({ failure, response: reply.response, bytes: await wholeOf(open) });
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

/** True for neither a turn nor a reason why there is none: a stream without content, or unrelated JSON. */
function isSilent({ stream, parsed }: OpenNative): boolean {
  if (stream !== undefined) return stream.silent;
  return isObject(parsed) && parsed["candidates"] === undefined && parsed["promptFeedback"] === undefined;
}

/** Reads the first piece; a reply that is not streamed is read whole, which avoids a stream on either side. */
async function readFirst(deps: RelayDeps, call: NativeCall, reply: OpenReply): Promise<OpenNative> {
  const { response } = reply;
  if (!call.stream || response.body === null) {
    const { maxReplyBytes } = deps.settings;
    const first = await reply.wait(readWhole(response, maxReplyBytes, "MAX_REPLY_BYTES"));
    const parsed = parseSmall(first);
    if (parsed !== undefined) return { reply, first, parsed, inspector: new ParsedReply(parsed) };
    return { reply, first, inspector: inspectorOf(first.subarray(-WHOLE_TAIL)) };
  }
  const reader = openBody(response.body, { events: true });
  const watch = new ContentWatch();
  const { first, silent } = await firstContent(reply, reader, watch);
  const inspector = inspectorOf(first);
  return { reply, first, inspector, stream: { reader, watch, inspector, silent } };
}

function inspectorOf(first: Uint8Array<ArrayBuffer>): PassthroughInspector {
  const inspector = new PassthroughInspector();
  inspector.see(byteText(first));
  return inspector;
}

/** The end of a whole reply, which contains its finish and usage. */
const WHOLE_TAIL = 256 * 1024;

/** Bytes without content that are held back, so that an error after a comment can still be retried elsewhere. */
const MOST_NOISE = 8_192;

async function firstContent(
  reply: OpenReply,
  reader: BodyReader,
  watch: ContentWatch,
): Promise<{ readonly first: Uint8Array<ArrayBuffer>; readonly silent: boolean }> {
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  let silent = false;
  for (let size = 0; size < MOST_NOISE;) {
    const bytes = await reply.wait(reader.read());
    if (bytes === undefined) {
      silent = true;
      break;
    }
    reply.took(bytes.byteLength);
    pieces.push(bytes);
    size += bytes.byteLength;
    if (!watch.see(byteText(bytes))) continue;
    reply.touch();
    break;
  }
  return { first: pieces.length === 1 ? pieces[0]! : joinBytes(pieces), silent };
}

function bodyOf(deps: RelayDeps, call: NativeCall, served: Served<OpenNative>): NativeReply["body"] {
  const { stream, first } = served.value;
  const settle = settler(call, served);
  if (stream !== undefined) return streamed(deps, call, { served, stream, settle });
  settle();
  return first;
}

/** The body for the client, byte for byte; the lease is settled when it ends, fails or is cancelled. */
function streamed(
  deps: RelayDeps,
  call: NativeCall,
  { served: { lease, value: { reply, first } }, stream: { reader, watch, inspector }, settle }: {
    readonly served: Served<OpenNative>;
    readonly stream: OpenStream;
    readonly settle: Settle;
  },
): ReadableStream<Uint8Array> {
  const guard = new ErrorGuard(lease.credential);

  async function pump(target: PumpTarget<Uint8Array>): Promise<void> {
    const failure = await passAll(target);
    const said = guard.end();
    if (said !== undefined) target.write(said);
    settled(failure);
    // Google's own error is enough; two errors would be read as one broken object.
    if (failure !== undefined && !inspector.endedWithError()) target.write(call.brokenFrame(failure));
    target.close();
  }

  /** A fault of our own at the end does not affect the client, who has everything that Google sent. */
  function settled(failure: Failure | undefined): void {
    try {
      settle(failure);
    } catch (cause) {
      call.trace.abandon(ownFault(deps, call.trace.facts.id, cause));
    }
  }

  async function passAll(target: PumpTarget<Uint8Array>): Promise<Failure | undefined> {
    try {
      let bytes: Uint8Array<ArrayBuffer> | undefined = first;
      let text = byteText(first);
      while (true) {
        const passed = guard.pass(bytes, text);
        if (passed !== undefined) target.write(passed);
        const room = target.room();
        if (room !== undefined) await room;
        bytes = await reply.wait(reader.read());
        if (bytes === undefined) break;
        reply.took(bytes.byteLength);
        text = byteText(bytes);
        if (watch.see(text)) reply.touch();
        inspector.see(text);
      }
      return call.turn && !inspector.finished() ? truncatedFailure() : undefined;
    } catch (cause) {
      return failureOf(cause);
    }
  }

  function failureOf(cause: unknown): Failure {
    try {
      return reply.readFailure(cause);
    } catch (fault) {
      return ownFault(deps, call.trace.facts.id, fault);
    }
  }

  return pumpedStream({
    join: (pieces) => pieces.length === 1 ? pieces[0]! : joinBytes(pieces),
    pump,
    cancel(failure) {
      settled(failure);
      reply.abort();
    },
    deadlines: deps.deadlines,
    patienceMs: deps.settings.timeoutClient,
  });
}

/** Settles lease, attempt and record, once. */
function settler(call: NativeCall, served: Served<OpenNative>): Settle {
  const { reply, inspector } = served.value;
  return settleOnce(call.trace, served, {
    first() {
      reply.release();
      note(call, inspector);
    },
    last: (failure) =>
      call.trace.record(failure?.class === "client_gone" ? 499 : reply.response.status, failure),
  });
}

function note(call: NativeCall, inspector: ReplyInspector): void {
  if (!call.turn) return;
  const usage = inspector.usage();
  const finish = inspector.finishReason();
  if (usage !== undefined) call.trace.usage = usage;
  if (finish !== undefined) call.trace.finish = finish;
}
