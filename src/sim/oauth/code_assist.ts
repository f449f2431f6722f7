import { isObject } from "../../core/mod.ts";
import { controlPlane, isBelow, operation, versionOf } from "./control_plane.ts";
import { envelopeProblem, headerProblem } from "./envelope_rules.ts";
import { badRequest, bare429, notFound, unauthenticated } from "./errors.ts";
import type { OAuthState } from "./oauth_state.ts";
import { accountTrouble, clientNotAllowed, hostTrouble, quotaTrouble, staleProject } from "./trouble.ts";
import {
  ANTIGRAVITY_MODELS,
  CLI_MODELS,
  DEPRECATED,
  eventStream,
  SIGNATURE,
  turnChunks,
  type TurnFacts,
  wholeTurn,
} from "./turn_answer.ts";
import type { SimAccount } from "./accounts.ts";

export type CodeAssistHost = "daily" | "prod" | "cli";

/** A prompt with these words is refused for what is in it, whoever asks. */
const FILTERED_WORDS = "words of another agent";

/** One request to a host of Code Assist, in the order in which Google checks it. */
export async function codeAssist(
  state: OAuthState,
  host: CodeAssistHost,
  request: Request,
  path: string,
  body: unknown,
): Promise<Response> {
  const kind = host === "cli" ? "cli" : "antigravity";
  const fault = hostTrouble(state.hostFaults.get(host));
  if (fault !== undefined) return fault;
  const bearer = state.bearer(request);
  if (bearer === undefined) return unauthenticated();
  const refused = headerProblem(kind, request.headers);
  if (refused !== undefined) return refused;
  if (!state.clientAllowed) return clientNotAllowed(state.clientId);
  const account = state.account(bearer.email);
  const name = /^\/v1internal\/(operations\/[^/]+)$/.exec(path)?.[1];
  if (name !== undefined && request.method === "GET") return operation(state, name);
  const method = /^\/v1internal:(\w+)$/.exec(path)?.[1];
  if (method === undefined || request.method !== "POST") return notFound();
  const control = controlPlane(state, method, {
    host,
    account,
    body: isObject(body) ? body : {},
    version: versionOf(request.headers.get("user-agent") ?? ""),
  });
  if (control !== undefined) return control;
  if (method === "countTokens") return countTokens(body);
  if (method !== "generateContent" && method !== "streamGenerateContent") return notFound();
  return await generate(state, { host, kind, account, method, body, request });
}

interface GenerateCall {
  readonly host: CodeAssistHost;
  readonly kind: "antigravity" | "cli";
  readonly account: SimAccount;
  readonly method: string;
  readonly body: unknown;
  readonly request: Request;
}

function generate(state: OAuthState, call: GenerateCall): Promise<Response> | Response {
  const { kind, account, body, host, request } = call;
  const problem = envelopeProblem(kind, body);
  if (problem !== undefined || !isObject(body)) return problem ?? notFound();
  const { model, project } = body;
  const inner = isObject(body["request"]) ? body["request"] : {};
  if (typeof model !== "string" || !serves(kind, model, account)) return notFound();
  if (project !== account.project && account.tier === "free") return staleProject(`projects/${project}`);
  // Reported of these models: whole turns are silently throttled where streams are served.
  if (kind === "antigravity" && call.method === "generateContent" && /claude|pro|image/.test(model)) {
    return bare429();
  }
  const searches = body["requestType"] === "web_search";
  if (searches && state.failsSearches) return badRequest("Search is not available.");
  const refused = (model.startsWith("claude") ? claudeProblem(inner) : undefined) ??
    (searches ? undefined : accountTrouble(account, model)) ??
    quotaTrouble(account, model, state.clock.now());
  if (refused !== undefined) return refused;
  if (JSON.stringify(inner).includes(FILTERED_WORDS)) return bare429();
  const streamed = call.method === "streamGenerateContent";
  const sse = new URL(request.url).searchParams.get("alt") === "sse";
  if (
    kind === "antigravity" &&
    isBelow(versionOf(request.headers.get("user-agent") ?? ""), state.versionFloor.split(".").map(Number))
  ) {
    return formatRefusal(OLD_VERSION, streamed && sse);
  }
  if (account.trouble === "withdrawn") return formatRefusal(WITHDRAWN, streamed && sse);
  if (account.trouble === "empty" || account.trouble === "thoughts") {
    return hollow(account.trouble === "empty" ? [] : [{ text: "Hm.", thought: true }], streamed && sse);
  }
  account.served++;
  const traceId = state.mint("trace-");
  const facts: TurnFacts = { model, host, project: String(project), request: inner, traceId };
  if (!streamed) return Response.json({ response: wholeTurn(facts), traceId });
  const chunks = turnChunks(facts).map((response) => ({ response, traceId }));
  // Without alt=sse Google streams one JSON array.
  return sse ? eventStream(chunks) : Response.json(chunks);
}

function serves(kind: "antigravity" | "cli", model: string, { models }: SimAccount): boolean {
  if (kind === "antigravity" && models !== undefined) return models.includes(model);
  return kind === "cli"
    ? (CLI_MODELS as readonly string[]).includes(model)
    : Object.hasOwn(ANTIGRAVITY_MODELS, model) && !Object.hasOwn(DEPRECATED, model);
}

function countTokens(body: unknown): Response {
  const request = isObject(body) ? body["request"] : undefined;
  const strict = isObject(body) && Object.keys(body).join() === "request" && isObject(request) &&
    Object.keys(request).every((name) => ["model", "contents"].includes(name)) &&
    String(request["model"]).startsWith("models/") && Array.isArray(request["contents"]);
  return strict
    ? Response.json({ totalTokens: Math.ceil(JSON.stringify(request["contents"]).length / 4) })
    : notFound();
}

const OLD_VERSION =
  "This version of Antigravity is no longer supported. Please update to receive the latest features.";
const WITHDRAWN =
  "Gemini 3 Pro is no longer available. Please switch to Gemini 3.1 Pro in the latest version of Antigravity.";

/** A success status whose text is the refusal. */
function formatRefusal(text: string, streamed: boolean): Response {
  const candidates = [{ content: { role: "model", parts: [{ text }] }, finishReason: "STOP" }];
  const chunk = { response: { candidates, usageMetadata: { promptTokenCount: 0, totalTokenCount: 0 } } };
  return streamed ? eventStream([chunk]) : Response.json(chunk);
}

/** A turn that ends normally without content. */
function hollow(parts: readonly unknown[], streamed: boolean): Response {
  const candidates = [{ content: { role: "model", parts }, finishReason: "STOP" }];
  const usageMetadata = { promptTokenCount: 12, totalTokenCount: 12 };
  const chunk = { response: { candidates, usageMetadata } };
  return streamed ? eventStream([chunk]) : Response.json(chunk);
}

type Fields = Record<string, unknown>;

/** Claude's own errors come as JSON inside the message. */
function claudeError(message: string): Response {
  const inner = {
    type: "error",
    error: { type: "invalid_request_error", message },
    request_id: "req_vrtx_sim",
  };
  return badRequest(JSON.stringify(inner));
}

/** The refusals of Claude behind Antigravity beyond the envelope's rules. */
function claudeProblem(request: Fields): Response | undefined {
  const contents = Array.isArray(request["contents"]) ? request["contents"].filter(isObject) : [];
  if (contents.at(-1)?.["role"] !== "user") {
    return claudeError(
      "This model does not support assistant message prefill. The conversation must end with a user message.",
    );
  }
  return configProblem(request) ?? toolProblem(request) ?? pairProblem(contents) ?? thoughtProblem(contents);
}

function configProblem(request: Fields): Response | undefined {
  const config = isObject(request["generationConfig"]) ? request["generationConfig"] : {};
  if (config["temperature"] !== undefined && config["topP"] !== undefined) {
    return claudeError("`temperature` and `top_p` cannot both be specified for this model.");
  }
  const thinking = isObject(config["thinkingConfig"]) ? config["thinkingConfig"] : undefined;
  if (thinking === undefined) return undefined;
  const budget = Number(thinking["thinkingBudget"]);
  if (!(budget >= 1_024)) {
    return claudeError("thinking.enabled.budget_tokens: Input should be greater than or equal to 1024");
  }
  if (!(Number(config["maxOutputTokens"]) > budget)) {
    return claudeError("`max_tokens` must be greater than `thinking.budget_tokens`.");
  }
  return config["temperature"] === undefined
    ? undefined
    : claudeError("`temperature` may only be set to 1 when thinking is enabled.");
}

function toolProblem(request: Fields): Response | undefined {
  if (!Array.isArray(request["tools"])) return undefined;
  const config = isObject(request["toolConfig"]) ? request["toolConfig"]["functionCallingConfig"] : undefined;
  if (!isObject(config) || config["mode"] !== "VALIDATED") {
    return claudeError("tool_choice: Extra inputs are not permitted");
  }
  for (const tool of request["tools"]) {
    for (const declaration of tool.functionDeclarations ?? []) {
      if (!/^[a-zA-Z0-9_-]{1,64}$/.test(String(declaration.name))) {
        return claudeError("tools.0.custom.name: String should match pattern '^[a-zA-Z0-9_-]{1,64}$'");
      }
      const properties = declaration.parameters?.properties;
      if (!isObject(properties) || Object.keys(properties).length === 0) {
        return claudeError("tools.0.custom.input_schema: Field required");
      }
    }
  }
  return undefined;
}

/** Each call has an id and is answered in the next turn. */
function pairProblem(contents: readonly Fields[]): Response | undefined {
  for (const [index, content] of contents.entries()) {
    const calls = idsOf(content, "functionCall");
    if (calls.length === 0) continue;
    if (calls.some((id) => !/^[a-zA-Z0-9_-]+$/.test(String(id)))) {
      return claudeError(
        `messages.${index}.content.0.tool_use.id: String should match pattern '^[a-zA-Z0-9_-]+$'`,
      );
    }
    const answers = new Set(idsOf(contents[index + 1] ?? {}, "functionResponse"));
    if (calls.some((id) => id === undefined || !answers.has(id))) {
      return claudeError(
        `messages.${index}: \`tool_use\` ids were found without \`tool_result\` blocks immediately after`,
      );
    }
  }
  return undefined;
}

function idsOf(content: Fields, field: string): readonly unknown[] {
  const parts = Array.isArray(content["parts"]) ? content["parts"].filter(isObject) : [];
  return parts.map((part) => part[field]).filter(isObject).map((call) => call["id"]);
}

function thoughtProblem(contents: readonly Fields[]): Response | undefined {
  for (const [index, content] of contents.entries()) {
    const parts = Array.isArray(content["parts"]) ? content["parts"].filter(isObject) : [];
    // A thought that another Claude signed is refused like one without a signature.
    const unsigned = parts.some((part) => part["thought"] === true && part["thoughtSignature"] !== SIGNATURE);
    if (unsigned) {
      return claudeError(`messages.${index}.content.0: Invalid \`signature\` in \`thinking\` block`);
    }
  }
  return undefined;
}
