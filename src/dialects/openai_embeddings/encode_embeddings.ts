import type { JsonObject } from "../../core/mod.ts";
import type { EncodeInput } from "../contract.ts";
import type { EmbeddingsContext } from "./decode_request.ts";

/** The list of vectors in OpenAI's shape: of norm 1, as numbers or as base64 of little-endian float32. */
export function encodeEmbeddings(
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
