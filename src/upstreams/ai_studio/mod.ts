/**
 * The public Gemini API (generativelanguage.googleapis.com) with API keys: no envelope, one host. Builds requests that carry the
 * pool's key and nothing of the client's, lists models and classifies failures; never sends anything but the model list itself.
 *
 * @module
 */
import type { ApiKeyCredential, Credential } from "../../core/mod.ts";
import { classifyPublic } from "../classify_public.ts";
import type { BuildInput, Upstream, UpstreamOperation, UpstreamRequest } from "../contract.ts";
import { discoverModels } from "./discover.ts";

const METHODS: Readonly<Record<UpstreamOperation, string>> = {
  generate: "generateContent",
  stream: "streamGenerateContent?alt=sse",
  count_tokens: "countTokens",
  embed: "embedContent",
  batch_embed: "batchEmbedContents",
};

/** The upstream of API keys at `url`, Google's address unless a test or the simulator stands in. */
export function createAiStudio({ url }: { readonly url: string }): Upstream {
  const base = url.replace(/\/+$/, "");
  return {
    source: "api_key",
    hosts: 1,
    build: (input, credential) => build(base, input, apiKeyOf(credential)),
    unwrap: (chunk) => chunk,
    classifyFailure: classifyPublic,
    discover: (credential, options) => discoverModels(base, apiKeyOf(credential), options),
  };
}

function apiKeyOf(credential: Credential): ApiKeyCredential {
  if (credential.source === "api_key") return credential;
  throw new TypeError(
    `AI Studio takes API keys; credential ${credential.id} is of source ${credential.source}`,
  );
}

function build(
  base: string,
  input: BuildInput,
  { key }: ApiKeyCredential,
): UpstreamRequest {
  return {
    url: `${base}/v1beta/models/${encodeURIComponent(input.model)}:${METHODS[input.operation]}`,
    method: "POST",
    headers: { "content-type": "application/json", "x-goog-api-key": key.reveal() },
    body: JSON.stringify(bodyOf(input)),
  };
}

/** Counting takes the whole request in a wrapper, so that the system prompt and the tools are counted too. */
function bodyOf({ operation, model, request, embed }: BuildInput): unknown {
  const name = `models/${model}`;
  if (operation === "count_tokens") return { generateContentRequest: { model: name, ...request } };
  if (operation !== "batch_embed" || embed === undefined) return request;
  const { inputs, dimensions, taskType, title } = embed;
  const settings = {
    ...(dimensions === undefined ? {} : { outputDimensionality: dimensions }),
    ...(taskType === undefined ? {} : { taskType }),
    ...(title === undefined ? {} : { title }),
  };
  return { requests: inputs.map((text) => ({ model: name, content: { parts: [{ text }] }, ...settings })) };
}
