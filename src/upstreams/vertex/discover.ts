import { err, type Failure, isObject, ok, type Result } from "../../core/mod.ts";
import type { DiscoveredModel, Upstream } from "../contract.ts";
import { safeText } from "../safe_text.ts";
import { classifyVertex } from "./classify_vertex.ts";
import { vertexHeaders, type VertexPlace } from "./place.ts";

type Options = Parameters<Upstream["discover"]>[1];

const PAGE_SIZE = 100;
const MOST_PAGES = 20;
const METHODS = ["generateContent", "countTokens"] as const;
/** Vectors, pictures and speech have calls of their own here. */
const TURN_REGEXP = /^gemini-(?!embedding)(?!.*(?:-live|native-audio))/;

interface Page {
  readonly ids: readonly string[];
  readonly next: string;
}

/** Lists Google's own models; this takes no quota. Rejects only when the signal aborts. */
export async function discoverModels(
  place: VertexPlace,
  options: Options,
): Promise<Result<readonly DiscoveredModel[], Failure>> {
  const ids = new Set<string>();
  let token = "";
  for (let count = 0; count < MOST_PAGES; count++) {
    const page = await fetchPage(place, token, options);
    if (!page.ok) return page;
    for (const id of page.value.ids) ids.add(id);
    token = page.value.next;
    if (token === "") break;
  }
  return ok([...ids].filter((id) => TURN_REGEXP.test(id)).map((id) => ({ id, methods: METHODS })));
}

async function fetchPage(
  place: VertexPlace,
  token: string,
  { fetch, signal, now }: Options,
): Promise<Result<Page, Failure>> {
  const url = new URL(`${place.base}/v1beta1/publishers/google/models`);
  url.searchParams.set("pageSize", String(PAGE_SIZE));
  if (token !== "") url.searchParams.set("pageToken", token);
  try {
    const response = await fetch(url, { headers: vertexHeaders(place), redirect: "manual", signal });
    const body = await response.text();
    if (response.ok) return readPage(body);
    return err(classifyVertex({ status: response.status, body, headers: response.headers, model: "", now }));
  } catch (error) {
    if (signal.aborted) throw error;
    return err(unreachable(error));
  }
}

function readPage(body: string): Result<Page, Failure> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch {
    parsed = undefined;
  }
  if (!isObject(parsed)) return err(notAList());
  const listed = Array.isArray(parsed["publisherModels"]) ? parsed["publisherModels"].filter(isObject) : [];
  const names = listed.map((model) => model["name"]).filter((name) => typeof name === "string");
  const next = parsed["nextPageToken"];
  return ok({
    ids: names.map((name) => name.split("/").at(-1) ?? "").filter((id) => id !== ""),
    next: typeof next === "string" ? next : "",
  });
}

function notAList(): Failure {
  return {
    class: "unknown",
    origin: "google",
    status: 502,
    source: "vertex",
    cools: "nothing",
    message: "The answer to the model list was not one of Vertex AI; check VERTEX_URL.",
  };
}

function unreachable(error: unknown): Failure {
  return {
    class: "transport",
    origin: "google",
    status: 502,
    source: "vertex",
    cools: "endpoint",
    code: "upstream_unreachable",
    message: "Vertex AI's model list could not be reached; check the network, the location and VERTEX_URL.",
    detail: error instanceof Error ? safeText(error.message) : "unknown fault",
  };
}
