import { isObject } from "../../core/mod.ts";
import type { DiscoveredModel } from "../contract.ts";

/** What the service is known to serve when an account's quota names no model. */
const USUAL = ["gemini-2.5-pro", "gemini-2.5-flash", "gemini-2.5-flash-lite"] as const;
const METHODS = ["generateContent", "countTokens"] as const;

/** There is no list of models here: the account's quota names those that it may use. */
export function readQuotaModels(answer: Record<string, unknown>): readonly DiscoveredModel[] {
  const buckets = Array.isArray(answer["buckets"]) ? answer["buckets"].filter(isObject) : [];
  const named = buckets.map((bucket) => bucket["modelId"]).filter((id) => typeof id === "string")
    .filter((id) => id !== "");
  return [...new Set<string>(named.length === 0 ? USUAL : named)].map((id) => ({ id, methods: METHODS }));
}
