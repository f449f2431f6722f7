import type { ApiKeyCredential, Failure, Result } from "../../core/mod.ts";
import { classifyPublic } from "../classify_public.ts";
import type { DiscoveredModel, Upstream } from "../contract.ts";
import { discoverPages } from "../discover_pages.ts";

/** The most that Google gives at once. */
const PAGE_SIZE = 1_000;

/** Lists the models that a key may use. Rejects only when the signal aborts. */
export function discoverModels(
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
