import type { JsonObject } from "../core/mod.ts";
import { asList, asObject, asObjects, asText } from "./json_read.ts";
import { ownedItem } from "./owned_api.ts";
import type { SimState } from "./state.ts";

const PATH_REGEXP =
  /^\/ws\/google\.ai\.generativelanguage\.(v1|v1alpha|v1beta)\.GenerativeService\.(BidiGenerateContent|BidiGenerateContentConstrained|BidiGenerateMusic)$/;
const SETUP_MS = 10_000;
const FLOOD_PIECE = "x".repeat(32_000);

/** A WebSocket session as the simulator saw it. */
export interface LiveSession {
  readonly method: string;
  readonly key: string;
  readonly project: string;
  setup: JsonObject | undefined;
  /** Bytes of messages that were given to the socket. */
  sent: number;
  audioBytes: number;
  open: boolean;
  closeCode: number | undefined;
}

/** Serves the Live API and music generation; undefined for any other request. */
export function serveLive(state: SimState, request: Request, url: URL): Response | undefined {
  const path = PATH_REGEXP.exec(url.pathname);
  if (path === null) return undefined;
  if (request.headers.get("upgrade")?.toLowerCase() !== "websocket") {
    return new Response("Upgrade required", { status: 400 });
  }
  const method = path[2]!;
  const key = url.searchParams.get("access_token") ?? url.searchParams.get("key") ??
    request.headers.get("x-goog-api-key") ?? "";
  const { socket, response } = Deno.upgradeWebSocket(request);
  socket.binaryType = "arraybuffer";
  const project = projectOf(state, key, method);
  const session: LiveSession = {
    method,
    key,
    project: project ?? "",
    setup: undefined,
    sent: 0,
    audioBytes: 0,
    open: true,
    closeCode: undefined,
  };
  state.live.push(session);
  socket.onopen = () => {
    // Google accepts a connection and refuses it afterwards.
    if (project === undefined) socket.close(1007, "API key not valid. Please pass a valid API key.");
  };
  socket.onmessage = (event) => {
    try {
      receive(state, session, socket, parsed(event.data));
    } catch {
      socket.close(1007, "Invalid JSON payload received.");
    }
  };
  const timer = setTimeout(
    () => session.setup ?? socket.close(1008, "No setup message was received."),
    SETUP_MS,
  );
  socket.onclose = (event) => {
    clearTimeout(timer);
    session.open = false;
    session.closeCode = event.code;
  };
  socket.onerror = () => {
    clearTimeout(timer);
    session.open = false;
  };
  return response;
}

function projectOf(state: SimState, key: string, method: string): string | undefined {
  if (key.startsWith("auth_tokens/")) {
    return method === "BidiGenerateContentConstrained" ? state.owned.get(key)?.project : undefined;
  }
  const holder = method === "BidiGenerateContentConstrained" ? undefined : state.keys.find(key);
  return holder?.state === "valid" ? holder.book.project.id : undefined;
}

function parsed(data: unknown): JsonObject {
  const text = typeof data === "string" ? data : new TextDecoder().decode(data as ArrayBuffer);
  return asObject(JSON.parse(text)) ?? {};
}

/** Google sends its JSON in binary frames. */
function send(session: LiveSession, socket: WebSocket, message: JsonObject): void {
  if (socket.readyState !== WebSocket.OPEN) return;
  const bytes = new TextEncoder().encode(JSON.stringify(message));
  session.sent += bytes.byteLength;
  socket.send(bytes);
}

function receive(state: SimState, session: LiveSession, socket: WebSocket, message: JsonObject): void {
  const setup = asObject(message["setup"]);
  if (session.setup === undefined) {
    if (setup === undefined) return socket.close(1007, "setup must be the first message and only the first.");
    return begin(state, session, socket, setup);
  }
  if (setup !== undefined) return socket.close(1007, "setup must be the first message and only the first.");
  if (session.method === "BidiGenerateMusic") return music(session, socket, message);
  const content = asObject(message["clientContent"] ?? message["client_content"]);
  if (content !== undefined) return turn(state, session, socket, textOf(content));
  const input = asObject(message["realtimeInput"] ?? message["realtime_input"]);
  if (input !== undefined) return realtime(state, session, socket, input);
  const response = asObject(message["toolResponse"] ?? message["tool_response"]);
  if (response !== undefined) return answer(state, session, socket, `Tool said: ${JSON.stringify(response)}`);
  socket.close(1007, `Unknown name "${Object.keys(message)[0] ?? ""}"`);
}

function begin(state: SimState, session: LiveSession, socket: WebSocket, setup: JsonObject): void {
  const model = (asText(setup["model"]) ?? "").replace(/^models\//, "");
  const known = state.models.get(model);
  const method = session.method === "BidiGenerateMusic" ? "bidiGenerateMusic" : "bidiGenerateContent";
  if (known?.methods.includes(method) !== true) {
    return socket.close(
      1008,
      `models/${model} is not found for API version v1beta, or is not supported for ${method}.`,
    );
  }
  const holder = state.keys.books.find((book) => book.project.id === session.project);
  if (state.liveQuota.has(session.project) || holder === undefined) {
    return socket.close(1011, "You exceeded your current quota, please check your plan and billing details.");
  }
  const handle = asText(asObject(setup["sessionResumption"])?.["handle"]);
  if (handle !== undefined && ownedItem(state, session.project, `handles/${handle}`) === undefined) {
    return socket.close(1008, "BidiGenerateContent session not found");
  }
  session.setup = setup;
  send(session, socket, { setupComplete: {} });
}

function textOf(content: JsonObject): string {
  return asObjects(content["turns"]).flatMap((one) => asObjects(one["parts"])).map((part) =>
    asText(part["text"]) ?? ""
  )
    .join("");
}

function turn(state: SimState, session: LiveSession, socket: WebSocket, text: string): void {
  if (text.includes("call the tool")) {
    return send(session, socket, {
      toolCall: { functionCalls: [{ id: "call-1", name: "weather", args: { place: "Rome" } }] },
    });
  }
  if (text.includes("go away")) {
    send(session, socket, { goAway: { timeLeft: "1s" } });
    return socket.close(1000, "The session has reached its end");
  }
  const flood = /flood (\d+)/.exec(text);
  if (flood !== null) return floodWith(session, socket, Number(flood[1]));
  answer(state, session, socket, `You said: ${text}`);
}

/** Sends as fast as the socket accepts, like audio that nobody reads. */
function floodWith(session: LiveSession, socket: WebSocket, left: number): void {
  if (socket.readyState !== WebSocket.OPEN) return;
  if (left === 0) return send(session, socket, { serverContent: { turnComplete: true } });
  if (socket.bufferedAmount > 100_000) return void setTimeout(() => floodWith(session, socket, left), 5);
  send(session, socket, audio(FLOOD_PIECE));
  setTimeout(() => floodWith(session, socket, left - 1), 0);
}

function answer(state: SimState, session: LiveSession, socket: WebSocket, text: string): void {
  send(session, socket, { serverContent: { modelTurn: { role: "model", parts: [{ text }] } } });
  send(session, socket, {
    serverContent: { turnComplete: true },
    usageMetadata: { promptTokenCount: 10, responseTokenCount: 20, totalTokenCount: 30 },
  });
  if (session.setup?.["sessionResumption"] === undefined) return;
  const newHandle = state.newId(20);
  state.owned.set(`handles/${newHandle}`, { project: session.project, looks: 0, body: {} });
  send(session, socket, { sessionResumptionUpdate: { newHandle, resumable: true } });
}

function audio(data: string): JsonObject {
  return {
    serverContent: { modelTurn: { parts: [{ inlineData: { mimeType: "audio/pcm;rate=24000", data } }] } },
  };
}

function realtime(state: SimState, session: LiveSession, socket: WebSocket, input: JsonObject): void {
  const text = asText(input["text"]);
  if (text !== undefined) return turn(state, session, socket, text);
  const data = asText(asObject(input["audio"])?.["data"]);
  if (data !== undefined) {
    session.audioBytes += atob(data).length;
    return send(session, socket, audio(data));
  }
  if (input["audioStreamEnd"] === true) answer(state, session, socket, `Heard ${session.audioBytes} bytes`);
}

function music(session: LiveSession, socket: WebSocket, message: JsonObject): void {
  const content = asObject(message["clientContent"] ?? message["client_content"]);
  if (content !== undefined) {
    if (asList(content["weightedPrompts"] ?? content["weighted_prompts"]).length === 0) {
      socket.close(1007, "weighted_prompts is required.");
    }
    return;
  }
  const control = asText(message["playbackControl"] ?? message["playback_control"]);
  if (control === "PLAY") {
    send(session, socket, {
      serverContent: { audioChunks: [{ data: btoa("note"), mimeType: "audio/l16;rate=48000" }] },
    });
  } else if (control === undefined && message["musicGenerationConfig"] === undefined) {
    socket.close(1007, `Unknown name "${Object.keys(message)[0] ?? ""}"`);
  }
}
