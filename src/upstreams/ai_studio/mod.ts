/**
 * The public Gemini API (generativelanguage.googleapis.com) with API keys: no envelope, one host. Builds requests that carry
 * the pool's key and none of the client's headers, lists models and classifies failures; itself only requests the model
 * list.
 *
 * @module
 */
import {
  type ApiKeyCredential,
  type Credential,
  type Failure,
  type Result,
  trimEndOf,
} from "../../core/mod.ts";
import { classifyPublic } from "../classify_public.ts";
import type {
  BuildInput,
  DiscoveredModel,
  EmbedBatch,
  PassThroughInput,
  Upstream,
  UpstreamRequest,
} from "../contract.ts";
import { MODEL_METHODS } from "../model_methods.ts";
import { discoverPages } from "../discover_pages.ts";

/** The upstream of API keys at `url`, Google's address unless a test or the simulator replaces it. */
export function createAiStudio({ url }: { readonly url: string }): Upstream {
  const base = trimEndOf(url, "/");
  return {
    source: "api_key",
    hosts: 1,
    build: (input, credential) => build(base, input, apiKeyOf(credential)),
    passThrough: (input, credential) => passThrough(base, input, apiKeyOf(credential)),
    unwrap: (chunk) => chunk,
    classifyFailure: classifyPublic,
    discover: (credential, options) => discoverModels(base, apiKeyOf(credential), options),
  };
}

/** The credential as an API key; throws a TypeError for one of another source, which the pool never passes. */
function apiKeyOf(credential: Credential): ApiKeyCredential {
  if (credential.source === "api_key") return credential;
  throw new TypeError(
    `AI Studio takes API keys; credential ${credential.id} is of source ${credential.source}`,
  );
}

/** One call of a model method with the pool's key in its header: a URL would put it into logs. */
function build(base: string, input: BuildInput, { key }: ApiKeyCredential): UpstreamRequest {
  return {
    url: `${base}/v1beta/models/${encodeURIComponent(input.model)}:${MODEL_METHODS[input.operation]}`,
    method: "POST",
    headers: { "content-type": "application/json", "x-goog-api-key": key.reveal() },
    body: requestBody(input),
  };
}

/** Headers that authenticate a client here or anywhere, in lower case. */
const CLIENT_AUTH = new Set([
  "authorization",
  "x-api-key",
  "x-goog-api-key",
  "cookie",
  "proxy-authorization",
]);

/** A client's token for this proxy never reaches Google, even if the caller let it through. */
function passThrough(
  base: string,
  { method, path, query, headers, body }: PassThroughInput,
  { key }: ApiKeyCredential,
): UpstreamRequest {
  return {
    url: `${base}${path}${query}`,
    method,
    headers: withKey(headers, key.reveal()),
    ...(body === undefined ? {} : { body }),
  };
}

function withKey(headers: Readonly<Record<string, string>>, key: string): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const name in headers) if (!CLIENT_AUTH.has(name.toLowerCase())) kept[name] = headers[name]!;
  kept["x-goog-api-key"] = key;
  return kept;
}

/** The most that Google gives at once. */
const PAGE_SIZE = 1_000;

/** Lists the models that a key may use. Rejects only when the signal aborts. */
function discoverModels(
  base: string,
  { key }: ApiKeyCredential,
  options: Parameters<Upstream["discover"]>[1],
): Promise<Result<readonly DiscoveredModel[], Failure>> {
  return discoverPages({
    source: "api_key",
    url: `${base}/v1beta/models`,
    headers: { "x-goog-api-key": key.reveal() },
    pageSize: PAGE_SIZE,
    field: "models",
    read: readModel,
    classify: classifyPublic,
    sentences: {
      unreachable: "Google's model list could not be reached; check the network and GEMINI_API_URL.",
      notAList: "The answer to the model list was not a model list; check GEMINI_API_URL.",
    },
  }, options);
}

function readModel(model: Record<string, unknown>): DiscoveredModel | undefined {
  const { name, displayName, inputTokenLimit, outputTokenLimit, thinking } = model;
  const methods = model["supportedGenerationMethods"];
  const id = typeof name === "string" ? name.replace(/^models\//, "") : "";
  if (id === "") return undefined;
  return {
    id,
    methods: Array.isArray(methods) ? methods.filter((method) => typeof method === "string") : [],
    ...(typeof displayName === "string" ? { displayName } : {}),
    ...(typeof inputTokenLimit === "number" ? { inputTokenLimit } : {}),
    ...(typeof outputTokenLimit === "number" ? { outputTokenLimit } : {}),
    ...(typeof thinking === "boolean" ? { thinking } : {}),
  };
}

/** The JSON of a call. Counting wraps the whole request, so that instructions and tools are counted too. */
function requestBody({ operation, model, request, embed }: BuildInput): string {
  const name = `models/${model}`;
  switch (operation) {
    case "generate":
    case "stream":
      return JSON.stringify(request);
    case "count_tokens":
      return JSON.stringify({ generateContentRequest: { model: name, ...request } });
    case "embed":
      return JSON.stringify(embedRequests(name, embed)[0]);
    case "batch_embed":
      return JSON.stringify({ requests: embedRequests(name, embed) });
  }
}

function embedRequests(model: string, embed: EmbedBatch | undefined) {
  if (embed === undefined || embed.inputs.length === 0) {
    throw new TypeError("An embedding call needs its inputs");
  }
  const { inputs, dimensions, taskType, title } = embed;
  return inputs.map((input) => ({
    model,
    content: { parts: [typeof input === "string" ? { text: input } : input] },
    ...(taskType === undefined ? {} : { taskType }),
    ...(title === undefined ? {} : { title }),
    ...(dimensions === undefined ? {} : { outputDimensionality: dimensions }),
  }));
}
