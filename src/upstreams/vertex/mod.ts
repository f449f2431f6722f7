/**
 * Vertex AI: the same Gemini models for a Google Cloud project, with a service account or application default credentials; the
 * way that Google allows for tools like this one. Bodies are the public API's. Builds requests, passes native ones on under
 * Vertex's paths, lists models and classifies failures; embeddings stay with API keys.
 *
 * @module
 */
import type { Credential } from "../../core/mod.ts";
import type { BuildInput, PassThroughInput, Upstream, UpstreamRequest } from "../contract.ts";
import { classifyVertex } from "./classify_vertex.ts";
import { MODEL_METHODS } from "../model_methods.ts";
import { discoverModels } from "./discover.ts";
import { modelPath, vertexHeaders, vertexPlace } from "./place.ts";

export interface VertexOptions {
  /** Stands in for the addresses of all locations; default: Google's own. */
  readonly url?: string;
}

/** The upstream of Vertex AI credentials. */
export function createVertex(options: VertexOptions = {}): Upstream {
  return {
    source: "vertex",
    hosts: 1,
    build: (input, credential) => build(options, input, credential),
    passThrough: (input, credential) => passThrough(options, input, credential),
    unwrap: (chunk) => chunk,
    classifyFailure: classifyVertex,
    discover: (credential, given) => discoverModels(vertexPlace(options, credential), given),
  };
}

function build(options: VertexOptions, input: BuildInput, credential: Credential): UpstreamRequest {
  const place = vertexPlace(options, credential);
  return {
    url: `${place.base}${modelPath(place, input.model)}:${MODEL_METHODS[input.operation]}`,
    method: "POST",
    headers: vertexHeaders(place),
    body: JSON.stringify(bodyOf(input)),
  };
}

/** Service tiers are the public API's; a count takes turns, instructions and tools, and nothing else. */
function bodyOf({ operation, request, embed }: BuildInput) {
  if (embed !== undefined) {
    return {
      content: { parts: embed.inputs.map((input) => typeof input === "string" ? { text: input } : input) },
    };
  }
  const { serviceTier: _, ...rest } = request;
  if (operation !== "count_tokens") return rest;
  const { contents, systemInstruction, tools } = rest;
  return {
    contents,
    ...(systemInstruction === undefined ? {} : { systemInstruction }),
    ...(tools === undefined ? {} : { tools }),
  };
}

const MODEL_PATH_REGEXP = /^\/v1(?:beta)?\/models\/([^/:]+)(:\w+)$/;

/** Only calls on a model have a counterpart; others keep their path and end in a plain 404. */
function passThrough(
  options: VertexOptions,
  input: PassThroughInput,
  credential: Credential,
): UpstreamRequest {
  const place = vertexPlace(options, credential);
  const [, model, method] = MODEL_PATH_REGEXP.exec(input.path) ?? [];
  const path = model === undefined
    ? input.path
    : modelPath(place, decodeURIComponent(model)) + (method ?? "");
  return {
    url: `${place.base}${path}${input.query}`,
    method: input.method,
    headers: { ...contentHeaders(input.headers), ...vertexHeaders(place) },
    ...(input.body === undefined ? {} : { body: input.body }),
  };
}

/** Of the client's headers only those about the body go on. */
function contentHeaders(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).filter(([name]) => ["content-type", "accept"].includes(name.toLowerCase())),
  );
}
