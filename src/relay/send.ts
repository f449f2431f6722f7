import { type Failure, ok, type Result } from "../core/mod.ts";
import type { UpstreamRequest } from "../upstreams/contract.ts";
import type { ClientWatch } from "./client_watch.ts";
import type { Deadline } from "./deadlines.ts";
import type { RelayDeps } from "./deps.ts";
import {
  clientGone,
  shuttingDown,
  timeoutFailure,
  transportFailure,
  unreachableFailure,
} from "./failures.ts";
import type { Try } from "./run_attempts.ts";
import { watchReach } from "./watch_reach.ts";

/** An upstream reply whose head is a success, and the means to end it. */
export interface OpenReply {
  readonly response: Response;
  /** The limit on silence; touch it with every piece of the body. */
  readonly deadline: Deadline;
  /** Ends the upstream request at once. */
  abort(): void;
  /** Turns what a failed read threw into the reason. */
  readFailure(cause: unknown): Failure;
  /** Stops listening to client and shutdown; call it exactly once when the body is done with. */
  release(): void;
}

export interface SendOptions {
  readonly stream: boolean;
  readonly model: string;
  /** Sees the body of a refusal, for the lane that passes Google's own error on. */
  readonly onRefusal?: (failure: Failure, body: string) => void;
}

/** How long a head and a body may take, and which setting says so. */
interface Patience {
  readonly ms: number;
  readonly setting: string;
}

/** Sends one upstream request. Failures are classified; a body is only open when the head was a success. */
export async function send(
  deps: RelayDeps,
  attempt: Try,
  request: UpstreamRequest,
  options: SendOptions,
): Promise<Result<OpenReply, Failure>> {
  const controller = new AbortController();
  const patience = patienceFor(deps, options.stream);
  const reason = { timedOut: false, unreachable: false };
  const abort = () => controller.abort();
  const reach = watchReach(deps, attempt, request.url, () => {
    reason.unreachable = true;
    abort();
  });
  const watch = watchLate(deps, attempt.client, abort, reach.begin);
  const deadline = deps.deadlines.start(patience.ms, () => {
    reason.timedOut = true;
    abort();
  });
  const release = () => {
    deadline.clear();
    watch.stop();
    reach.stop();
  };
  const readFailure = (cause: unknown): Failure => {
    if (watch.left()) return clientGone();
    if (reason.unreachable) return unreachableFailure(deps.settings.timeoutConnect);
    if (reason.timedOut) return timeoutFailure(patience.setting, patience.ms);
    return deps.shutdown.aborted ? shuttingDown() : transportFailure(cause);
  };
  try {
    const response = await deps.ports.fetch(request.url, initOf(deps, attempt, request, controller.signal));
    reach.stop();
    attempt.trail.connected(response.status);
    if (response.ok) return ok({ response, deadline, abort, readFailure, release });
    const body = await response.text();
    release();
    const { status, headers } = response;
    const now = deps.ports.clock.now();
    const failure = attempt.upstream.classifyFailure({ status, body, headers, model: options.model, now });
    options.onRefusal?.(failure, body);
    return { ok: false, error: failure };
  } catch (cause) {
    const failure = readFailure(cause);
    release();
    return { ok: false, error: failure };
  }
}

function patienceFor(deps: RelayDeps, stream: boolean): Patience {
  const { timeoutConnect, timeoutWrite, timeoutReadStreaming, timeoutReadNonStreaming } = deps.settings;
  if (stream) return { ms: timeoutReadStreaming || Infinity, setting: "TIMEOUT_READ_STREAMING" };
  // fetch does not tell when a request has left, so that the time to send it is part of the time to answer it.
  const ms = [timeoutConnect, timeoutWrite, timeoutReadNonStreaming].reduce(
    (sum, part) => sum + (part || Infinity),
    0,
  );
  return { ms, setting: "TIMEOUT_READ_NON_STREAMING" };
}

function initOf(
  deps: RelayDeps,
  attempt: Try,
  request: UpstreamRequest,
  signal: AbortSignal,
): RequestInit & { client?: Deno.HttpClient } {
  const client = attempt.credential.proxy === undefined ? undefined : deps.clientFor?.(attempt.credential);
  return {
    method: request.method,
    headers: request.headers,
    redirect: "manual",
    signal,
    ...(request.body === undefined ? {} : { body: request.body }),
    ...(client === undefined ? {} : { client }),
  };
}

/** How long an attempt runs before its client is watched: leaving is noticed this much later at worst. */
const WATCH_AFTER_MS = 50;

/** Aborts the attempt when the client leaves or the process stops; begins to watch client and upstream when the attempt takes its time. */
function watchLate(deps: RelayDeps, client: ClientWatch, abort: () => void, watchUpstream: () => void) {
  let signal: AbortSignal | undefined;
  const late = deps.deadlines.start(WATCH_AFTER_MS, () => {
    watchUpstream();
    signal = client.signal;
    if (signal.aborted) abort();
    else signal.addEventListener("abort", abort, { once: true });
  });
  if (deps.shutdown.aborted) abort();
  deps.stopping.add(abort);
  return {
    left: () => signal?.aborted ?? false,
    stop() {
      late.clear();
      deps.stopping.delete(abort);
      signal?.removeEventListener("abort", abort);
    },
  };
}
