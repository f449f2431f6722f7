import { isObject } from "../../core/mod.ts";
import type { DiscoveredModel } from "../contract.ts";

/** Models of the editor's own completion, which take no chat. */
const INTERNAL_REGEXP = /^(chat_|tab_|rev\d)/;
const METHODS = ["generateContent", "countTokens"] as const;

/** Reads the account's live list; deprecated and internal ids are left out. */
export function readLiveModels(answer: Record<string, unknown>): readonly DiscoveredModel[] {
  const models = isObject(answer["models"]) ? answer["models"] : {};
  const old = isObject(answer["deprecatedModelIds"]) ? answer["deprecatedModelIds"] : {};
  return Object.entries(models)
    .filter(([id]) => !INTERNAL_REGEXP.test(id) && !Object.hasOwn(old, id))
    .map(([id, model]) => readModel(id, isObject(model) ? model : {}));
}

function readModel(id: string, model: Record<string, unknown>): DiscoveredModel {
  const { displayName, maxTokens, maxOutputTokens, supportsThinking } = model;
  return {
    id,
    methods: METHODS,
    ...(typeof displayName === "string" ? { displayName } : {}),
    ...(typeof maxTokens === "number" ? { inputTokenLimit: maxTokens } : {}),
    ...(typeof maxOutputTokens === "number" ? { outputTokenLimit: maxOutputTokens } : {}),
    ...(typeof supportsThinking === "boolean" ? { thinking: supportsThinking } : {}),
  };
}
