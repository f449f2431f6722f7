import { isObject, type Json, type JsonObject } from "../../core/mod.ts";

/** The request's settings as a response repeats them, with OpenAI's defaults where the client set none. */
export function echoOf(body: Record<string, unknown>, store: boolean): JsonObject {
  const given = (name: string, otherwise: Json): Json => (body[name] ?? otherwise) as Json;
  const reasoning = given("reasoning", {}) as JsonObject;
  const text = given("text", {}) as JsonObject;
  return {
    frequency_penalty: 0,
    instructions: given("instructions", null),
    max_output_tokens: given("max_output_tokens", null),
    max_tool_calls: given("max_tool_calls", null),
    parallel_tool_calls: given("parallel_tool_calls", true),
    presence_penalty: 0,
    previous_response_id: given("previous_response_id", null),
    prompt_cache_key: given("prompt_cache_key", null),
    reasoning: { effort: reasoning.effort ?? null, summary: reasoning.summary ?? null },
    safety_identifier: given("safety_identifier", null),
    service_tier: given("service_tier", "default"),
    store,
    temperature: given("temperature", 1),
    text: { format: formatOf(text.format), verbosity: text.verbosity ?? "medium" },
    tool_choice: given("tool_choice", "auto"),
    tools: toolsOf(given("tools", [])),
    top_logprobs: given("top_logprobs", 0),
    top_p: given("top_p", 1),
    truncation: given("truncation", "disabled"),
    user: given("user", null),
    metadata: given("metadata", {}),
  };
}

/** The format with what OpenAI's schema wants of it filled in. */
function formatOf(format: Json | undefined): Json {
  if (!isObject(format)) return { type: "text" };
  if (format.type !== "json_schema") return format as Json;
  return { description: null, strict: false, ...format } as Json;
}

/** Functions with what OpenAI's schema wants of them filled in. */
function toolsOf(tools: Json): Json {
  if (!Array.isArray(tools)) return [];
  return tools.map((tool) =>
    isObject(tool) && tool.type === "function"
      ? { description: null, parameters: null, strict: null, ...tool }
      : tool
  ) as Json;
}
