import { type ApiKeyCredential, err, type Failure, isObject, ok, type Result } from "../../core/mod.ts";
import { classifyPublic } from "../classify_public.ts";
import type { DiscoveredModel, Upstream } from "../contract.ts";
import { safeText } from "../safe_text.ts";

type Options = Parameters<Upstream["discover"]>[1];

/** The most that Google gives at once. */
const PAGE_SIZE = 1_000;
/** Ends a list whose pages go round in a circle. */
const MOST_PAGES = 20;

interface Page {
  readonly models: readonly DiscoveredModel[];
  readonly next: string;
}

/** Follows the pages of models.list, which takes no quota; the first refusal ends it. Rejects only when the signal aborts. */
export async function discoverModels(
  base: string,
  credential: ApiKeyCredential,
  options: Options,
): Promise<Result<readonly DiscoveredModel[], Failure>> {
  const models: DiscoveredModel[] = [];
  let token = "";
  for (let count = 0; count < MOST_PAGES; count++) {
    const page = await fetchPage(base, credential, token, options);
    if (!page.ok) return page;
    models.push(...page.value.models);
    token = page.value.next;
    if (token === "") break;
  }
  return ok(models);
}

async function fetchPage(
  base: string,
  { key }: ApiKeyCredential,
  token: string,
  { fetch, signal, now }: Options,
): Promise<Result<Page, Failure>> {
  const url = new URL(`${base}/v1beta/models`);
  url.searchParams.set("pageSize", String(PAGE_SIZE));
  if (token !== "") url.searchParams.set("pageToken", token);
  try {
    const response = await fetch(url, { headers: { "x-goog-api-key": key.reveal() }, signal });
    const body = await response.text();
    if (response.ok) return readPage(body);
    return err(classifyPublic({ status: response.status, body, headers: response.headers, model: "", now }));
  } catch (error) {
    if (signal.aborted) throw error;
    return err(transportFailure(error));
  }
}

function transportFailure(error: unknown): Failure {
  return {
    class: "transport",
    origin: "google",
    status: 502,
    source: "api_key",
    cools: "endpoint",
    code: "upstream_unreachable",
    message: "Google's model list could not be reached; check the network and GEMINI_API_URL.",
    detail: error instanceof Error ? safeText(error.message) : "unknown fault",
  };
}

function readPage(body: string): Result<Page, Failure> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch {
    parsed = undefined;
  }
  if (!isObject(parsed)) return err(notAList());
  const listed = Array.isArray(parsed["models"]) ? parsed["models"] : [];
  const next = parsed["nextPageToken"];
  return ok({
    models: listed.filter(isObject).map(readModel).filter((model) => model.id !== ""),
    next: typeof next === "string" ? next : "",
  });
}

function notAList(): Failure {
  return {
    class: "unknown",
    origin: "google",
    status: 502,
    source: "api_key",
    cools: "nothing",
    message: "The answer to the model list was not a model list; check GEMINI_API_URL.",
  };
}

function readModel(model: Record<string, unknown>): DiscoveredModel {
  const { name, displayName, inputTokenLimit, outputTokenLimit, thinking } = model;
  const methods = model["supportedGenerationMethods"];
  return {
    id: typeof name === "string" ? name.replace(/^models\//, "") : "",
    methods: Array.isArray(methods) ? methods.filter((method) => typeof method === "string") : [],
    ...(typeof displayName === "string" ? { displayName } : {}),
    ...(typeof inputTokenLimit === "number" ? { inputTokenLimit } : {}),
    ...(typeof outputTokenLimit === "number" ? { outputTokenLimit } : {}),
    ...(typeof thinking === "boolean" ? { thinking } : {}),
  };
}
