import { isOwned } from "./owned_api.ts";

/** The parsed target of a request. */
export type SimRoute =
  | { readonly kind: "list_models" }
  | { readonly kind: "get_model"; readonly model: string }
  | { readonly kind: "model_call"; readonly model: string; readonly verb: ModelVerb }
  | { readonly kind: "resources"; readonly collection: Collection }
  | { readonly kind: "resource"; readonly collection: Collection; readonly id: string }
  | { readonly kind: "upload"; readonly target: string }
  | { readonly kind: "model_job"; readonly model: string; readonly verb: string }
  | { readonly kind: "register_files" }
  | { readonly kind: "download"; readonly name: string }
  | { readonly kind: "owned"; readonly segments: readonly string[]; readonly verb: string | undefined }
  | { readonly kind: "unknown" };

export type ModelVerb =
  | "generateContent"
  | "streamGenerateContent"
  | "countTokens"
  | "embedContent"
  | "batchEmbedContents";

/** Resources that belong to the project whose key made them. */
export type Collection = "files" | "cachedContents";

const VERBS: readonly string[] = [
  "generateContent",
  "streamGenerateContent",
  "countTokens",
  "embedContent",
  "batchEmbedContents",
];
/** Methods of a model that start something, or answer in a form of their own. */
const JOBS: readonly string[] = [
  "predict",
  "predictLongRunning",
  "batchGenerateContent",
  "asyncBatchEmbedContent",
];
const UPLOAD_REGEXP =
  /^\/upload\/v1(?:beta|alpha)?\/(files|fileSearchStores\/[\w-]+:uploadToFileSearchStore|environments\/[\w-]+\/files\/.+)$/;
const DOWNLOAD_REGEXP = /^(?:\/v1(?:beta|alpha)?\/(files\/[\w-]+):download|\/download\/blobs\/(\w+))$/;
const MODEL_REGEXP = /^\/(v1|v1beta|v1alpha)\/models\/([^/:]+)(?::(\w+))?$/;
const RESOURCE_REGEXP = /^\/(v1|v1beta|v1alpha)\/(files|cachedContents)(?:\/([\w-]+))?$/;

/** The API version in a path: what Google repeats in its 404s. */
export function versionOf(path: string): string {
  return /^\/(v1alpha|v1)\//.exec(path)?.[1] ?? "v1beta";
}

/** Reads method and path; anything that Google does not serve is unknown. */
export function routeOf(httpMethod: string, path: string): SimRoute {
  const model = MODEL_REGEXP.exec(path);
  if (model?.[2] !== undefined) return modelRoute(httpMethod, decodeURIComponent(model[2]), model[3]);
  if (httpMethod === "GET" && /^\/(v1|v1beta|v1alpha)\/models\/?$/.test(path)) return { kind: "list_models" };
  const upload = UPLOAD_REGEXP.exec(path);
  if (httpMethod === "POST" && upload !== null) return { kind: "upload", target: upload[1]! };
  if (httpMethod === "POST" && /^\/v1(?:beta|alpha)?\/files:register$/.test(path)) {
    return { kind: "register_files" };
  }
  const download = DOWNLOAD_REGEXP.exec(path);
  if (download !== null && httpMethod === "GET") {
    return { kind: "download", name: download[1] ?? download[2]! };
  }
  const resource = RESOURCE_REGEXP.exec(path);
  if (!resource) return ownedRoute(path);
  const collection: Collection = resource[2] === "files" ? "files" : "cachedContents";
  const id = resource[3];
  return id === undefined ? { kind: "resources", collection } : { kind: "resource", collection, id };
}

function ownedRoute(path: string): SimRoute {
  const rest = /^\/v1(?:beta|alpha)?\/(.+)$/.exec(path)?.[1];
  if (rest === undefined) return { kind: "unknown" };
  const segments = rest.split("/").map(decodeURIComponent);
  const [, last = "", verb] = /^(.*?)(?::(\w+))?$/.exec(segments.at(-1)!) ?? [];
  const named = [...segments.slice(0, -1), last];
  return isOwned(named) ? { kind: "owned", segments: named, verb } : { kind: "unknown" };
}

function modelRoute(httpMethod: string, model: string, verb: string | undefined): SimRoute {
  if (verb === undefined) return httpMethod === "GET" ? { kind: "get_model", model } : { kind: "unknown" };
  if (httpMethod === "POST" && JOBS.includes(verb)) return { kind: "model_job", model, verb };
  if (httpMethod !== "POST" || !VERBS.includes(verb)) return { kind: "unknown" };
  return { kind: "model_call", model, verb: verb as ModelVerb };
}

/** The name of the RPC behind a route, for refusals that name it and for the log. */
export function rpcOf(route: SimRoute, httpMethod: string): string {
  switch (route.kind) {
    case "list_models":
      return "ListModels";
    case "get_model":
      return "GetModel";
    case "model_call":
      return route.verb.charAt(0).toUpperCase() + route.verb.slice(1);
    case "resources":
    case "resource": {
      const noun = route.collection === "files" ? "File" : "CachedContent";
      const verbs: Readonly<Record<string, string>> = {
        GET: "Get",
        POST: "Create",
        PATCH: "Update",
        DELETE: "Delete",
      };
      return (verbs[httpMethod] ?? "Get") + noun;
    }
    case "upload":
    case "register_files":
      return "CreateFile";
    case "download":
      return "DownloadFile";
    case "model_job":
      return route.verb.charAt(0).toUpperCase() + route.verb.slice(1);
    case "owned":
      return `${httpMethod} ${route.segments[0]}${route.verb === undefined ? "" : `:${route.verb}`}`;
    case "unknown":
      return "";
  }
}
