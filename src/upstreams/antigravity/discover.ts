import { type Failure, isObject, ok, type Result } from "../../core/mod.ts";
import { callCodeAssist, type CallOptions } from "../code_assist_call.ts";
import type { CodeAssistService } from "../code_assist_service.ts";
import type { DiscoveredModel } from "../contract.ts";

/** Models of the editor's own completion, which take no chat. */
const INTERNAL_REGEXP = /^(chat_|tab_|rev\d)/;
const METHODS = ["generateContent", "countTokens"] as const;

/** Asks for the account's live list; deprecated and internal ids are left out. */
export async function discoverModels(
  service: CodeAssistService,
  account: { readonly token: string; readonly project: string | undefined },
  options: CallOptions,
): Promise<Result<readonly DiscoveredModel[], Failure>> {
  const body = account.project === undefined ? {} : { project: account.project };
  const call = { method: ":fetchAvailableModels", body, accessToken: account.token };
  const answer = await callCodeAssist(service, call, options);
  if (!answer.ok) return answer;
  const models = isObject(answer.value["models"]) ? answer.value["models"] : {};
  const old = isObject(answer.value["deprecatedModelIds"]) ? answer.value["deprecatedModelIds"] : {};
  return ok(
    Object.entries(models)
      .filter(([id]) => !INTERNAL_REGEXP.test(id) && !Object.hasOwn(old, id))
      .map(([id, model]) => readModel(id, isObject(model) ? model : {})),
  );
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
