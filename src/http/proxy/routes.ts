import { type Failure, invalidRequest, redact } from "../../core/mod.ts";
import {
  anthropicCount,
  anthropicMessages,
  type AnyDialect,
  openaiChat,
  openaiCompletions,
  openaiEmbeddings,
  openaiResponses,
  responsesCompact,
  responsesInputTokens,
} from "../../dialects/mod.ts";
import { serveDialect } from "./dialect_route.ts";
import { serveLive } from "./live_route.ts";
import { listModels, oneModel } from "./models_route.ts";
import { askedDialect } from "./asked_dialect.ts";
import { speak, transcribe } from "./openai/audio.ts";
import { createBatch, listBatches, serveBatch } from "./openai/batches.ts";
import { createFile, fileContent, listFiles, serveFile } from "./openai/files.ts";
import { editImages, generateImages, servePicture } from "./openai/images.ts";
import { parseNativePath } from "./native_path.ts";
import { isNativeMethod, serveNative } from "./native_route.ts";
import type { Arrival, ProxyDeps } from "./proxy_deps.ts";
import { serveResource } from "./resources/mod.ts";
import { serveResponsesSocket } from "./responses_socket.ts";
import { cancelResponse, listInputItems, serveStored } from "./stored_route.ts";

/** How a route's failures are said: in one dialect's shape, or in that of the client that asks. */
export type RouteDialect = AnyDialect | "gemini" | "asked";
type Method = "GET" | "POST" | "PATCH" | "PUT" | "DELETE";

/** One path of the client APIs. docs/dialects.md lists them all; a test compares the two. */
export interface ProxyRoute {
  readonly methods: readonly Method[];
  /** As the router reads it, in the spelling of `addressOf`. */
  readonly path: string;
  readonly dialect: RouteDialect;
  /** Whether a request is answered here alone, so that no client's limits count it; default: it is not. */
  readonly free?: (params: Readonly<Record<string, string>>) => boolean;
  /** A failure is answered in the route's own dialect. */
  serve(
    deps: ProxyDeps,
    arrival: Arrival,
    params: Readonly<Record<string, string>>,
  ): Promise<Response | Failure> | Response | Failure;
}

function generates(path: string, dialect: AnyDialect): ProxyRoute {
  return {
    methods: ["POST"],
    path,
    dialect,
    serve: (deps, arrival) => serveDialect(deps, dialect, arrival),
  };
}

type Serve = ProxyRoute["serve"];

/** A path that OpenAI's clients alone ask for. */
function openai(method: Method, path: string, serve: Serve): ProxyRoute {
  return { methods: [method], path, dialect: openaiChat, serve };
}

/** A path that OpenAI's and Anthropic's clients ask for, and Gemini's in Google's own form. */
function files(method: Method, path: string, serve: Serve): ProxyRoute {
  return {
    methods: [method],
    path,
    dialect: "asked",
    serve: (deps, arrival, params) =>
      askedDialect(arrival) === "gemini" ? serveResource(deps, arrival) : serve(deps, arrival, params),
  };
}

function noModerations(): Failure {
  return invalidRequest(
    "Moderation is not served: Gemini judges prompts and replies itself, and has no endpoint that only judges",
    { status: 404, code: "unknown_url" },
  );
}

const TRANSLATED: readonly ProxyRoute[] = [
  generates("/v1/chat/completions", openaiChat),
  generates("/v1/responses", openaiResponses),
  generates("/v1/responses/input_tokens", responsesInputTokens),
  generates("/v1/responses/compact", responsesCompact),
  {
    methods: ["GET", "DELETE"],
    path: "/v1/responses/:id",
    dialect: openaiResponses,
    free: () => true,
    serve: (deps, arrival, { id }) => serveStored(deps, arrival, id!),
  },
  {
    methods: ["GET"],
    path: "/v1/responses",
    dialect: openaiResponses,
    free: () => true,
    serve: (deps, arrival) => serveResponsesSocket(deps, arrival),
  },
  {
    methods: ["GET"],
    path: "/v1/responses/:id/input_items",
    dialect: openaiResponses,
    free: () => true,
    serve: (deps, arrival, { id }) => listInputItems(deps, arrival, id!),
  },
  {
    methods: ["POST"],
    path: "/v1/responses/:id/cancel",
    dialect: openaiResponses,
    free: () => true,
    serve: (deps, arrival, { id }) => cancelResponse(deps, arrival, id!),
  },
  generates("/v1/embeddings", openaiEmbeddings),
  generates("/v1/completions", openaiCompletions),
  openai("POST", "/v1/images/generations", (deps, arrival) => generateImages(deps, arrival)),
  openai("POST", "/v1/images/edits", (deps, arrival) => editImages(deps, arrival)),
  {
    ...openai("GET", "/v1/images/files/:id", (deps, _, { id }) => servePicture(deps, id!)),
    free: () => true,
  },
  openai("POST", "/v1/audio/speech", (deps, arrival) => speak(deps, arrival)),
  openai("POST", "/v1/audio/transcriptions", (deps, arrival) => transcribe(deps, arrival, false)),
  openai("POST", "/v1/audio/translations", (deps, arrival) => transcribe(deps, arrival, true)),
  {
    ...openai("POST", "/v1/moderations", () => noModerations()),
    free: () => true,
  },
  files("POST", "/v1/batches", (deps, arrival) => createBatch(deps, arrival)),
  files("GET", "/v1/batches", (deps, arrival) => listBatches(deps, arrival)),
  files("GET", "/v1/batches/:id", (deps, arrival, { id }) => serveBatch(deps, arrival, id!, false)),
  files("POST", "/v1/batches/:id/cancel", (deps, arrival, { id }) => serveBatch(deps, arrival, id!, true)),
  files("POST", "/v1/files", (deps, arrival) => createFile(deps, arrival)),
  files("GET", "/v1/files", (deps, arrival) => listFiles(deps, arrival)),
  files("GET", "/v1/files/:id", (deps, arrival, { id }) => serveFile(deps, arrival, id!)),
  files("DELETE", "/v1/files/:id", (deps, arrival, { id }) => serveFile(deps, arrival, id!)),
  files("GET", "/v1/files/:id/content", (deps, arrival, { id }) => fileContent(deps, arrival, id!)),
  generates("/v1/messages", anthropicMessages),
  generates("/v1/messages/count_tokens", anthropicCount),
];

/** Work of Google's that goes on by itself, under a model's name. */
function isOperation(name: string): boolean {
  return /\/operations(?:\/|$)/.test(name);
}

/** Versions of Google's API that are served by name; others are passed on as they are. */
const VERSIONS = ["v1", "v1beta", "v1alpha"] as const;

function ofVersion(version: string): readonly ProxyRoute[] {
  const models = `/${version}/models`;
  return [
    {
      methods: ["GET"],
      path: models,
      dialect: "asked",
      free: () => true,
      serve: (deps, arrival) => listModels(deps, arrival),
    },
    {
      methods: ["GET"],
      path: `${models}/:name{.+}`,
      dialect: "asked",
      free: ({ name }) => !isOperation(name!),
      serve: (deps, arrival, { name }) =>
        isOperation(name!)
          ? serveResource(deps, arrival)
          : oneModel(deps, arrival, name!) ?? unknownModel(name!),
    },
    { methods: ["POST"], path: `${models}/:method{.+}`, dialect: "gemini", serve: serveModelMethod },
  ];
}

/** Calls that answer at once go to the native lane; what starts something and leaves it behind is a resource. */
function serveModelMethod(deps: ProxyDeps, arrival: Arrival): Promise<Response> | Failure {
  const path = parseNativePath(arrival.url.pathname);
  if (path === undefined) return unknownRoute(arrival);
  return isNativeMethod(path.method) ? serveNative(deps, arrival, path) : serveResource(deps, arrival);
}

const LIVE: ProxyRoute = {
  methods: ["GET"],
  path: "/ws/:method",
  dialect: "gemini",
  serve: (deps, arrival) => serveLive(deps, arrival),
};

/** Every path that clients may call by name. */
export const ROUTES: readonly ProxyRoute[] = [...TRANSLATED, LIVE, ...VERSIONS.flatMap(ofVersion)];

/** Serves every other path of Google's API: those of its resources, the ones that it will add too. */
export function serveOther(deps: ProxyDeps, arrival: Arrival): Promise<Response> | Failure {
  const { pathname } = arrival.url;
  const native = askedDialect(arrival) === "gemini" &&
    /^\/(?:(?:upload|download)\/)?v\d\w*\/[^/]/.test(pathname);
  return native ? serveResource(deps, arrival) : noRoute(arrival);
}

/** Why no route serves a request: another method would, or nothing is there. */
function noRoute(arrival: Arrival): Failure {
  const { method } = arrival.request;
  const allowed = ROUTES.filter(({ path }) => path === arrival.url.pathname).flatMap(({ methods }) =>
    methods
  );
  if (allowed.length === 0) return unknownRoute(arrival);
  const message = `${arrival.url.pathname.slice(0, 120)} takes ${
    [...new Set(allowed)].join(", ")
  }, not ${method}`;
  return invalidRequest(printable(message), { status: 405, code: "method_not_allowed" });
}

export function unknownRoute({ request, url }: Arrival): Failure {
  return invalidRequest(printable(`There is no route ${request.method} ${url.pathname.slice(0, 120)}`), {
    status: 404,
    code: "unknown_url",
  });
}

function unknownModel(name: string): Failure {
  return invalidRequest(
    printable(
      `The model ${name.slice(0, 120)} is not known to this proxy: GET /v1/models lists those that are`,
    ),
    { status: 404, code: "model_not_found", param: "model" },
  );
}

function printable(text: string): string {
  return redact(text).replace(/[^\x20-\x7e]/g, "?");
}
