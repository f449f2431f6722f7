import { nodeBuffer } from "lazy-node";
import { type Failure, ok, type Result } from "../core/mod.ts";
import type { LeaseRequest } from "../pool/contract.ts";
import type { UpstreamRequest } from "../upstreams/contract.ts";
import type { ClientWatch } from "./client_watch.ts";
import type { RelayDeps, Running } from "./deps.ts";
import { clientGone, shuttingDown, timeoutFailure, transportFailure } from "./failures.ts";
import { type Attempt, runAttempts, type Served } from "./run_attempts.ts";
import type { CallTrace } from "./trace.ts";

/** One message of a socket: text stays text and bytes stay bytes, as clients and Google distinguish them. */
export type LiveMessage = string | Uint8Array<ArrayBuffer>;

/** A client's end of a session. */
export interface LiveClient {
  /** The next message, in order; undefined when the client has left. */
  next(): Promise<LiveMessage | undefined>;
  /** Resolves when there is room for more. */
  send(message: LiveMessage): Promise<void>;
  close(code: number, reason: string): void;
}

export interface LiveCall {
  readonly leaseRequest: Omit<LeaseRequest, "tried">;
  readonly trace: CallTrace;
  /** Aborts when the client has left. */
  readonly client: ClientWatch;
  readonly socket: LiveClient;
  /** Sent to each key until one accepts it. */
  readonly setup: LiveMessage;
  readonly build: (attempt: Attempt) => UpstreamRequest;
  /** Called with Google's messages as text, if they may contain usage or a handle; the client gets them afterwards. */
  readonly onServerText: (text: string) => Promise<void>;
}

/** How a session ended. */
export interface LiveEnd {
  readonly code: number;
  readonly reason: string;
  readonly failure?: Failure;
}

interface OpenSession {
  readonly link: WebSocketStream;
  readonly reader: ReadableStreamDefaultReader<string | Uint8Array<ArrayBuffer>>;
  readonly writer: WritableStreamDefaultWriter<string | Uint8Array<ArrayBuffer>>;
  /** Google's answer to the setup. */
  readonly first: LiveMessage;
}

/** Close codes that must not be sent; they are replaced by a permitted one. */
const UNSAID_CODES: ReadonlySet<number> = new Set([0, 1004, 1005, 1006, 1015]);
const CUT = {
  code: 1011,
  reason: "The connection to Google was cut: resume with the session's last handle",
} as const;
const LONGEST_REASON = 120;

/**
 * Relays a session between a client's socket and Google's. Until Google has accepted the setup, other keys are
 * tried after a refusal; after that the session stays on one key. Each side is read only as fast as the other
 * accepts data.
 */
export async function relayLive(deps: RelayDeps, call: LiveCall): Promise<LiveEnd> {
  const served = await runAttempts(deps, call, (attempt) => open(deps, call, attempt));
  if (!served.ok) return refused(served.error);
  const session = new Session(deps, call, served.value);
  return await session.run();
}

/** The end of a session that never began, with a close code for the side at fault. */
function refused(failure: Failure): LiveEnd {
  const code =
    failure.class === "invalid_request" || failure.class === "model_gone" || failure.class === "not_on_tier"
      ? 1008
      : failure.code === "shutting_down"
      ? 1012
      : 1011;
  return { code, reason: failure.message, failure };
}

/** Opens one socket and waits until Google has accepted the setup. */
async function open(
  deps: RelayDeps,
  call: LiveCall,
  attempt: Attempt,
): Promise<Result<OpenSession, Failure>> {
  if (attempt.credential.proxy !== undefined) return { ok: false, error: noProxy() };
  const { url, headers } = call.build(attempt);
  const ending = new AbortController();
  const timeout = deps.deadlines.start(deps.settings.timeoutConnect || 30_000, () => ending.abort());
  const leave = () => ending.abort();
  call.client.signal.addEventListener("abort", leave, { once: true });
  let link: WebSocketStream | undefined;
  try {
    link = new WebSocketStream(url.replace(/^http/, "ws"), {
      headers: { ...headers },
      signal: ending.signal,
    });
    // The end is seen by reading; this promise is not awaited.
    link.closed.catch(() => {});
    const { readable, writable } = await link.opened;
    attempt.trace.connected(101);
    const reader = readable.getReader();
    const writer = writable.getWriter();
    await writer.write(call.setup);
    const first = await firstOf(reader, ending.signal);
    if (!first.ok) return { ok: false, error: await classify(call, attempt, link, first.error) };
    attempt.trace.firstToken();
    return ok({ link, reader, writer, first: first.value });
  } catch (cause) {
    closeQuietly(link);
    if (call.client.signal.aborted) return { ok: false, error: clientGone(call.client.signal) };
    if (deps.shutdown.aborted) return { ok: false, error: shuttingDown() };
    if (ending.signal.aborted) {
      return { ok: false, error: timeoutFailure("TIMEOUT_CONNECT", deps.settings.timeoutConnect) };
    }
    return { ok: false, error: upgradeFailure(call, attempt, cause, deps.ports.clock.now()) };
  } finally {
    timeout.clear();
    call.client.signal.removeEventListener("abort", leave);
  }
}

async function firstOf(
  reader: OpenSession["reader"],
  signal: AbortSignal,
): Promise<Result<LiveMessage, unknown>> {
  const aborted = Promise.withResolvers<never>();
  const abort = () => aborted.reject(signal.reason);
  signal.addEventListener("abort", abort, { once: true });
  try {
    const { done, value } = await Promise.race([reader.read(), aborted.promise]);
    return done ? { ok: false, error: undefined } : ok(value);
  } catch (cause) {
    if (signal.aborted) throw cause;
    return { ok: false, error: cause };
  } finally {
    signal.removeEventListener("abort", abort);
    aborted.promise.catch(() => {});
  }
}

/** Classifies a refusal: Google refuses after the connection is made, by a close with a reason. */
async function classify(
  call: LiveCall,
  attempt: Attempt,
  link: WebSocketStream,
  cause: unknown,
): Promise<Failure> {
  const closed = await link.closed.catch(() => undefined);
  if (closed === undefined) return transportFailure(cause ?? "the socket closed without a word");
  const { closeCode, reason } = closeOf(closed);
  const status = statusOf(closeCode, reason);
  const body = JSON.stringify({ error: { code: status, message: reason, status: WORDS[status] } });
  const failure = attempt.upstream.classifyFailure({
    status,
    body,
    model: call.leaseRequest.model,
    operation: call.leaseRequest.operation,
    now: call.trace.facts.at,
  });
  return { ...failure, detail: `close ${closeCode} ${failure.detail ?? ""}` };
}

const WORDS: Readonly<Record<number, string>> = {
  400: "INVALID_ARGUMENT",
  403: "PERMISSION_DENIED",
  404: "NOT_FOUND",
  429: "RESOURCE_EXHAUSTED",
  503: "UNAVAILABLE",
};

/** The HTTP status that corresponds to a close. */
function statusOf(code: number, reason: string): number {
  if (/quota|rate limit|resource.?exhausted/i.test(reason)) return 429;
  if (/is not found|not supported for/i.test(reason)) return 404;
  if (/permission|forbidden|leaked/i.test(reason)) return 403;
  return code === 1007 || code === 1008 || code === 1003 || code === 1009 ? 400 : 503;
}

/** The failure of a refused upgrade, of which only the status is known. */
function upgradeFailure(call: LiveCall, attempt: Attempt, cause: unknown, now: number): Failure {
  const status = Number(/status code: (\d{3})/.exec(String(cause))?.[1] ?? 0);
  if (status < 400) return transportFailure(cause);
  const { model, operation } = call.leaseRequest;
  const body = JSON.stringify({ error: { code: status, message: "", status: WORDS[status] } });
  return attempt.upstream.classifyFailure({ status, body, model, operation, now });
}

function noProxy(): Failure {
  return {
    class: "not_on_tier",
    status: 503,
    code: "no_websocket_proxy",
    message: "A key with an outgoing proxy of its own cannot hold a live session: use a key without one",
    scope: "request",
  };
}

function closeQuietly(link: WebSocketStream | undefined, code = 1000, reason = ""): void {
  try {
    const closeCode = code === 1000 || code >= 3000 ? code : 1000;
    link?.close({ code: closeCode, closeCode, reason: cut(reason) } as WebSocketCloseInfo);
  } catch {
    // It never opened, or is closed already.
  }
}

/** The platform names the code in the standard's way; its types name it in the older one. */
function closeOf(info: WebSocketCloseInfo): { readonly closeCode: number; readonly reason: string } {
  const { closeCode, code, reason } = info as WebSocketCloseInfo & { readonly closeCode?: number };
  return { closeCode: closeCode ?? code ?? 1006, reason: reason ?? "" };
}

/** Truncates a reason to the 123 bytes that a close frame has for it. */
function cut(reason: string): string {
  const Buffer = nodeBuffer();
  let text = reason.slice(0, LONGEST_REASON);
  while (Buffer.byteLength(text) > LONGEST_REASON) text = text.slice(0, -1);
  return text;
}

/** Reads and drops messages until the other side has closed: the platform's stream fails when it is cancelled. */
async function drain(reader: OpenSession["reader"], { ports }: RelayDeps): Promise<void> {
  const until = ports.clock.now() + DRAIN_MS;
  try {
    while (ports.clock.now() < until && !(await reader.read()).done);
  } catch {
    // It broke, which ends it too.
  }
}

const DRAIN_MS = 10_000;

/** A session whose setup Google has accepted. */
class Session implements Running {
  index = -1;
  readonly #deps: RelayDeps;
  readonly #call: LiveCall;
  readonly #served: Served<OpenSession>;
  readonly #ended = Promise.withResolvers<LiveEnd>();

  constructor(deps: RelayDeps, call: LiveCall, served: Served<OpenSession>) {
    this.#deps = deps;
    this.#call = call;
    this.#served = served;
  }

  /** Ends the session when the process stops. */
  readonly abort = (): void => {
    this.#ended.resolve({
      code: 1012,
      reason: "The proxy is shutting down: connect again",
      failure: shuttingDown(),
    });
  };

  async run(): Promise<LiveEnd> {
    const { signal } = this.#call.client;
    // A client that leaves ends the session normally; only the owner's cancellation is a failure.
    const left = () => {
      const gone = clientGone(signal);
      this.#ended.resolve({
        code: 1000,
        reason: "",
        ...(gone.code === "cancelled" ? { failure: gone } : {}),
      });
    };
    this.#deps.running.add(this);
    signal.addEventListener("abort", left, { once: true });
    if (signal.aborted) left();
    if (this.#deps.shutdown.aborted) this.abort();
    this.#down().catch(() => this.#ended.resolve(CUT));
    this.#up().catch(() => this.#ended.resolve(CUT));
    const end = await this.#ended.promise;
    signal.removeEventListener("abort", left);
    this.#deps.running.delete(this);
    this.#settle(end);
    return { ...end, reason: cut(end.reason) };
  }

  /** Google to the client: not read until the client has received the earlier messages. */
  async #down(): Promise<void> {
    const { reader, link, first } = this.#served.value;
    let message: LiveMessage | undefined = first;
    try {
      while (message !== undefined) {
        await this.#look(message);
        await this.#call.socket.send(message);
        const read: ReadableStreamReadResult<LiveMessage> = await reader.read();
        message = read.value;
      }
    } catch (cause) {
      return this.#ended.resolve({ ...CUT, failure: transportFailure(cause) });
    }
    const { closeCode, reason } = closeOf(await link.closed);
    this.#ended.resolve(
      UNSAID_CODES.has(closeCode)
        ? closeCode === 1005 ? { code: 1000, reason } : { ...CUT, failure: transportFailure("closed") }
        : { code: closeCode, reason },
    );
  }

  /** The client to Google: each message waits until the one before is sent. */
  async #up(): Promise<void> {
    const { writer } = this.#served.value;
    while (true) {
      const message = await this.#call.socket.next();
      if (message === undefined) return this.#ended.resolve({ code: 1000, reason: "" });
      try {
        await writer.write(message);
      } catch (cause) {
        // Google's last message is seen by reading.
        return void cause;
      }
    }
  }

  async #look(message: LiveMessage): Promise<void> {
    const Buffer = nodeBuffer();
    const bytes = typeof message === "string"
      ? Buffer.from(message)
      : Buffer.from(message.buffer, message.byteOffset, message.byteLength);
    if (LOOKED_FOR.some((mark) => bytes.includes(mark))) {
      await this.#call.onServerText(bytes.toString("utf8"));
    }
  }

  #settle({ code, reason, failure }: LiveEnd): void {
    const { lease, attempt, value } = this.#served;
    closeQuietly(value.link, code, reason);
    void drain(value.reader, this.#deps);
    if (failure === undefined || failure.class === "client_gone") lease.succeed(this.#call.trace.usage);
    else {lease.fail(failure, {
        attempt: this.#call.trace.attempts.length + 1,
        sameKeyRetries: 0,
        classes: [],
      });}
    lease[Symbol.dispose]();
    attempt.end(failure?.class === "client_gone" ? undefined : failure);
  }
}

const LOOKED_FOR = [
  "usageMetadata",
  "usage_metadata",
  "sessionResumptionUpdate",
  "session_resumption_update",
] as const;
