import { type Failure, ok, type Result } from "../../core/mod.ts";
import type { DiscoveredModel, Upstream } from "../contract.ts";
import { discoverPages } from "../discover_pages.ts";
import { classifyVertex } from "./classify_vertex.ts";
import { vertexHeaders, type VertexPlace } from "./place.ts";

const PAGE_SIZE = 100;
const METHODS = ["generateContent", "countTokens"] as const;
/** Vectors, pictures and speech have calls of their own here. */
const TURN_REGEXP = /^gemini-(?!embedding)(?!.*(?:-live|native-audio))/;

/** Lists Google's own models. Rejects only when the signal aborts. */
export async function discoverModels(
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
