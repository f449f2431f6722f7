import { isObject } from "../../core/mod.ts";
import { badRequest } from "./errors.ts";
import { SIGNATURE } from "./turn_answer.ts";

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

/** What Claude behind Antigravity refuses beyond the envelope's rules. */
export function claudeProblem(request: Fields): Response | undefined {
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

/** Each call has an id and is answered in the very next turn. */
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
    // A thought that another Claude signed is refused as one without a signature.
    const unsigned = parts.some((part) => part["thought"] === true && part["thoughtSignature"] !== SIGNATURE);
    if (unsigned) {
      return claudeError(`messages.${index}.content.0: Invalid \`signature\` in \`thinking\` block`);
    }
  }
  return undefined;
}
