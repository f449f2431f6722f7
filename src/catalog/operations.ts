import { type Failure, isSourceOf, type Operation } from "../core/mod.ts";
import type { CatalogSnapshot } from "./snapshot.ts";

/** Methods by operation; a model must list one of them; Google calls them supportedGenerationMethods. */
const METHODS: Readonly<Record<Operation, readonly string[]>> = {
  generate: ["generateContent", "streamGenerateContent"],
  count: ["countTokens", "generateContent"],
  embed: ["embedContent", "batchEmbedContents", "asyncBatchEmbedContent"],
  predict: ["predict", "predictLongRunning"],
  live: ["bidiGenerateContent", "bidiGenerateMusic"],
  resource: [],
};

/**
 * True when a model with these methods supports the operation. Without methods nothing is known, and everything
 * may be tried.
 */
export function takes(methods: readonly string[], operation: Operation): boolean {
  const wanted = METHODS[operation];
  return methods.length === 0 || wanted.length === 0 || wanted.some((method) => methods.includes(method));
}

/** Refuses an operation that no list with this model supports, in Google's own words. Pure. */
export function operationRefusal(
  id: string,
  operation: Operation,
  method: string,
  { models, unlisted }: CatalogSnapshot,
): Failure | undefined {
  const model = models.get(id);
  if (model === undefined || unlisted.length > 0) return undefined;
  if (model.methods.length === 0 || takes(model.methods, operation)) return undefined;
  return {
    class: "invalid_request",
    scope: "request",
    status: 404,
    code: "model_not_found",
    param: "model",
    message: model.sources.every((source) => isSourceOf(source, "oauth"))
      ? `Only accounts have ${id} here: they serve turns, pictures and counts. ${method} needs an API key.`
      : `The model ${id} is not supported for ${method}; it takes ${
        model.methods.join(", ")
      }. See the model list.`,
  };
}
