/**
 * OpenAI's embeddings API: /v1/embeddings. Decodes a body to texts to embed and encodes their vectors and failures in
 * OpenAI's words. Pure; it never streams.
 *
 * @module
 */
import { err, type Failure, type JsonObject, ok, type Result } from "../../core/mod.ts";
import type { Dialect, EncodeInput } from "../contract.ts";
import { FieldReader } from "../field_reader.ts";
import { encodeOpenaiFailure } from "../openai_failure.ts";
import { decodeRequest, type EmbeddingsContext } from "./decode_request.ts";

export type { EmbeddingsContext } from "./decode_request.ts";

function modelOf(body: unknown): Result<string, Failure> {
  const fields = new FieldReader();
  const model = fields.string(fields.object(body, "body").model, "model");
  if (model === "") fields.refuse("model", "model must not be empty. Name a model.");
  return fields.failure === undefined ? ok(model) : err(fields.failure);
}

/** POST /v1/embeddings. Its calls are all of operation "embed", so turns are never encoded: a turn gives an empty list. */
export const openaiEmbeddings: Dialect<EmbeddingsContext> = {
  name: "openai_embeddings",
  modelOf,
  decodeRequest,
  encodeReply: (_events, input) => encodeEmbeddings([], 0, input),
  encodeStream: (input) => ({
    push: (event) => event.type === "turn-end" ? JSON.stringify(encodeEmbeddings([], 0, input)) : "",
    fail: (failure) => JSON.stringify(encodeOpenaiFailure(failure).body),
    heartbeat: () => "",
  }),
  encodeEmbeddings,
  encodeFailure: encodeOpenaiFailure,
};

/** The list of vectors in OpenAI's shape: of norm 1, as numbers or as base64 of little-endian float32. */
function encodeEmbeddings(
  vectors: readonly (readonly number[])[],
  promptTokens: number,
  input: EncodeInput<EmbeddingsContext>,
): JsonObject {
  const encode = input.context.format === "base64" ? toBase64 : (vector: readonly number[]) => vector;
  return {
    object: "list",
    data: vectors.map((vector, index) => ({
      object: "embedding",
      index,
      embedding: encode(normalise(vector)),
    })),
    model: input.context.model,
    usage: { prompt_tokens: promptTokens, total_tokens: promptTokens },
  };
}

/** Google leaves vectors of reduced dimensions unnormalised; clients of OpenAI compare by dot product. */
function normalise(vector: readonly number[]): readonly number[] {
  const norm = Math.hypot(...vector);
  if (norm === 0 || Math.abs(norm - 1) < 1e-6) return vector;
  return vector.map((value) => value / norm);
}

function toBase64(vector: readonly number[]): string {
  const bytes = new Uint8Array(vector.length * 4);
  const view = new DataView(bytes.buffer);
  vector.forEach((value, index) => view.setFloat32(index * 4, value, true));
  let binary = "";
  for (let start = 0; start < bytes.length; start += 8192) {
    binary += String.fromCharCode(...bytes.subarray(start, start + 8192));
  }
  return btoa(binary);
}
