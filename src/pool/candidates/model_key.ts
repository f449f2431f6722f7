import type { Operation } from "../../core/mod.ts";
import type { LeaseRequest } from "../contract.ts";

const OTHERS: ReadonlySet<string> = new Set<Operation>(["count", "embed", "predict", "live", "resource"]);

export function isOperation(word: string | undefined): word is Operation {
  return word !== undefined && (word === "generate" || OTHERS.has(word));
}

/** An operation of a model, as one key: the model for turns, else both. Buckets, locks and queues are indexed by it. */
export function modelKeyFor(model: string, operation: Operation): string {
  return operation === "generate" ? model : `${model}#${operation}`;
}

export function modelKeyOf(request: Pick<LeaseRequest, "model" | "operation">): string {
  return modelKeyFor(request.model, request.operation);
}

/** The model, or the quota group, whose quota such a key means; undefined for operations without quota. */
export function quotaModelOf(modelKey: string): string | undefined {
  const [model, operation] = modelKey.split("#");
  return operation === "count" || operation === "resource" ? undefined : model;
}
