import {
  type Failure,
  invalidRequest,
  isObject,
  type Json,
  type JsonObject,
  parseForeign,
} from "../../core/mod.ts";
import { openaiResponses } from "../../dialects/mod.ts";
import { watchClient } from "../../relay/mod.ts";
import { serveDialect } from "./dialect_route.ts";
import { refuse } from "./failure_response.ts";
import type { ProxyDeps, RequestContext } from "./proxy_deps.ts";
import { IDLE_SECONDS, SocketClient } from "./socket_client.ts";

/** Most responses of one connection that later ones may continue from without being stored. */
const MOST_KEPT = 8;

/**
 * The Responses API over a WebSocket, as used by Codex and OpenAI's SDKs: receives `response.create` frames and
 * sends the events of a stream, one response at a time. A connection remembers its last responses, so that a
 * turn need only send what is new.
 */
export function serveResponsesSocket(deps: ProxyDeps, requestContext: RequestContext): Response | Failure {
  const { request } = requestContext;
  if (request.headers.get("upgrade")?.toLowerCase() !== "websocket") {
    return invalidRequest("GET /v1/responses is a WebSocket: ask for an upgrade, or send a POST", {
      status: 426,
      code: "upgrade_required",
    });
  }
  const headers = new Headers(request.headers);
  for (const name of ["upgrade", "connection", "content-length", "content-encoding"]) headers.delete(name);
  for (const name of [...headers.keys()]) if (name.startsWith("sec-websocket-")) headers.delete(name);
  headers.set("content-type", "application/json");
  const { socket, response } = Deno.upgradeWebSocket(request, { idleTimeout: IDLE_SECONDS });
  const client = new SocketClient(socket, deps.ports.clock);
  const connection = new Connection(deps, requestContext, headers, client);
  connection.run().catch((cause) => {
    deps.ledger.log("error", "request", "A Responses socket failed inside the proxy", {
      error: String(cause).slice(0, 300),
    });
    client.close(1011, "The proxy failed on this connection");
  });
  return response;
}

class Connection {
  readonly #deps: ProxyDeps;
  readonly #requestContext: RequestContext;
  readonly #headers: Headers;
  readonly #socket: SocketClient;
  /** The conversation of each response so far, as input items. */
  readonly #kept = new Map<string, readonly Json[]>();
  #running: AbortController | undefined;

  constructor(deps: ProxyDeps, requestContext: RequestContext, headers: Headers, socket: SocketClient) {
    this.#deps = deps;
    this.#requestContext = requestContext;
    this.#headers = headers;
    this.#socket = socket;
    socket.onMessage = (message) => {
      if (
        typeof message === "string" && message.length < 500 &&
        frameOf(message)?.["type"] === "response.cancel"
      ) {
        this.#running?.abort();
      }
    };
  }

  async run(): Promise<void> {
    while (true) {
      const message = await this.#socket.next();
      if (message === undefined) return;
      const frame = frameOf(typeof message === "string" ? message : new TextDecoder().decode(message));
      switch (frame?.["type"]) {
        case "response.create":
          await this.#create(frame);
          break;
        // The client has read a response, or cancels a finished one: nothing to do.
        case "response.processed":
        case "response.cancel":
          break;
        default:
          await this.#fail(
            invalidRequest("Send JSON frames of type response.create", { code: "invalid_frame" }),
          );
      }
    }
  }

  async #create(frame: JsonObject): Promise<void> {
    const { type: _, response, generate, ...flat } = frame;
    const body: JsonObject = isObject(response) ? response as JsonObject : flat;
    const whole = this.#expanded(body);
    if (generate === false || body["generate"] === false) return await this.#warmUp(whole);
    const requestId = this.#deps.ports.newId("req_");
    const barred = await this.#deps.enter(this.#requestContext.client, requestId);
    if (barred !== undefined) return await this.#fail(barred);
    const running = this.#running = new AbortController();
    const signal = AbortSignal.any([running.signal, this.#socket.left]);
    const { generate: __, ...asked } = whole;
    const request = new Request(this.#requestContext.target.url, {
      method: "POST",
      headers: this.#headers,
      body: JSON.stringify({ ...asked, stream: true }),
    });
    const reply = await serveDialect(this.#deps, openaiResponses, {
      ...this.#requestContext,
      request,
      requestId,
      at: this.#deps.ports.clock.now(),
      watch: watchClient(() => signal),
      seen: {},
    });
    try {
      if (reply.status === 200) await this.#pass(reply, whole, signal);
      else await this.#say(errorOf(reply.status, await reply.json()));
    } finally {
      this.#running = undefined;
    }
  }

  /** Each event of the stream as a frame; the last one's output is what the next turn continues from. */
  async #pass(reply: Response, asked: JsonObject, signal: AbortSignal): Promise<void> {
    const body = reply.body;
    if (body === null) return;
    const decoder = new TextDecoder();
    let rest = "";
    const reader = body.getReader();
    const stop = () => void reader.cancel().catch(() => {});
    signal.addEventListener("abort", stop, { once: true });
    try {
      while (true) {
        const { done, value } = await reader.read();
        if (done) break;
        const lines = (rest + decoder.decode(value, { stream: true })).split("\n");
        rest = lines.pop() ?? "";
        for (const line of lines) {
          if (line.startsWith("data:")) await this.#event(line.slice(5).trim(), asked);
        }
      }
    } finally {
      signal.removeEventListener("abort", stop);
    }
  }

  async #event(text: string, asked: JsonObject): Promise<void> {
    const event = frameOf(text);
    if (event === undefined) return;
    if (event["type"] === "error") return await this.#say(errorOf(500, event));
    await this.#socket.send(text);
    const response = event["response"];
    if (!isObject(response) || !/^response\.(completed|incomplete)$/.test(String(event["type"]))) return;
    const output = Array.isArray(response["output"]) ? response["output"] as readonly Json[] : [];
    this.#keep(String(response["id"]), [...itemsOf(asked["input"]), ...output]);
  }

  /** Adds the conversation of `previous_response_id`, if this connection has it. */
  #expanded(body: JsonObject): JsonObject {
    const earlier = this.#kept.get(String(body["previous_response_id"] ?? ""));
    if (earlier === undefined) return body;
    const { previous_response_id: _, ...rest } = body;
    return { ...rest, input: [...earlier, ...itemsOf(body["input"])] };
  }

  /**
   * Handles a client that opens a conversation before its first turn: generates nothing, and the next turn
   * continues from here.
   */
  async #warmUp(body: JsonObject): Promise<void> {
    const id = this.#deps.ports.newId("resp_");
    this.#keep(id, itemsOf(body["input"]));
    const response: JsonObject = {
      id,
      object: "response",
      created_at: Math.floor(this.#deps.ports.clock.now() / 1000),
      status: "completed",
      model: body["model"] ?? "",
      output: [],
      error: null,
      incomplete_details: null,
      usage: {
        input_tokens: 0,
        input_tokens_details: { cached_tokens: 0 },
        output_tokens: 0,
        output_tokens_details: { reasoning_tokens: 0 },
        total_tokens: 0,
      },
    };
    await this.#say({
      type: "response.created",
      sequence_number: 0,
      response: { ...response, status: "in_progress", usage: null },
    });
    await this.#say({ type: "response.completed", sequence_number: 1, response });
  }

  #keep(id: string, items: readonly Json[]): void {
    this.#kept.set(id, items);
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > MOST_KEPT && oldest !== undefined) this.#kept.delete(oldest);
  }

  async #fail(failure: Failure): Promise<void> {
    const now = this.#deps.ports.clock.now();
    const reply = refuse({ dialect: openaiResponses, requestContext: this.#requestContext, now }, failure);
    await this.#say(errorOf(reply.status, await reply.json()));
  }

  #say(event: JsonObject): Promise<void> {
    return this.#socket.send(JSON.stringify(event));
  }
}

/** Codex reads an error by its numeric status alone. */
function errorOf(status: number, body: unknown): JsonObject {
  const said = isObject(body) ? body : {};
  const error = isObject(said["error"]) ? said["error"] as JsonObject : said as JsonObject;
  const { type, code, message, param } = error;
  return {
    type: "error",
    status: typeof said["status"] === "number" ? said["status"] : status,
    error: {
      type: type === "error" || type === undefined ? "server_error" : type,
      code: code ?? null,
      message: message ?? "",
      param: param ?? null,
    },
  };
}

function itemsOf(input: Json | undefined): readonly Json[] {
  if (typeof input === "string") return [{ type: "message", role: "user", content: input }];
  return Array.isArray(input) ? input : [];
}

function frameOf(text: string): JsonObject | undefined {
  try {
    const frame: unknown = parseForeign(text);
    return isObject(frame) ? frame as JsonObject : undefined;
  } catch {
    return undefined;
  }
}
