/** What a request asks for. */
export type SimRoute =
  | { readonly kind: "list_models" }
  | { readonly kind: "get_model"; readonly model: string }
  | { readonly kind: "model_call"; readonly model: string; readonly verb: ModelVerb }
  | { readonly kind: "resources"; readonly collection: Collection }
  | { readonly kind: "resource"; readonly collection: Collection; readonly id: string }
  | { readonly kind: "upload" }
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
  if (httpMethod === "POST" && /^\/upload\/(v1|v1beta|v1alpha)\/files$/.test(path)) return { kind: "upload" };
  const resource = RESOURCE_REGEXP.exec(path);
  if (!resource) return { kind: "unknown" };
  const collection: Collection = resource[2] === "files" ? "files" : "cachedContents";
  const id = resource[3];
  return id === undefined ? { kind: "resources", collection } : { kind: "resource", collection, id };
}

function modelRoute(httpMethod: string, model: string, verb: string | undefined): SimRoute {
  if (verb === undefined) return httpMethod === "GET" ? { kind: "get_model", model } : { kind: "unknown" };
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
      return "CreateFile";
    case "unknown":
      return "";
  }
}
