import { type Failure, isObject, joinBytes, ok, parseForeign, type Result } from "../core/mod.ts";
import type { LeaseRequest } from "../pool/contract.ts";
import type { UpstreamRequest } from "../upstreams/contract.ts";
import type { ClientWatch } from "./client_watch.ts";
import type { RelayDeps } from "./deps.ts";
import { openBody, readWhole } from "../upstreams/mod.ts";
import { unreadableFailure } from "./failures.ts";
import type { NativeRefusal } from "./native_call.ts";
import { hiddenFailure, inspectForm, parseSmall } from "./inspect_first_chunk.ts";
import { pumpedStream, type PumpTarget } from "./pumped_stream.ts";
import { isInert, JSON_TYPES, plainType, typeWord } from "./reply_type.ts";
import { type Attempt, runAttempts, type Served } from "./run_attempts.ts";
import { type OpenReply, send } from "./send.ts";
import type { CallTrace } from "./trace.ts";

/** A call on a resource of a project: the client's bytes to Google, and Google's answer back. */
export interface ResourceCall {
  readonly leaseRequest: Omit<LeaseRequest, "tried">;
  readonly trace: CallTrace;
  readonly client: ClientWatch;
  readonly build: (attempt: Attempt) => UpstreamRequest;
  /** Called with a whole reply before the call is settled. */
  readonly onWhole?: (bytes: Uint8Array) => void;
  /** Larger replies are passed on unread as a stream; 0 for a download, which may be anything, whatever its type. */
  readonly mostRead: number;
  /** True when it names a resource of a project: a refusal then concerns that. */
  readonly named: boolean;
}

/** Google's reply: whole if it is small JSON, else streamed. */
export interface ResourceReply {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array>;
}

/** Observes the pieces of a reply that is passed on, and its end. */
export interface PassObserver {
  piece(bytes: Uint8Array): void;
  end(failure: Failure | undefined): void;
}

/**
 * Relays one call on a resource; redirects are followed, without the key at other addresses. A refusal concerns
 * this one resource and causes no cooldown, except for a rejected key and an exhausted limit.
 */
export async function relayResource(
  deps: RelayDeps,
  call: ResourceCall,
  observe: (headers: Headers) => PassObserver | undefined = () => undefined,
): Promise<Result<ResourceReply, NativeRefusal>> {
  let refusal: NativeRefusal | undefined;
  const served = await runAttempts(deps, call, async (attempt) => {
    const sent = await send(deps, attempt, call.build(attempt), {
      // Downloads and events may take any time; only silence ends them.
      stream: true,
      redirects: true,
      model: call.leaseRequest.model,
      operation: call.leaseRequest.operation,
      named: call.named && call.leaseRequest.operation === "resource",
      onRefusal: (failure, body) => refusal = { failure, body },
    });
    return sent.ok ? await opened(deps, call, attempt, sent.value, (told) => refusal = told) : sent;
  });
  if (!served.ok) {
    return { ok: false, error: refusal?.failure === served.error ? refusal : { failure: served.error } };
  }
  const { reply, whole } = served.value.value;
  const { status, headers } = reply.response;
  if (whole === undefined) {
    return ok({ status, headers, body: passed(deps, call, served.value, observe(headers)) });
  }
  call.onWhole?.(whole);
  settle(call, served.value);
  return ok({ status, headers, body: whole });
}

/** A reply whose head is a success; small JSON is read whole, so that a garbled one is retried elsewhere. */
interface OpenResource {
  readonly reply: OpenReply;
  readonly whole?: Uint8Array<ArrayBuffer>;
}

/** Files may have any type, but one that a browser runs must not come from the dashboard's origin. */
async function opened(
  deps: RelayDeps,
  call: ResourceCall,
  attempt: Attempt,
  reply: OpenReply,
  onRefusal: (refusal: NativeRefusal) => void,
): Promise<Result<OpenResource, Failure>> {
  const { headers, body } = reply.response;
  const type = plainType(headers.get("content-type"));
  const length = Number(headers.get("content-length") ?? 0);
  if (!isInert(type) && !JSON_TYPES.has(type)) return refused(reply, unreadableFailure(typeWord(type)));
  const read = type === "application/json" && call.mostRead > 0 && length <= call.mostRead;
  if (body !== null && !read) return ok({ reply });
  try {
    const whole = await reply.wait(readWhole(reply.response, deps.settings.maxReplyBytes, "MAX_REPLY_BYTES"));
    const failure = inspectForm({ first: whole, reply, whole: true, parsed: parseSmall(whole) }, false);
    if (failure !== undefined) return refused(reply, failure);
    const error = whole.byteLength > MOST_ERROR ? undefined : errorIn(whole);
    if (error === undefined) return ok({ reply, whole });
    return refused(
      reply,
      hiddenFailure(deps, attempt, error, call.leaseRequest, (failure, body) => onRefusal({ failure, body })),
    );
  } catch (cause) {
    return refused(reply, reply.readFailure(cause));
  }
}

/** A larger reply is not an error. */
const MOST_ERROR = 16 * 1024;

/** A failed resource has a field of that name too, but also its own name. */
function errorIn(bytes: Uint8Array): Record<string, unknown> | undefined {
  try {
    const reply: unknown = parseForeign(new TextDecoder().decode(bytes));
    const error = isObject(reply) && !("name" in reply) ? reply["error"] : undefined;
    return isObject(error) ? error : undefined;
  } catch {
    return undefined;
  }
}

function refused(reply: OpenReply, error: Failure): Result<OpenResource, Failure> {
  reply.abort();
  reply.release();
  return { ok: false, error };
}

/** The body for the client. A broken one is aborted for the client too: half a download must not look complete. */
function passed(
  { deadlines, settings }: RelayDeps,
  call: ResourceCall,
  served: Served<OpenResource>,
  observer: PassObserver | undefined,
): ReadableStream<Uint8Array> {
  const { reply } = served.value;
  let over = false;
  const end = (failure?: Failure): void => {
    if (over) return;
    over = true;
    observer?.end(failure);
    settle(call, served, failure);
    call.trace.record(failure?.class === "client_gone" ? 499 : reply.response.status, failure);
  };
  async function pump(target: PumpTarget<Uint8Array>): Promise<void> {
    const reader = openBody(reply.response.body as ReadableStream<Uint8Array<ArrayBuffer>>);
    try {
      while (true) {
        const bytes = await reply.wait(reader.read());
        if (bytes === undefined) break;
        reply.touch();
        observer?.piece(bytes);
        target.write(bytes);
        const room = target.room();
        if (room !== undefined) await room;
        if (target.over) return;
      }
      end();
      target.close();
    } catch (cause) {
      const failure = reply.readFailure(cause);
      end(failure);
      target.fail(new Error(failure.message));
    }
  }
  return pumpedStream({
    join: (pieces) => pieces.length === 1 ? pieces[0]! : joinBytes(pieces),
    pump,
    cancel(failure) {
      end(failure);
      reply.abort();
    },
    deadlines,
    patienceMs: settings.timeoutClient,
  });
}

/** Settles lease and attempt; the caller records. */
function settle(
  call: ResourceCall,
  { lease, attempt, value }: Served<OpenResource>,
  failure?: Failure,
): void {
  value.reply.release();
  if (failure === undefined) lease.succeed(call.trace.usage);
  else lease.fail(failure, { attempt: call.trace.attempts.length + 1, sameKeyRetries: 0, classes: [] });
  lease[Symbol.dispose]();
  attempt.end(failure);
}
