import { isObject } from "../../core/mod.ts";
import { type FieldNames, names } from "../unknown.ts";

type Body = Record<string, unknown>;

/** What of a chat completion request is known (platform.openai.com, and the fields that gateways and agents add). */
export const CHAT_FIELDS: FieldNames = {
  body: names(
    "model messages tools tool_choice functions function_call parallel_tool_calls response_format stream stream_options",
    "max_tokens max_completion_tokens temperature top_p top_k seed stop n presence_penalty frequency_penalty logprobs",
    "top_logprobs reasoning_effort reasoning effort thinking include_reasoning enable_thinking chat_template_kwargs",
    "modalities audio image_config size aspect_ratio quality web_search_options extra_body google safety_settings safetySettings",
    "service_tier user metadata store safety_identifier prompt_cache_key prompt_cache_retention logit_bias verbosity",
    "input instructions text max_output_tokens include previous_response_id truncation client_metadata system",
    "stop_sequences output_config cache_control provider transforms usage route",
  ),
  unserved: {
    prediction: "Gemini takes no predicted output",
    moderation: "Gemini moderates by safety_settings",
    plugins: "plugins of other services have no counterpart",
    models: "set fallbacks in the proxy instead",
    min_p: "Gemini has no counterpart",
    top_a: "Gemini has no counterpart",
    repetition_penalty: "Gemini has no counterpart",
    video_config: "Gemini has no counterpart",
  },
  nested: names(
    "role content name id type tool_calls tool_call_id function_call refusal audio images annotations extra_content",
    "reasoning_content reasoning reasoning_details reasoning_text thought_signature cache_control status phase timestamp",
    "text image_url video_url input_video input_audio file source input tool_use_id is_error thinking signature data detail",
    "fps start_offset end_offset startOffset endOffset video_metadata videoMetadata media_resolution mediaResolution",
    "index prompt_cache_breakpoint provider_metadata providerOptions providerMetadata prefix call_id arguments output summary encrypted_content",
    "file_data file_id file_url filename title context citations logprobs namespace",
  ),
};

/**
 * A chat body out of one in another API's form, which some clients post to this path: Responses' `input`, `instructions` and
 * `text.format` (Cursor), Anthropic's `system` and `stop_sequences`. A body that has messages keeps them.
 */
export function asChatBody(body: Body): { readonly body: Body; readonly warnings: readonly string[] } {
  const input = body["messages"] === undefined && body["input"] !== undefined;
  const foreign = input || body["system"] !== undefined || body["stop_sequences"] !== undefined ||
    body["instructions"] !== undefined;
  if (!foreign) return { body, warnings: [] };
  const messages = [
    ...systemMessages(body["system"] ?? body["instructions"]),
    ...(input ? messagesOf(body["input"]) : Array.isArray(body["messages"]) ? body["messages"] : []),
  ];
  const format = isObject(body["text"]) && isObject(body["text"]["format"])
    ? body["text"]["format"]
    : undefined;
  const warnings = input ? ["The body is one of /v1/responses; it was read as chat messages."] : [];
  return {
    body: {
      ...body,
      messages: messages.length === 0 ? body["messages"] : messages,
      stop: body["stop"] ?? body["stop_sequences"],
      max_completion_tokens: body["max_completion_tokens"] ?? body["max_output_tokens"],
      ...(format === undefined ? {} : { response_format: body["response_format"] ?? chatFormat(format) }),
    },
    warnings,
  };
}

function systemMessages(system: unknown): unknown[] {
  if (system === undefined || system === null || system === "") return [];
  return [{ role: "system", content: system }];
}

function chatFormat(format: Body): Body {
  if (format["type"] !== "json_schema") return format;
  const { type, ...inner } = format;
  return { type, json_schema: inner };
}

function messagesOf(input: unknown): unknown[] {
  if (typeof input === "string") return [{ role: "user", content: input }];
  return Array.isArray(input) ? input.flatMap(messageOf) : [input];
}

/** One input item of Responses as chat messages; a call and its result stay a pair by their id. */
function messageOf(item: unknown): unknown[] {
  if (!isObject(item)) return [item];
  switch (item["type"]) {
    case "function_call":
    case "custom_tool_call": {
      const call = { id: item["call_id"] ?? item["id"], name: item["name"] };
      const made = item["type"] === "function_call"
        ? { id: call.id, function: { name: call.name, arguments: item["arguments"] } }
        : { id: call.id, custom: { name: call.name, input: item["input"] } };
      return [{ role: "assistant", content: null, tool_calls: [made] }];
    }
    case "function_call_output":
    case "custom_tool_call_output":
      return [{ role: "tool", tool_call_id: item["call_id"], content: item["output"] }];
    case "reasoning":
    case "item_reference":
      return [];
    default:
      return [item];
  }
}
