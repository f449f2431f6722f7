import { type Failure, isObject, ok, type Result } from "../../core/mod.ts";
import { callCodeAssist, type CallOptions } from "../code_assist_call.ts";
import type { CodeAssistService } from "../code_assist_service.ts";
import type { DiscoveredModel } from "../contract.ts";

/** What the service is known to serve when an account's quota names no model. */
const USUAL = ["gemini-2.5-pro", "gemini-2.5-flash", "gemini-2.5-flash-lite"] as const;
const METHODS = ["generateContent", "countTokens"] as const;

/** There is no list of models here: the account's quota names those that it may use. */
export async function discoverModels(
  service: CodeAssistService,
  account: { readonly token: string; readonly project: string | undefined },
  options: CallOptions,
): Promise<Result<readonly DiscoveredModel[], Failure>> {
  const body = account.project === undefined ? {} : { project: account.project };
  const call = { method: ":retrieveUserQuota", body, accessToken: account.token };
  const answer = await callCodeAssist(service, call, options);
  if (!answer.ok) return answer;
  const buckets = Array.isArray(answer.value["buckets"]) ? answer.value["buckets"].filter(isObject) : [];
  const named = buckets.map((bucket) => bucket["modelId"]).filter((id) =>
    typeof id === "string" && id !== ""
  );
  const ids = new Set(named.length === 0 ? USUAL : named as string[]);
  return ok([...ids].map((id) => ({ id, methods: METHODS })));
}
