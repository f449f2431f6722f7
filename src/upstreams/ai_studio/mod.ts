/**
 * The public Gemini API (generativelanguage.googleapis.com) with API keys: no envelope, one host. Builds requests that carry the
 * pool's key and nothing of the client's, lists models and classifies failures; never sends anything but the model list itself.
 *
 * @module
 */
import { type ApiKeyCredential, type Credential, trimEndOf } from "../../core/mod.ts";
import { classifyPublic } from "../classify_public.ts";
import type { BuildInput, PassThroughInput, Upstream, UpstreamRequest } from "../contract.ts";
import { MODEL_METHODS } from "../model_methods.ts";
import { discoverModels } from "./discover.ts";
import { requestBody } from "./request_body.ts";

/** The upstream of API keys at `url`, Google's address unless a test or the simulator stands in for it. */
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

function apiKeyOf(credential: Credential): ApiKeyCredential {
  if (credential.source === "api_key") return credential;
  throw new TypeError(
    `AI Studio takes API keys; credential ${credential.id} is of source ${credential.source}`,
  );
}

function build(base: string, input: BuildInput, { key }: ApiKeyCredential): UpstreamRequest {
  return {
    url: `${base}/v1beta/models/${encodeURIComponent(input.model)}:${MODEL_METHODS[input.operation]}`,
    method: "POST",
    headers: { "content-type": "application/json", "x-goog-api-key": key.reveal() },
    body: requestBody(input),
  };
}

const CLIENT_AUTH = new Set([
  "authorization",
  "x-api-key",
  "x-goog-api-key",
  "cookie",
  "proxy-authorization",
]);

/** What a client proves itself with to this proxy never goes on to Google, even if the caller let it through. */
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
