/**
 * Gemini CLI accounts: Gemini models through Code Assist, in its envelope, from one host. Since June 2026 Google serves only
 * Standard and Enterprise licences here. Builds requests, lists the models that the account has quota for and classifies
 * failures; never makes up a project.
 *
 * @module
 */
import type { Credential } from "../../core/mod.ts";
import { classifyCodeAssist } from "../classify_code_assist.ts";
import { countBody } from "../code_assist_count.ts";
import { innerRequest } from "../code_assist_request.ts";
import {
  clientProjectOf,
  codeAssistHeaders,
  type CodeAssistService,
  codeAssistUrl,
  readyAccount,
} from "../code_assist_service.ts";
import { unwrapCodeAssist } from "../code_assist_unwrap.ts";
import type { BuildInput, Upstream, UpstreamOperation, UpstreamRequest } from "../contract.ts";
import { discoverModels } from "./discover.ts";

/** The service wants this first word; the last one says who really asks. */
const GEMINI_CLI_USER_AGENT = "GeminiCLI/0.0.0 (geminitro)";

export interface GeminiCliOptions {
  readonly url: string;
  readonly userAgent?: string;
  /** The OAuth client's id, to tell its own refusal from an account's. */
  readonly clientId?: string;
}

/** How Code Assist's control plane is reached for Gemini CLI accounts. */
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
    ...(clientProject === undefined ? {} : { clientProject }),
  };
}

/** The upstream of Gemini CLI accounts. */
export function createGeminiCli(options: GeminiCliOptions): Upstream {
  const service = geminiCliService(options);
  return {
    source: "gemini_cli",
    hosts: 1,
    build: (input, credential) => build(service, input, credential),
    unwrap: unwrapCodeAssist,
    classifyFailure: (input) => classifyCodeAssist(input, "gemini_cli", service.clientProject),
    discover: (credential, given) => discoverModels(service, readyAccount(service, credential), given),
  };
}

/** Vectors are not served here: the call then ends in a plain 404, and the next source is asked. */
const METHODS: Readonly<Record<UpstreamOperation, string>> = {
  generate: ":generateContent",
  stream: ":streamGenerateContent?alt=sse",
  count_tokens: ":countTokens",
  embed: ":embedContent",
  batch_embed: ":batchEmbedContents",
};

function build(service: CodeAssistService, input: BuildInput, credential: Credential): UpstreamRequest {
  const { token, project } = readyAccount(service, credential);
  return {
    url: codeAssistUrl(service, input.host, METHODS[input.operation]),
    method: "POST",
    headers: codeAssistHeaders(service, token),
    body: JSON.stringify(input.operation === "count_tokens" ? countBody(input) : envelope(input, project)),
  };
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
