import { type Failure, isSourceOf, type Operation } from "../core/mod.ts";
import type { CatalogSnapshot } from "./snapshot.ts";

/** Methods of which a model must list one for an operation to be possible; Google calls them supportedGenerationMethods. */
const METHODS: Readonly<Record<Operation, readonly string[]>> = {
  generate: ["generateContent", "streamGenerateContent"],
  count: ["countTokens", "generateContent"],
  embed: ["embedContent", "batchEmbedContents", "asyncBatchEmbedContent"],
  predict: ["predict", "predictLongRunning"],
  live: ["bidiGenerateContent", "bidiGenerateMusic"],
  resource: [],
};

/** True when a model with these methods can do it. A list without methods says nothing, and then everything may be tried. */
export function takes(methods: readonly string[], operation: Operation): boolean {
  const wanted = METHODS[operation];
  return methods.length === 0 || wanted.length === 0 || wanted.some((method) => methods.includes(method));
}

/** Refuses what every list that has the model says it cannot do, in Google's own words. Pure. */
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
