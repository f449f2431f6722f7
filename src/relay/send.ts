import { type Failure, ok, type Operation, type Result, type Way } from "../core/mod.ts";
import type { UpstreamRequest } from "../upstreams/contract.ts";
import {
  INFLATES,
  mostInflated,
  mustBeReadable,
  packingFault,
  readStart,
  ReplyBeyondBounds,
  UPSTREAM_BOUNDS,
  withoutSecrets,
} from "../upstreams/mod.ts";
import { Ask } from "./ask.ts";
import type { Deadline } from "./deadlines.ts";
import type { RelayDeps, Running } from "./deps.ts";
import {
  beyondBoundsFailure,
  clientGone,
  endlessFailure,
  proxyRefused,
  shuttingDown,
  timeoutFailure,
  transportFailure,
  unreachableFailure,
} from "./failures.ts";
import type { Attempt } from "./run_attempts.ts";
import { followRedirects } from "./follow_redirects.ts";

/** An upstream reply whose head is a success, and the means to end it. */
export interface OpenReply {
  readonly response: Response;
  /** Waits for a piece of the body; a rejection counts as the upstream's fault, not this proxy's. */
  wait<Piece>(work: Promise<Piece>): Promise<Piece>;
  /** Counts received bytes. Throws when the stream goes beyond its bound. */
  took(bytes: number): void;
  /** Restarts the limit on silence; call it with every piece that has content. */
  touch(): void;
  /** Ends the upstream request at once. */
  abort(): void;
  /**
   * Converts an exception of a read to a failure. A fault of this proxy's own is rethrown, after everything is
   * released.
   */
  readFailure(cause: unknown): Failure;
  /** Stops listening to client and shutdown; call it exactly once when the body is finished. */
  release(): void;
}

export interface SendOptions {
  readonly stream: boolean;
  readonly model: string;
  readonly operation: Operation;
  /** True when the request names a resource of a project. */
  readonly named?: boolean;
  /** Follows redirects, as downloads use them; default: a redirect is a failure. */
  readonly redirects?: boolean;
  /** Called with the body of a refusal, for the native API, which passes Google's own error on. */
  readonly onRefusal?: (failure: Failure, body: string) => void;
}

/** Time limits of head and body, with the setting of each. */
interface Patience {
  readonly ms: number;
  readonly setting: string;
}

/** Sends one upstream request. Failures are classified; a body is only open after a success status. */
export async function send(
  deps: RelayDeps,
  attempt: Attempt,
  request: UpstreamRequest,
  options: SendOptions,
): Promise<Result<OpenReply, Failure>> {
  const kind = `${options.model} ${options.operation} ${options.stream}`;
  const exchange = new Exchange(
    deps,
    attempt,
    { url: request.url, kind, repeatable: isRepeatable(request, options.operation) },
    patienceFor(deps, options.stream, request),
  );
  try {
    const ask = (asked: UpstreamRequest) => exchange.wait(exchange.ask(asked));
    const response = await (options.redirects === true ? followRedirects(ask, request) : ask(request));
    exchange.answered(response);
    attempt.trace.connected(response.status);
    if (response.ok) {
      mustBeReadable(response.headers);
      return ok(exchange);
    }
    if (response.status === 407) return exchange.refusedByProxy();
    const said = await exchange.wait(readStart(response, UPSTREAM_BOUNDS.refusalBytes));
    exchange.release();
    const body = withoutSecrets(said, attempt.credential);
    const { headers } = response;
    const status = statusOf(response);
    const now = deps.ports.clock.now();
    const { model, operation, named = false } = options;
    const failure = attempt.upstream.classifyFailure({ status, body, headers, model, operation, named, now });
    options.onRefusal?.(failure, body);
    return { ok: false, error: failure };
  } catch (cause) {
    const failure = exchange.readFailure(cause);
    exchange.release();
    return { ok: false, error: failure };
  }
}

/** A fault of the upstream or the network; every other exception is a fault of this proxy's own. */
class UpstreamFault extends Error {
  override readonly name = "UpstreamFault";

  constructor(override readonly cause: unknown) {
    super("The upstream failed", { cause });
  }
}

/** The status limited to valid HTTP statuses; a server may send any number. */
function statusOf({ status }: Response): number {
  return status >= 300 && status < 600 ? status : 502;
}

/** True when a second copy of a request creates nothing twice, as it would a file, a cache, a batch or a video. */
export function isRepeatable({ method }: UpstreamRequest, operation: Operation): boolean {
  return method === "GET" || (operation !== "resource" && operation !== "predict");
}

/** How long an attempt runs before its client is watched: a leaving client is noticed this much later at worst. */
const WATCH_AFTER_MS = 250;

/**
 * One upstream request in flight: ended when the client leaves, the process stops or it is silent for too long.
 * Client and upstream are watched only when it takes long.
 */
class Exchange implements OpenReply, Running {
  index = -1;
  #response: Response | undefined;
  readonly #deps: RelayDeps;
  readonly #attempt: Attempt;
  readonly #url: string;
  readonly #patience: Patience;
  readonly #kind: string;
  /** Whether sending it twice at once is harmless. */
  readonly #repeatable: boolean;
  readonly #askedAt: number;
  #ask: Ask | undefined;
  #aborted = false;
  #deadline: Deadline;
  #silence: Deadline | undefined;
  /** True once silence is measured. */
  #late = false;
  #ended: "no" | "timed_out" | "unreachable" | "endless" = "no";
  #total: Deadline | undefined;
  #taken = 0;
  /** Reads that wait for the upstream; with none of them its silence is the client's, who reads slowly. */
  #waits = 0;
  #inflated = Infinity;
  #client: AbortSignal | undefined;
  #reach: ReachWatch | undefined;

  constructor(
    deps: RelayDeps,
    attempt: Attempt,
    { url, kind, repeatable }: { readonly url: string; readonly kind: string; readonly repeatable: boolean },
    patience: Patience,
  ) {
    this.#deps = deps;
    this.#attempt = attempt;
    this.#url = url;
    this.#kind = kind;
    this.#repeatable = repeatable;
    this.#askedAt = deps.ports.clock.now();
    this.#patience = patience;
    this.#deadline = deps.deadlines.start(Math.min(WATCH_AFTER_MS, patience.ms), () => this.#takesTime());
    deps.running.add(this);
    if (deps.shutdown.aborted) this.abort();
  }

  /** Sends the request and waits for the head of its answer. */
  ask(request: UpstreamRequest): Promise<Response> {
    const { ports, connections } = this.#deps;
    const { proxy } = this.#attempt.credential;
    this.#ask = new Ask({ fetch: ports.fetch, request, proxy, connections });
    if (this.#aborted) this.#ask.abort();
    return this.#ask.head;
  }

  get response(): Response {
    return this.#response!;
  }

  answered(response: Response): void {
    this.#response = response;
    this.#inflated = mostInflated(response.headers);
    this.#reach?.stop();
    this.#silence?.clear();
    this.#deps.firstBytes?.note(this.#kind, this.#deps.ports.clock.now() - this.#askedAt);
  }

  /** The outgoing proxy that it uses. */
  get way(): Way {
    const { proxy } = this.#attempt.credential;
    return { proxy: proxy === undefined ? this.#deps.proxyOf?.(this.#url) : URL.parse(proxy)?.host };
  }

  touch(): void {
    if (this.#late) this.#deadline.touch();
  }

  readonly abort = (): void => {
    this.#aborted = true;
    this.#ask?.abort();
  };

  /** The failure of a 407, which is always the outgoing proxy's own answer, never Google's. */
  refusedByProxy(): Result<never, Failure> {
    this.abort();
    this.release();
    return { ok: false, error: proxyRefused(this.way) };
  }

  wait<Piece>(work: Promise<Piece>): Promise<Piece> {
    this.#waits++;
    return work.then(this.#came, this.#named);
  }

  readonly #came = <Piece>(piece: Piece): Piece => {
    this.#waits--;
    return piece;
  };

  readonly #named = (cause: unknown): never => {
    this.#waits--;
    const told = this.#response === undefined ? cause : packingFault(this.#response.headers, cause);
    throw told instanceof ReplyBeyondBounds || told instanceof UpstreamFault ? told : new UpstreamFault(told);
  };

  took(bytes: number): void {
    this.#taken += bytes;
    if (this.#taken > this.#inflated) throw new ReplyBeyondBounds(INFLATES);
    if (this.#taken <= UPSTREAM_BOUNDS.streamBytes) return;
    throw new ReplyBeyondBounds(`is longer than ${UPSTREAM_BOUNDS.streamBytes} bytes`);
  }

  readFailure(cause: unknown): Failure {
    if (this.#client?.aborted) return clientGone(this.#client);
    if (cause instanceof ReplyBeyondBounds) {
      // The rest of the body is still arriving.
      this.abort();
      return beyondBoundsFailure(cause);
    }
    if (this.#ended === "unreachable") return unreachableFailure(this.#deps.settings.timeoutConnect);
    if (this.#ended === "timed_out") return timeoutFailure(this.#patience.setting, this.#patience.ms);
    if (this.#ended === "endless") return endlessFailure(this.#deps.settings.timeoutTotal);
    if (this.#deps.shutdown.aborted) return shuttingDown();
    if (cause instanceof UpstreamFault) return transportFailure(cause.cause, this.way);
    this.abort();
    this.release();
    throw cause;
  }

  release(): void {
    this.#deadline.clear();
    this.#total?.clear();
    this.#deps.running.delete(this);
    this.#client?.removeEventListener("abort", this.abort);
    this.#reach?.stop();
    this.#silence?.clear();
  }

  #takesTime(): void {
    const left = this.#patience.ms - WATCH_AFTER_MS;
    if (left <= 0) return this.#end("timed_out");
    this.#late = true;
    const { deadlines, settings } = this.#deps;
    this.#deadline = deadlines.start(left, () => this.#silent());
    if (settings.timeoutTotal > 0) {
      this.#total = deadlines.start(settings.timeoutTotal, () => this.#end("endless"));
    }
    if (this.#response === undefined) this.#watchUpstream();
    if (this.#response === undefined) this.#watchConnection();
    this.#client = this.#attempt.client.signal;
    if (this.#client.aborted) this.abort();
    else this.#client.addEventListener("abort", this.abort, { once: true });
  }

  #watchUpstream(): void {
    this.#reach = watchReach(this.#deps, this.#attempt, this.#url, () => this.#end("unreachable"));
  }

  /** Sends the request again over a new connection when a pooled one is silent for longer than answers usually take. */
  #watchConnection(): void {
    const { deadlines, firstBytes } = this.#deps;
    if (!this.#repeatable || firstBytes === undefined || this.#ask?.mayBeDead !== true) return;
    const left = firstBytes.patience(this.#kind) - WATCH_AFTER_MS;
    this.#silence = deadlines.start(left, () => this.#ask?.again());
  }

  #silent(): void {
    if (this.#waits > 0) return this.#end("timed_out");
    this.#deadline = this.#deps.deadlines.start(this.#patience.ms, () => this.#silent());
  }

  #end(reason: "timed_out" | "unreachable" | "endless"): void {
    this.#ended = reason;
    // Whatever was silent: later calls use new connections.
    if (this.#response === undefined) this.#deps.connections?.renew();
    this.abort();
  }
}

/**
 * A body up to this size is sent at once on any line; larger ones get TIMEOUT_WRITE in addition to the time for
 * the answer.
 */
const SENT_AT_ONCE = 1024 * 1024;

function patienceFor(deps: RelayDeps, stream: boolean, { body }: UpstreamRequest): Patience {
  const { timeoutWrite, timeoutReadStreaming, timeoutReadNonStreaming } = deps.settings;
  if (stream) return { ms: timeoutReadStreaming || Infinity, setting: "TIMEOUT_READ_STREAMING" };
  // fetch does not report when a request is sent, so the time to send a large one is part of the time to answer
  // it.
  const writing = (body?.length ?? 0) > SENT_AT_ONCE ? timeoutWrite || Infinity : 0;
  return { ms: writing + (timeoutReadNonStreaming || Infinity), setting: "TIMEOUT_READ_NON_STREAMING" };
}

/** Checks whether the upstream can be reached at all while its answer is awaited. */
interface ReachWatch {
  stop(): void;
}

/**
 * Enforces TIMEOUT_CONNECT at no cost for calls that are answered: fetch does not report when it has a
 * connection, so after half of that time a connection of our own is tried for the other half. If it succeeds the
 * upstream is only slow, and the read timeouts apply.
 */
function watchReach(
  deps: RelayDeps,
  attempt: Attempt,
  url: string,
  unreachable: () => void,
): ReachWatch | undefined {
  const { reach } = deps;
  const half = deps.settings.timeoutConnect / 2;
  if (reach === undefined || half === 0) return undefined;
  let stopped = false;
  const wait = deps.deadlines.start(half, async () => {
    if (!await reach(url, attempt.credential, half) && !stopped) unreachable();
  });
  return {
    stop() {
      stopped = true;
      wait.clear();
    },
  };
}
