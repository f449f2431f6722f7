/**
 * Gemini CLI accounts: Gemini models through Code Assist, in its envelope, from one host. Since June 2026 Google serves only
 * Standard and Enterprise licences here. Builds requests, lists the models that the account has quota for and classifies
 * failures; never invents a project.
 *
 * @module
 */
import { clientProjectOf, type CodeAssistService, innerRequest, unwrapCodeAssist } from "../code_assist.ts";
import { createCodeAssistUpstream } from "../code_assist_upstream.ts";
import type { BuildInput, DiscoveredModel, Upstream } from "../contract.ts";
import { isObject } from "../../core/mod.ts";

/** The service requires this first word; the last one names this program. */
const GEMINI_CLI_USER_AGENT = "GeminiCLI/0.0.0 (geminitro)";

export interface GeminiCliOptions {
  readonly url: string;
  readonly userAgent?: string;
  /** The OAuth client's id, to distinguish its own refusal from an account's. */
  readonly clientId?: string;
}

/** The settings of Code Assist's control plane for Gemini CLI accounts. */
export function geminiCliService(options: GeminiCliOptions): CodeAssistService {
  const clientProject = clientProjectOf(options.clientId);
  return {
    source: "gemini_cli",
    hosts: [options.url],
    userAgent: options.userAgent ?? GEMINI_CLI_USER_AGENT,
    metadata: {
      ideType: "IDE_UNSPECIFIED",
      platform: "PLATFORM_UNSPECIFIED",
      pluginType: "GEMINI",
    },
    needsOwnProject: true,
    quota: "by_model",
    ...(clientProject === undefined ? {} : { clientProject }),
  };
}

/** The upstream of Gemini CLI accounts. */
export function createGeminiCli(options: GeminiCliOptions): Upstream {
  return createCodeAssistUpstream({
    service: geminiCliService(options),
    envelope,
    unwrap: unwrapCodeAssist,
    models: { method: ":retrieveUserQuota", read: readQuotaModels },
  });
}

function envelope(input: BuildInput, project: string | undefined) {
  const { safetySettings, cachedContent } = input.request;
  return {
    model: input.model,
    ...(project === undefined ? {} : { project }),
    user_prompt_id: input.requestId,
    request: {
      ...innerRequest(input.request),
      ...(safetySettings === undefined ? {} : { safetySettings }),
      ...(cachedContent === undefined ? {} : { cachedContent }),
      session_id: input.session,
    },
  };
}

/** Models of the service when an account's quota names none. */
const USUAL = ["gemini-2.5-pro", "gemini-2.5-flash", "gemini-2.5-flash-lite"] as const;
const METHODS = ["generateContent", "countTokens"] as const;

/** Reads the models that the account's quota names, as the service has no list of models. */
function readQuotaModels(answer: Record<string, unknown>): readonly DiscoveredModel[] {
  const buckets = Array.isArray(answer["buckets"]) ? answer["buckets"].filter(isObject) : [];
  const named = buckets.map((bucket) => bucket["modelId"]).filter((id) => typeof id === "string")
    .filter((id) => id !== "");
  return [...new Set<string>(named.length === 0 ? USUAL : named)].map((id) => ({ id, methods: METHODS }));
}
