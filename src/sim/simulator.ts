import { sendEvents, sendFault, sendJson, sendRejection, type Wire } from "./answer.ts";
import { benchmarkHandler } from "./benchmark_reply.ts";
import { createControl, type SimulatorControl } from "./control.ts";
import { countTokens } from "./tokens.ts";
import { type Answer, embedMany, embedOne } from "./embeddings.ts";
import { ConnectionReset, waitFor } from "./emission.ts";
import {
  invalid,
  modelNotFound,
  permissionOnResource,
  regionBlocked,
  reject,
  type Rejection,
} from "./errors.ts";
import { struckBy } from "./faults.ts";
import { generate } from "./generate.ts";
import { asObject } from "./json_read.ts";
import type { KeyHolder } from "./keys.ts";
import { createInteraction } from "./interactions.ts";
import { serveLive } from "./live.ts";
import { addBlob, modelJob, ownedCall, type OwnedRequest } from "./owned_api.ts";
import { getModel, listModels, type SimModel } from "./models.ts";
import type { SimulatorOptions } from "./options.ts";
import type { OpenEntry, SimLogEntry } from "./request_log.ts";
import { collectionCall, registerFiles, resourceCall } from "./resources.ts";
import { routeOf, rpcOf, type SimRoute, versionOf } from "./route.ts";
import { SimState } from "./state.ts";
import { upload, uploadProject } from "./uploads.ts";

/** A Gemini API that lives in this process; `fetch` behaves as the platform's does, torn connections and aborts included. */
export interface Simulator {
  /** Rejects when the connection is torn before the head, or when the request's signal is aborted. */
  fetch(request: Request): Promise<Response>;
  readonly control: SimulatorControl;
  /** The last calls, oldest first. */
  readonly log: readonly SimLogEntry[];
}

/** Makes a simulator with its own keys, counters and clock. */
export function createSimulator(options: SimulatorOptions = {}): Simulator {
  return simulatorFor(options, "error");
}

/** The same, with what an abort does to a body that is under way. */
export function simulatorFor(options: SimulatorOptions, abortEnds: "error" | "close"): Simulator {
  const state = new SimState(options, abortEnds);
  const control = createControl(state);
  const fetch = options.benchmark
    ? benchmarkHandler(options.benchmark)
    : (request: Request) => handle(state, request);
  return { fetch, control, log: state.log.entries };
}

interface Call {
  readonly state: SimState;
  readonly request: Request;
  readonly url: URL;
  readonly route: SimRoute;
  readonly wire: Wire;
  readonly bodyText: string;
}

async function handle(state: SimState, request: Request): Promise<Response> {
  const url = new URL(request.url);
  const live = serveLive(state, request, url);
  if (live !== undefined) return live;
  const route = routeOf(request.method, url.pathname);
  const entry = state.log.open(request, url, state.clock.now());
  entry.method = route.kind === "model_call" ? route.verb : rpcOf(route, request.method);
  entry.model = "model" in route ? route.model : undefined;
  entry.key = keyOf(request, url);
  entry.bodyText = await request.text();
  entry.body = parsed(entry.bodyText);
  for (const watcher of state.watchers) watcher(entry);
  const faults = state.faults.take({ key: entry.key, model: entry.model, method: entry.method });
  entry.faults = faults.map((fault) => fault.kind);
  const wire: Wire = { state, entry, signal: request.signal, faults, form: formOf(route, url) };
  await beforeHead(wire);
  const call: Call = { state, request, url, route, wire, bodyText: entry.bodyText };
  return sendFault(wire) ?? answer(call);
}

function keyOf(request: Request, url: URL): string | null {
  return request.headers.get("x-goog-api-key") ?? url.searchParams.get("key");
}

function parsed(text: string): SimLogEntry["body"] {
  try {
    return asObject(JSON.parse(text));
  } catch {
    return undefined;
  }
}

function formOf(route: SimRoute, url: URL): Wire["form"] {
  if (route.kind !== "model_call" || route.verb !== "streamGenerateContent") return undefined;
  return (url.searchParams.get("alt") ?? url.searchParams.get("$alt")) === "sse" ? "sse" : "array";
}

/** Everything that happens before the head: latency, silence, a torn connection. */
async function beforeHead(wire: Wire): Promise<void> {
  const { state, signal, faults, entry } = wire;
  const latency = (state.options.latencyMs ?? 0) + (struckBy(faults, "latency")?.ms ?? 0);
  try {
    if (latency > 0) await waitFor(state.clock, latency, signal);
    if (struckBy(faults, "hang_before_head")) await forever(signal);
    signal.throwIfAborted();
  } catch (error) {
    close(entry, state, "cancelled");
    throw error;
  }
  if (!struckBy(faults, "reset_before_head")) return;
  close(entry, state, "reset");
  throw new ConnectionReset();
}

function close(entry: OpenEntry, state: SimState, ending: "cancelled" | "reset"): void {
  entry.ending = ending;
  entry.endedAt = state.clock.now();
}

function forever(signal: AbortSignal): Promise<never> {
  return new Promise((_, fail) => {
    if (signal.aborted) fail(signal.reason);
    else signal.addEventListener("abort", () => fail(signal.reason), { once: true });
  });
}

function answer(call: Call): Response {
  const { state, request, url, route, wire } = call;
  if (route.kind === "unknown") return sendRejection(wire, reject(404, "Requested entity was not found."));
  const both = request.headers.has("x-goog-api-key") && url.searchParams.has("key");
  if (both) {
    return sendRejection(
      wire,
      reject(400, "Multiple authentication credentials received. Please pass only one."),
    );
  }
  if (route.kind === "download" && !route.name.includes("/")) return sendBlob(call, route.name);
  const session = route.kind === "upload" && wire.entry.key === null ? sessionHolder(call) : undefined;
  if (session !== undefined) return uploadCall(call, session, route as UploadRoute);
  const holder = state.keys.admit(
    wire.entry.key,
    rpcOf(route, request.method),
    request.headers.get("referer"),
  );
  if ("error" in holder) return sendRejection(wire, holder);
  wire.entry.project = holder.book.project.id;
  if (state.regionBlocked) return sendRejection(wire, regionBlocked());
  if (route.kind === "model_call") return modelCall(call, holder, route);
  if (route.kind === "upload") return uploadCall(call, holder, route);
  if (route.kind === "download") return download(call, holder, route.name);
  if (route.kind === "owned" && route.segments.join("/") === "interactions" && request.method === "POST") {
    return interactionCall(call, holder);
  }
  return sendAnswer(wire, plainCall(call, holder, route));
}

type UploadRoute = Extract<SimRoute, { readonly kind: "upload" }>;

/** An upload's address needs no key: its id is the secret. */
function sessionHolder({ state, url }: Call): KeyHolder | undefined {
  const project = uploadProject(state, url.searchParams.get("upload_id") ?? "");
  const book = state.keys.books.find((one) => one.project.id === project);
  return book === undefined ? undefined : { book, key: "", state: "valid" };
}

/** Google answers with another address, at which no key is asked for. */
function download({ state, wire, url }: Call, holder: KeyHolder, name: string): Response {
  const id = name.replace(/^files\//, "");
  const found = state.resources.find("files", holder.book.project.id, id);
  if (found === undefined) return sendRejection(wire, permissionOnResource("File", id));
  const content = state.blobs.get(name);
  if (content === undefined) return sendRejection(wire, invalid("Only generated files can be downloaded."));
  if (url.searchParams.get("alt") !== "media") return sendJson(wire, found.body);
  const target = `${url.origin}/download/blobs/${addBlob(state, content)}`;
  wire.entry.status = 302;
  return new Response(null, { status: 302, headers: { location: target } });
}

function sendBlob({ state, wire, request }: Call, id: string): Response {
  const content = state.blobs.get(id);
  if (content === undefined) return sendRejection(wire, reject(404, "Requested entity was not found."));
  if (request.headers.has("x-goog-api-key")) {
    return sendRejection(wire, invalid("A key was sent to an address that needs none."));
  }
  wire.entry.status = 200;
  const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.get("range") ?? "");
  const type = { "content-type": "video/mp4", "accept-ranges": "bytes" };
  if (range === null) return new Response(content, { headers: type });
  const end = range[2] === "" ? content.length - 1 : Number(range[2]);
  return new Response(content.slice(Number(range[1]), end + 1), {
    status: 206,
    headers: { ...type, "content-range": `bytes ${range[1]}-${end}/${content.length}` },
  });
}

function interactionCall({ state, wire, request, bodyText }: Call, holder: KeyHolder): Response {
  const answer = createInteraction(state, holder.book.project.id, bodyText);
  if ("rejection" in answer) return sendRejection(wire, answer.rejection);
  const revision = request.headers.get("api-revision");
  const headers: Record<string, string> = revision === null ? {} : { "api-revision": revision };
  return answer.events === undefined
    ? sendJson(wire, answer.body, headers)
    : sendEvents({ ...wire, form: "sse" }, answer.events, headers);
}

function plainCall(
  call: Call,
  holder: KeyHolder,
  route: Exclude<SimRoute, { readonly kind: "model_call" | "upload" | "download" | "unknown" }>,
): Answer {
  const { state, request, url } = call;
  const project = holder.book.project.id;
  switch (route.kind) {
    case "list_models":
      return listModels([...state.models.values()], url.searchParams);
    case "get_model":
      return getModel(state.models, route.model, versionOf(url.pathname));
    case "resources":
      return collectionCall(
        state,
        project,
        route.collection,
        request.method,
        call.bodyText,
        url.searchParams,
      );
    case "register_files":
      return registerFiles(state, project, url.origin, call.bodyText);
    case "model_job":
      return state.models.has(route.model)
        ? modelJob(ownedRequest(call, project, [], route.verb), route.model) ??
          { rejection: reject(404, "Requested entity was not found.") }
        : { rejection: modelNotFound(route.model, versionOf(url.pathname), route.verb) };
    case "owned":
      return ownedCall(ownedRequest(call, project, route.segments, route.verb));
    case "resource":
      return resourceCall(state, project, route.collection, route.id, request.method, call.bodyText);
  }
}

function ownedRequest(
  { state, request, url, bodyText }: Call,
  project: string,
  segments: readonly string[],
  verb: string | undefined,
): OwnedRequest {
  return {
    state,
    project,
    method: request.method,
    segments,
    verb,
    query: url.searchParams,
    bodyText,
    origin: url.origin,
  };
}

function sendAnswer(wire: Wire, answer: Answer): Response {
  return "rejection" in answer ? sendRejection(wire, answer.rejection) : sendJson(wire, answer.body);
}

function uploadCall(call: Call, holder: KeyHolder, route: UploadRoute): Response {
  const { wire } = call;
  wire.entry.project = holder.book.project.id;
  const result = upload(
    call.state,
    holder.book.project.id,
    call.request,
    call.url,
    call.bodyText,
    route.target,
  );
  if ("headers" in result) return sendJson(wire, {}, result.headers);
  if ("rejection" in result) return sendRejection(wire, result.rejection);
  return sendJson(wire, result.body, { "x-goog-upload-status": "final" });
}

function modelCall(
  call: Call,
  holder: KeyHolder,
  route: Extract<SimRoute, { readonly kind: "model_call" }>,
): Response {
  const { state, wire, bodyText } = call;
  const found = modelFor(call, route);
  if ("error" in found) return sendRejection(wire, found);
  switch (route.verb) {
    case "countTokens":
      return sendAnswer(wire, countTokens(found, bodyText));
    case "embedContent":
      return sendAnswer(wire, embedOne(state, holder, found, bodyText));
    case "batchEmbedContents":
      return sendAnswer(wire, embedMany(state, holder, found, bodyText));
  }
  const stream = route.verb === "streamGenerateContent";
  const generated = generate({ state, holder, model: found, bodyText, stream, faults: wire.faults });
  if ("rejection" in generated) return sendRejection(wire, generated.rejection);
  return stream ? sendEvents(wire, generated.events) : sendJson(wire, generated.events[0] ?? {});
}

/** The model, if it is offered and serves the method; Google names the single method in both cases. */
function modelFor(
  call: Call,
  route: Extract<SimRoute, { readonly kind: "model_call" }>,
): SimModel | Rejection {
  const method = route.verb === "streamGenerateContent"
    ? "generateContent"
    : route.verb === "batchEmbedContents"
    ? "embedContent"
    : route.verb;
  const model = call.state.models.get(route.model);
  return model?.methods.includes(method)
    ? model
    : modelNotFound(route.model, versionOf(call.url.pathname), method);
}
