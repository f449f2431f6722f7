/**
 * OpenAI's embeddings API: /v1/embeddings. Decodes a body to texts to embed and encodes their vectors and failures in
 * OpenAI's words. Pure; it never streams.
 *
 * @module
 */
import { err, type Failure, ok, type Result } from "../../core/mod.ts";
import type { Dialect } from "../contract.ts";
import { FieldReader } from "../field_reader.ts";
import { encodeOpenaiFailure } from "../openai_failure.ts";
import { decodeRequest, type EmbeddingsContext } from "./decode_request.ts";
import { encodeEmbeddings } from "./encode_embeddings.ts";

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
