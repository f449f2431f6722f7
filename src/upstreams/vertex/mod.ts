/**
 * Vertex AI: the same Gemini models for a Google Cloud project, with a service account or application default credentials;
 * which Google permits for tools like this one. Bodies are the public API's. Builds requests, passes native ones on under
 * Vertex's paths, lists models and classifies failures; embeddings stay with API keys.
 *
 * @module
 */
import {
  type Credential,
  type Failure,
  isObject,
  isOfType,
  ok,
  parseForeign,
  type Result,
  trimEndOf,
} from "../../core/mod.ts";
import type {
  BuildInput,
  DiscoveredModel,
  PassThroughInput,
  Upstream,
  UpstreamRequest,
} from "../contract.ts";
import { classifyVertex } from "./classify_vertex.ts";
import { MODEL_METHODS } from "../model_methods.ts";
import { discoverPages } from "../discover_pages.ts";

export interface VertexOptions {
  /** Replaces the addresses of all locations; default: Google's own. */
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

/** Service tiers are the public API's; a count has only turns, instructions and tools. */
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

/** Of the client's headers only those about the body are sent. */
function contentHeaders(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).filter(([name]) => ["content-type", "accept"].includes(name.toLowerCase())),
  );
}

const PAGE_SIZE = 100;
const METHODS = ["generateContent", "countTokens"] as const;
/** Vectors, pictures and speech have other methods here. */
const TURN_REGEXP = /^gemini-(?!embedding)(?!.*(?:-live|native-audio))/;

/** Lists Google's own models. Rejects only when the signal aborts. */
async function discoverModels(
  place: VertexPlace,
  options: Parameters<Upstream["discover"]>[1],
): Promise<Result<readonly DiscoveredModel[], Failure>> {
  const ids = await discoverPages({
    source: "vertex",
    url: `${place.base}/v1beta1/publishers/google/models`,
    headers: vertexHeaders(place),
    pageSize: PAGE_SIZE,
    field: "publisherModels",
    read: ({ name }) => typeof name === "string" ? name.split("/").at(-1) : undefined,
    classify: classifyVertex,
    sentences: {
      unreachable:
        "Vertex AI's model list could not be reached; check the network, the location and VERTEX_URL.",
      notAList: "The answer to the model list was not one of Vertex AI; check VERTEX_URL.",
    },
  }, options);
  if (!ids.ok) return ids;
  const turns = [...new Set(ids.value)].filter((id) => TURN_REGEXP.test(id));
  return ok(turns.map((id) => ({ id, methods: METHODS })));
}

/** The address and token of a credential's calls. */
interface VertexPlace {
  readonly base: string;
  readonly project: string;
  readonly location: string;
  readonly token: string;
  /** Application default credentials name the project that is charged. */
  readonly quotaProject?: string;
}

/** The address of a credential that was made ready. Throws a TypeError for another kind. */
function vertexPlace({ url }: { readonly url?: string }, credential: Credential): VertexPlace {
  if (!isOfType(credential, "service_account")) {
    throw new TypeError(
      `Vertex AI takes service accounts; credential ${credential.id} is of ${credential.source}`,
    );
  }
  if (credential.accessToken === undefined) {
    throw new TypeError(`Credential ${credential.id} has no access token yet`);
  }
  const { location } = credential;
  const file = fileOf(credential.serviceAccount.reveal());
  return {
    base: trimEndOf(url ?? googleBase(location), "/"),
    project: credential.project ?? file.project,
    location,
    token: credential.accessToken.reveal(),
    ...(file.quotaProject === undefined ? {} : { quotaProject: file.quotaProject }),
  };
}

function googleBase(location: string): string {
  return location === "global"
    ? "https://aiplatform.googleapis.com"
    : `https://${location.replace(/[^a-z0-9-]/g, "")}-aiplatform.googleapis.com`;
}

function fileOf(text: string): { readonly project: string; readonly quotaProject?: string } {
  const parsed: unknown = parseForeign(text);
  const file = isObject(parsed) ? parsed : {};
  const { project_id: project, quota_project_id: quota } = file;
  const charged = typeof quota === "string" ? { quotaProject: quota } : {};
  return { project: typeof project === "string" ? project : charged.quotaProject ?? "", ...charged };
}

function modelPath({ project, location }: VertexPlace, model: string): string {
  const [inProject, at] = [encodeURIComponent(project), encodeURIComponent(location)];
  return `/v1beta1/projects/${inProject}/locations/${at}/publishers/google/models/${
    encodeURIComponent(model)
  }`;
}

function vertexHeaders({ token, quotaProject }: VertexPlace): Record<string, string> {
  return {
    "authorization": `Bearer ${token}`,
    "content-type": "application/json",
    ...(quotaProject === undefined ? {} : { "x-goog-user-project": quotaProject }),
  };
}
