import { isObject } from "../../core/mod.ts";
import { badRequest, googleError, unknownName } from "./errors.ts";

type Fields = Record<string, unknown>;

const ENVELOPES: Readonly<Record<"antigravity" | "cli", ReadonlySet<string>>> = {
  antigravity: new Set([
    "project",
    "model",
    "userAgent",
    "requestType",
    "requestId",
    "enabledCreditTypes",
    "request",
  ]),
  cli: new Set(["model", "project", "user_prompt_id", "request", "enabled_credit_types"]),
};
const REQUEST = ["contents", "systemInstruction", "tools", "toolConfig", "generationConfig", "labels"];
const REQUESTS: Readonly<Record<"antigravity" | "cli", ReadonlySet<string>>> = {
  antigravity: new Set([...REQUEST, "sessionId"]),
  cli: new Set([...REQUEST, "session_id", "safetySettings", "cachedContent"]),
};
const DATA = [
  "text",
  "inlineData",
  "fileData",
  "functionCall",
  "functionResponse",
  "executableCode",
  "codeExecutionResult",
];

/** The first fault of a generating call's body, as Code Assist would refuse it. */
export function envelopeProblem(kind: "antigravity" | "cli", body: unknown): Response | undefined {
  if (!isObject(body)) return badRequest("Invalid JSON payload received.");
  const stranger = Object.keys(body).find((name) => !ENVELOPES[kind].has(name));
  if (stranger !== undefined) return unknownName(stranger, "");
  if (typeof body["project"] !== "string" || body["project"] === "") {
    return badRequest("Invalid value at 'project': a project is required.", "project");
  }
  if (typeof body["model"] !== "string") return badRequest("A model is required.", "model");
  if (
    kind === "antigravity" &&
    ((typeof body["requestId"] !== "string" && body["requestType"] !== "web_search") ||
      body["userAgent"] !== "antigravity")
  ) {
    return badRequest("requestId and userAgent are required.");
  }
  const problem = kind === "antigravity" ? typeProblem(body) : undefined;
  if (problem !== undefined) return problem;
  if (kind === "cli" && typeof body["user_prompt_id"] !== "string") {
    return badRequest("user_prompt_id is required.", "user_prompt_id");
  }
  if (body["enabledCreditTypes"] !== undefined || body["enabled_credit_types"] !== undefined) {
    return badRequest("This simulator's accounts have no credits to spend.");
  }
  return isObject(body["request"])
    ? requestProblem(kind, body["request"])
    : badRequest("A request is required.", "request");
}

/** Pictures come as a kind of their own, one at a time and without tools. */
function typeProblem(body: Fields): Response | undefined {
  const image = /-image(-|$)/.test(String(body["model"]));
  const { requestType, requestId, request } = body;
  if (requestType === "web_search") return searchProblem(body);
  if (image !== (requestType === "image_gen")) return badRequest("requestType does not fit the model.");
  if (!image) return undefined;
  if (!/^image_gen\/[1-9]\d{12}\/[\w-]+\/12$/.test(String(requestId))) {
    return badRequest("Invalid requestId.");
  }
  const inner = isObject(request) ? request : {};
  const config = isObject(inner["generationConfig"]) ? inner["generationConfig"] : {};
  const picture = isObject(config["imageConfig"]) ? config["imageConfig"] : {};
  const stranger = Object.keys(picture).find((name) => !["aspectRatio", "imageSize"].includes(name)) ??
    Object.keys(config).find((name) =>
      !["candidateCount", "imageConfig", "responseModalities", "seed"].includes(name)
    );
  if (stranger !== undefined) return unknownName(stranger, "request.generation_config");
  return inner["tools"] !== undefined || config["candidateCount"] !== 1
    ? badRequest("Image generation takes one candidate and no tools.")
    : undefined;
}

/** A search is all that such a call may do. */
function searchProblem({ requestId, request }: Fields): Response | undefined {
  const { tools, generationConfig: config } = isObject(request) ? request : {};
  const only = Array.isArray(tools) && tools.length === 1 && isObject(tools[0]) &&
    Object.keys(tools[0]).join() === "googleSearch";
  return requestId === undefined && only && isObject(config) && config["candidateCount"] === 1
    ? undefined
    : badRequest("A web search takes the search tool alone, one candidate and no request id.");
}

function requestProblem(kind: "antigravity" | "cli", request: Fields): Response | undefined {
  const stranger = Object.keys(request).find((name) => !REQUESTS[kind].has(name));
  if (stranger !== undefined) return unknownName(stranger, "request");
  const system = request["systemInstruction"];
  if (system !== undefined && (!isObject(system) || !Array.isArray(system["parts"]))) {
    return badRequest(
      "Invalid value at 'request.system_instruction' (Content).",
      "request.system_instruction",
    );
  }
  if (kind === "antigravity" && !/^-\d{19}$/.test(String(request["sessionId"]))) {
    return badRequest("Invalid value at 'request.session_id'.", "request.session_id");
  }
  const calling = isObject(request["toolConfig"]) ? Object.keys(request["toolConfig"]) : [];
  const odd = calling.find((name) => !["functionCallingConfig", "retrievalConfig"].includes(name));
  if (odd !== undefined) return unknownName(odd, "request.tool_config");
  return contentsProblem(request["contents"]) ?? toolsProblem(kind, request["tools"]);
}

function contentsProblem(contents: unknown): Response | undefined {
  if (!Array.isArray(contents) || contents.length === 0) {
    return badRequest("contents is not specified", "contents");
  }
  if (!isObject(contents[0]) || contents[0]["role"] !== "user") {
    return badRequest("Please ensure that the conversation begins with a user turn.");
  }
  for (const [index, content] of contents.entries()) {
    const parts = isObject(content) ? content["parts"] : undefined;
    if (!Array.isArray(parts) || parts.length === 0) {
      return badRequest(
        `Unable to submit request because it must include at least one parts field (contents[${index}]).`,
      );
    }
    if (
      parts.some((part) => !isObject(part) || DATA.filter((name) => part[name] !== undefined).length !== 1)
    ) {
      return badRequest(
        `request.contents[${index}].parts: required oneof field 'data' must have one initialized field`,
      );
    }
  }
  return undefined;
}

function toolsProblem(kind: "antigravity" | "cli", tools: unknown): Response | undefined {
  if (!Array.isArray(tools)) return undefined;
  const lists = tools.filter((tool) => isObject(tool) && tool["functionDeclarations"] !== undefined);
  if (lists.length > 1) {
    return badRequest("Multiple tools are supported only when they are all search tools.");
  }
  if (lists.length === 1 && (tools.length > 1 || Object.keys(lists[0]).length > 1)) {
    return badRequest("Built-in tools and function declarations cannot be combined in one request.");
  }
  for (const [index, declaration] of (lists[0]?.["functionDeclarations"] ?? []).entries()) {
    if (!/^[A-Za-z_][\w.:-]{0,63}$/.test(String(declaration.name))) {
      return badRequest(`Invalid function name at function_declarations[${index}].`);
    }
    const at = `request.tools[0].function_declarations[${index}].parameters`;
    if (kind === "antigravity" && declaration.parametersJsonSchema !== undefined) {
      return unknownName("parametersJsonSchema", at);
    }
    const problem = kind === "antigravity" ? schemaProblem(declaration.parameters, at) : undefined;
    if (problem !== undefined) return unknownName(problem.name, problem.at);
  }
  return undefined;
}

/** Checks headers that Google refuses or requires. */
export function headerProblem(kind: "antigravity" | "cli", headers: Headers): Response | undefined {
  const strange = ["x-goog-user-project", "x-api-key", "x-goog-api-key", "anthropic-version"]
    .find((name) => headers.has(name));
  const agent = headers.get("user-agent") ?? "";
  const known = kind === "antigravity" ? /^antigravity/ : /^(GeminiCLI|google-api-nodejs-client)/;
  return strange === undefined && known.test(agent)
    ? undefined
    : googleError(403, { status: "PERMISSION_DENIED", message: "The caller does not have permission" });
}

/** Keywords that Antigravity's schema knows. */
const KNOWN = new Set(["type", "description", "enum", "nullable", "properties", "required", "items"]);
const TYPES = new Set(["STRING", "NUMBER", "INTEGER", "BOOLEAN", "ARRAY", "OBJECT", "NULL"]);

/** The first keyword that Antigravity does not take, with its place; undefined for a clean schema. */
function schemaProblem(
  schema: unknown,
  at: string,
): { readonly name: string; readonly at: string } | undefined {
  if (schema === undefined) return undefined;
  if (!isObject(schema)) return { name: "schema", at };
  const stranger = Object.keys(schema).find((name) => !KNOWN.has(name));
  if (stranger !== undefined) return { name: stranger, at };
  if (!TYPES.has(String(schema["type"]).toUpperCase())) return { name: "type", at };
  const { properties, items, required } = schema;
  if (
    Array.isArray(required) &&
    required.some((name) => !isObject(properties) || !Object.hasOwn(properties, name))
  ) {
    return { name: "required", at };
  }
  if (schema["type"] === "ARRAY" && items === undefined) return { name: "items", at };
  const inner = isObject(properties) ? Object.entries(properties) : [];
  for (const [name, one] of inner) {
    const problem = schemaProblem(one, `${at}.properties[${name}]`);
    if (problem !== undefined) return problem;
  }
  return items === undefined ? undefined : schemaProblem(items, `${at}.items`);
}
