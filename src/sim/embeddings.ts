import type { JsonObject } from "../core/mod.ts";
import { decodeBody } from "./decode.ts";
import { invalid, type Rejection } from "./errors.ts";
import { countQuota } from "./generate.ts";
import { asNumber, asObject, asObjects, asText } from "./json_read.ts";
import type { KeyHolder } from "./keys.ts";
import type { SimModel } from "./models.ts";
import { hash32 } from "./signatures.ts";
import type { SimState } from "./state.ts";
import { countInput } from "./tokens.ts";

const FULL_DIMENSIONS = 3072;
const MAX_BATCH = 100;

/** The body of an answer, or the refusal. */
export type Answer = { readonly body: JsonObject } | { readonly rejection: Rejection };

/** A vector that depends on the text alone: of length 1 in full, not normalised when it is cut. */
function embeddingOf(text: string, dimensions: number): readonly number[] {
  let state = hash32(text) | 1;
  let squares = 0;
  const values = Array.from({ length: FULL_DIMENSIONS }, () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    const value = (state | 0) / 2 ** 31;
    squares += value * value;
    return value;
  });
  const norm = Math.sqrt(squares);
  return values.slice(0, dimensions).map((value) => Math.fround(value / norm));
}

function textOf(request: JsonObject): string {
  return asObjects(asObject(request["content"])?.["parts"]).map((part) =>
    asText(part["text"]) ?? asText(asObject(part["inlineData"])?.["data"]) ?? ""
  ).join(
    "\n",
  );
}

function check(request: JsonObject, path: string): Rejection | undefined {
  const parts = asObjects(asObject(request["content"])?.["parts"]);
  if (
    parts.length === 0 || (textOf(request) === "" && !parts.some((part) => part["inlineData"] !== undefined))
  ) {
    return invalid(`* ${path}.content: contents is not specified\n`);
  }
  const dimensions = asNumber(request["outputDimensionality"]);
  if (dimensions === undefined || (dimensions >= 1 && dimensions <= FULL_DIMENSIONS)) return undefined;
  return invalid(`* ${path}.output_dimensionality: must be in the range [1, ${FULL_DIMENSIONS}].\n`);
}

function vectorFor(request: JsonObject): JsonObject {
  return {
    values: [...embeddingOf(textOf(request), asNumber(request["outputDimensionality"]) ?? FULL_DIMENSIONS)],
  };
}

function inputOf(requests: readonly JsonObject[]): JsonObject {
  return { contents: requests.map((request) => asObject(request["content"]) ?? {}) };
}

/** embedContent: one vector. */
export function embedOne(state: SimState, holder: KeyHolder, model: SimModel, bodyText: string): Answer {
  const decoded = decodeBody(bodyText, "EmbedContentRequest");
  if ("rejection" in decoded) return decoded;
  const request = decoded.value;
  const rejection = check(request, "EmbedContentRequest") ??
    countQuota(state, holder.book, model, countInput(inputOf([request])).total, true);
  return rejection ? { rejection } : { body: { embedding: vectorFor(request) } };
}

/** batchEmbedContents: up to a hundred vectors, in order; every request names the model. */
export function embedMany(state: SimState, holder: KeyHolder, model: SimModel, bodyText: string): Answer {
  const decoded = decodeBody(bodyText, "BatchEmbedContentsRequest");
  if ("rejection" in decoded) return decoded;
  const requests = asObjects(decoded.value["requests"]);
  const rejection = checkBatch(requests, model) ??
    countQuota(state, holder.book, model, countInput(inputOf(requests)).total, true);
  return rejection ? { rejection } : { body: { embeddings: requests.map(vectorFor) } };
}

function checkBatch(requests: readonly JsonObject[], model: SimModel): Rejection | undefined {
  const root = "BatchEmbedContentsRequest.requests";
  if (requests.length === 0) return invalid(`* ${root}: requests is not specified\n`);
  if (requests.length > MAX_BATCH) {
    return invalid(`* ${root}: at most ${MAX_BATCH} requests can be in one batch\n`);
  }
  for (const [index, request] of requests.entries()) {
    const named = asText(request["model"]) ?? "";
    if (named === "") return invalid(`* ${root}[${index}].model: model is required.\n`);
    if (named !== `models/${model.name}`) {
      return invalid(`* ${root}[${index}].model: unexpected model name format\n`);
    }
    const bad = check(request, `${root}[${index}]`);
    if (bad) return bad;
  }
  return undefined;
}
