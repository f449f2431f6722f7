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
import type { ProxyDeps, RequestContext } from "./proxy_deps.ts";
import { serveResource } from "./resources/mod.ts";
import { serveResponsesSocket } from "./responses_socket.ts";
import { cancelResponse, listInputItems, serveStored } from "./stored_route.ts";

/** The form of a route's failures: in one dialect's shape, or in that of the client that asks. */
export type RouteDialect = AnyDialect | "gemini" | "asked";
type Method = "GET" | "POST" | "PATCH" | "PUT" | "DELETE";

/** One path of the client APIs. docs/dialects.md lists them all; a test compares the two. */
export interface ProxyRoute {
  readonly methods: readonly Method[];
  /** The router's pattern, in the spelling of `addressOf`. */
  readonly path: string;
  readonly dialect: RouteDialect;
  /**
   * Whether a request is answered without Google, so that it does not count against the client's limits;
   * default: it is not.
   */
  readonly free?: (params: Readonly<Record<string, string>>) => boolean;
  /** A failure is answered in the route's own dialect. */
  serve(
    deps: ProxyDeps,
    requestContext: RequestContext,
    params: Readonly<Record<string, string>>,
  ): Promise<Response | Failure> | Response | Failure;
}

function generates(path: string, dialect: AnyDialect): ProxyRoute {
  return {
    methods: ["POST"],
    path,
    dialect,
    serve: (deps, requestContext) => serveDialect(deps, dialect, requestContext),
  };
}

type Serve = ProxyRoute["serve"];

/** A path of OpenAI's clients alone. */
function openai(method: Method, path: string, serve: Serve): ProxyRoute {
  return { methods: [method], path, dialect: openaiChat, serve };
}

/** A path of OpenAI's and Anthropic's clients, also used by Gemini's in Google's own form. */
function files(method: Method, path: string, serve: Serve): ProxyRoute {
  return {
    methods: [method],
    path,
    dialect: "asked",
    serve: (deps, requestContext, params) =>
      askedDialect(requestContext) === "gemini"
        ? serveResource(deps, requestContext)
        : serve(deps, requestContext, params),
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
    serve: (deps, requestContext, { id }) => serveStored(deps, requestContext, id!),
  },
  {
    methods: ["GET"],
    path: "/v1/responses",
    dialect: openaiResponses,
    free: () => true,
    serve: (deps, requestContext) => serveResponsesSocket(deps, requestContext),
  },
  {
    methods: ["GET"],
    path: "/v1/responses/:id/input_items",
    dialect: openaiResponses,
    free: () => true,
    serve: (deps, requestContext, { id }) => listInputItems(deps, requestContext, id!),
  },
  {
    methods: ["POST"],
    path: "/v1/responses/:id/cancel",
    dialect: openaiResponses,
    free: () => true,
    serve: (deps, requestContext, { id }) => cancelResponse(deps, requestContext, id!),
  },
  generates("/v1/embeddings", openaiEmbeddings),
  generates("/v1/completions", openaiCompletions),
  openai("POST", "/v1/images/generations", (deps, requestContext) => generateImages(deps, requestContext)),
  openai("POST", "/v1/images/edits", (deps, requestContext) => editImages(deps, requestContext)),
  {
    ...openai("GET", "/v1/images/files/:id", (deps, _, { id }) => servePicture(deps, id!)),
    free: () => true,
  },
  openai("POST", "/v1/audio/speech", (deps, requestContext) => speak(deps, requestContext)),
  openai(
    "POST",
    "/v1/audio/transcriptions",
    (deps, requestContext) => transcribe(deps, requestContext, false),
  ),
  openai("POST", "/v1/audio/translations", (deps, requestContext) => transcribe(deps, requestContext, true)),
  {
    ...openai("POST", "/v1/moderations", () => noModerations()),
    free: () => true,
  },
  files("POST", "/v1/batches", (deps, requestContext) => createBatch(deps, requestContext)),
  files("GET", "/v1/batches", (deps, requestContext) => listBatches(deps, requestContext)),
  files(
    "GET",
    "/v1/batches/:id",
    (deps, requestContext, { id }) => serveBatch(deps, requestContext, id!, false),
  ),
  files(
    "POST",
    "/v1/batches/:id/cancel",
    (deps, requestContext, { id }) => serveBatch(deps, requestContext, id!, true),
  ),
  files("POST", "/v1/files", (deps, requestContext) => createFile(deps, requestContext)),
  files("GET", "/v1/files", (deps, requestContext) => listFiles(deps, requestContext)),
  files("GET", "/v1/files/:id", (deps, requestContext, { id }) => serveFile(deps, requestContext, id!)),
  files("DELETE", "/v1/files/:id", (deps, requestContext, { id }) => serveFile(deps, requestContext, id!)),
  files(
    "GET",
    "/v1/files/:id/content",
    (deps, requestContext, { id }) => fileContent(deps, requestContext, id!),
  ),
  generates("/v1/messages", anthropicMessages),
  generates("/v1/messages/count_tokens", anthropicCount),
];

/** True for the name of a long-running operation of a model. */
function isOperation(name: string): boolean {
  return /\/operations(?:\/|$)/.test(name);
}

/** Versions of Google's API with routes of their own; others are passed on unchanged. */
const VERSIONS = ["v1", "v1beta", "v1alpha"] as const;

function ofVersion(version: string): readonly ProxyRoute[] {
  const models = `/${version}/models`;
  return [
    {
      methods: ["GET"],
      path: models,
      dialect: "asked",
      free: () => true,
      serve: (deps, requestContext) => listModels(deps, requestContext),
    },
    {
      methods: ["GET"],
      path: `${models}/:name{.+}`,
      dialect: "asked",
      free: ({ name }) => !isOperation(name!),
      serve: (deps, requestContext, { name }) =>
        isOperation(name!)
          ? serveResource(deps, requestContext)
          : oneModel(deps, requestContext, name!) ?? unknownModel(name!),
    },
    { methods: ["POST"], path: `${models}/:method{.+}`, dialect: "gemini", serve: serveModelMethod },
  ];
}

/** Sends calls that answer directly to the native API, and calls that start an operation to the resources. */
function serveModelMethod(deps: ProxyDeps, requestContext: RequestContext): Promise<Response> | Failure {
  const path = parseNativePath(requestContext.target.path);
  if (path === undefined) return unknownRoute(requestContext);
  return isNativeMethod(path.method)
    ? serveNative(deps, requestContext, path)
    : serveResource(deps, requestContext);
}

const LIVE: ProxyRoute = {
  methods: ["GET"],
  path: "/ws/:method",
  dialect: "gemini",
  serve: (deps, requestContext) => serveLive(deps, requestContext),
};

/** Every path that clients may call by name. */
export const ROUTES: readonly ProxyRoute[] = [...TRANSLATED, LIVE, ...VERSIONS.flatMap(ofVersion)];

/** Serves every other path of Google's API: its resources, including later additions. */
export function serveOther(deps: ProxyDeps, requestContext: RequestContext): Promise<Response> | Failure {
  const { pathname } = requestContext.target.url;
  const native = askedDialect(requestContext) === "gemini" &&
    /^\/(?:(?:upload|download)\/)?v\d\w*\/[^/]/.test(pathname);
  return native ? serveResource(deps, requestContext) : noRoute(requestContext);
}

/** Explains why no route serves a request: the wrong method, or an unknown path. */
function noRoute(requestContext: RequestContext): Failure {
  const { method } = requestContext.request;
  const allowed = ROUTES.filter(({ path }) => path === requestContext.target.url.pathname).flatMap((
    { methods },
  ) => methods);
  if (allowed.length === 0) return unknownRoute(requestContext);
  const message = `${requestContext.target.url.pathname.slice(0, 120)} takes ${
    [...new Set(allowed)].join(", ")
  }, not ${method}`;
  return invalidRequest(printable(message), { status: 405, code: "method_not_allowed" });
}

export function unknownRoute({ request, target: { url } }: RequestContext): Failure {
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
