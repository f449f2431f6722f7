import type { Failure, Result } from "../core/mod.ts";
import { classifyCodeAssist } from "./classify_code_assist.ts";
import { callCodeAssist, type CallOptions } from "./code_assist_call.ts";
import {
  codeAssistHeaders,
  type CodeAssistService,
  codeAssistUrl,
  countBody,
  isImageModel,
  readyAccount,
} from "./code_assist.ts";
import type { BuildInput, DiscoveredModel, Upstream } from "./contract.ts";
import { MODEL_METHODS } from "./model_methods.ts";

/** Warnings about parts of a request that the service does not take in that form. */
function warningsOf(source: CodeAssistService["source"], { model, request }: BuildInput): readonly string[] {
  const warnings: string[] = [];
  const tools = request.tools ?? [];
  if (source === "antigravity" && isImageModel(model)) {
    return tools.length === 0 ? [] : ["Image models of this source take no tools: left out"];
  }
  const functions = tools.some(({ functionDeclarations }) => functionDeclarations !== undefined);
  const beside = tools.flatMap((tool) => Object.keys(tool)).filter((name) => name !== "functionDeclarations");
  if (functions && beside.length > 0) {
    warnings.push(`This source takes no ${[...new Set(beside)].join(", ")} beside functions: left out`);
  }
  const calling = request.toolConfig?.functionCallingConfig;
  if (/^claude/i.test(model) && calling?.mode === "ANY") {
    const only = calling.allowedFunctionNames ?? [];
    warnings.push(
      only.length === 0
        ? "Claude models cannot be made to call a tool through this source: it may answer without"
        : `Claude models cannot be made to call a tool through this source: only ${
          only.join(", ")
        } was offered`,
    );
  }
  return warnings;
}

/** Properties of one service. */
export interface CodeAssistParts {
  readonly service: CodeAssistService;
  /** A request in the service's envelope. */
  readonly envelope: (input: BuildInput, project: string | undefined) => object;
  readonly unwrap: Upstream["unwrap"];
  readonly searchesApart?: Upstream["searchesApart"];
  /** The method that lists an account's models, and the reader of its answer. */
  readonly models: {
    readonly method: string;
    readonly read: (answer: Record<string, unknown>) => readonly DiscoveredModel[];
  };
}

/**
 * The upstream of a service of Code Assist's kind. Vectors are not served there: such a call ends in a plain 404, and the
 * next source is tried.
 */
export function createCodeAssistUpstream(parts: CodeAssistParts): Upstream {
  const { service, envelope, unwrap, models, searchesApart } = parts;
  return {
    source: service.source,
    ...(searchesApart === undefined ? {} : { searchesApart }),
    hosts: service.hosts.length,
    // The other hosts refuse private people's accounts, with misleading errors.
    hostsOf: (credential) =>
      "consumer" in credential && credential.consumer === true ? 1 : service.hosts.length,
    // As Google's own clients do: whole turns may be refused or throttled where streams are served.
    alwaysStreams: true,
    build(input, credential) {
      const { token, project } = readyAccount(service, credential);
      const counts = input.operation === "count_tokens";
      const body = counts ? countBody(input) : envelope(input, project);
      const warnings = counts ? [] : warningsOf(service.source, input);
      return {
        url: codeAssistUrl(service, input.host, `:${MODEL_METHODS[input.operation]}`),
        method: "POST",
        headers: codeAssistHeaders(service, token),
        body: JSON.stringify(body),
        ...(warnings.length === 0 ? {} : { warnings }),
      };
    },
    unwrap,
    classifyFailure: (input) => classifyCodeAssist(input, service.source, service.clientProject),
    discover: (credential, options) =>
      discover({ service, models }, readyAccount(service, credential), options),
  };
}

async function discover(
  { service, models }: Pick<CodeAssistParts, "service" | "models">,
  { token, project }: ReturnType<typeof readyAccount>,
  options: CallOptions,
): Promise<Result<readonly DiscoveredModel[], Failure>> {
  const call = {
    method: models.method,
    body: project === undefined ? {} : { project },
    accessToken: token,
  };
  const answer = await callCodeAssist(service, call, options);
  return answer.ok ? { ok: true, value: models.read(answer.value) } : answer;
}
