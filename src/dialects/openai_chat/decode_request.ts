import { err, type Failure, invalidRequest, isObject, ok, type Result } from "../../core/mod.ts";
import {
  assembleContents,
  type ConversationItem,
  createToolNames,
  fnvHash,
  type GeminiRequest,
  type GenerationConfig,
  type Part,
} from "../../gemini/mod.ts";
import type { ClientCall, DecodeInput } from "../contract.ts";
import { FieldReader } from "../field_reader.ts";
import { imageDetail } from "../shared_fields.ts";
import { type FieldNames, names, unknownFields } from "../unknown.ts";
import { type ChatContext, ChatDraft } from "./chat_context.ts";
import {
  audioFormatOf,
  decodeGeneration,
  decodeModalities,
  decodeResponseFormat,
} from "./decode_generation.ts";
import { decodeMessages } from "./decode_messages.ts";
import { clientToolNames, customToolNames, type DecodedTools, decodeTools } from "./decode_tools.ts";
import { type GoogleExtras, googleExtras } from "./google_extras.ts";

type Body = Record<string, unknown>;

/** The model as the client wrote it. */
export function chatModelOf(body: unknown): Result<string, Failure> {
  if (!isObject(body)) return err(invalidRequest("The body must be a JSON object."));
  const fields = new FieldReader();
  const model = fields.string(body["model"], "model");
  if (model.trim() === "") fields.refuse("model", "model must not be empty. Name a model.");
  return fields.failure === undefined ? ok(model) : err(fields.failure);
}

/** Decodes a chat completion request for one model; the first field at fault is named. Never changes its input. */
export function decodeChatRequest(
  body: unknown,
  input: DecodeInput,
): Result<ClientCall<ChatContext>, Failure> {
  const model = chatModelOf(body);
  if (!model.ok) return model;
  const { body: source, warnings: foreign } = asChatBody(body as Body);
  const names = createToolNames(clientToolNames(source));
  const { capabilities, id } = input.target;
  const draft = new ChatDraft(names, capabilities);
  draft.fields.refuseDeep(source);
  for (const warning of foreign) draft.warnings.add(warning);

  decodeMessages(source["messages"], draft);
  const extras = googleExtras(source, draft);
  const tools = decodeTools(source, extras.tools, draft);
  const generation = decodeGeneration(source, extras, draft);
  const format = decodeResponseFormat(source, tools.tools, draft);
  if (format?.instruction !== undefined) draft.system.push({ text: format.instruction });
  for (const warning of format?.warnings ?? []) draft.warnings.add(warning);
  const modalities = decodeModalities(source, id, draft);
  const config = { ...extras.config, ...generation.config, ...modalities, ...format?.config };
  const stream = draft.fields.optionalBoolean(source["stream"], "stream") ?? false;
  warnIgnored(source, draft);
  for (const warning of unknownFields(source, source["messages"], CHAT_FIELDS)) draft.warnings.add(warning);
  if (draft.fields.failure !== undefined) return err(draft.fields.failure);

  const { system, items } = placeSystem(draft);
  const { contents, missingSignatures, warnings } = assembleContents(items, {
    capabilities,
    hasTools: tools.hasFunctions,
    wrapped: tools.wrapped,
    signatureOf: input.signatureOf,
    partsBefore: input.partsBefore,
  });
  const detail = imageDetail(draft.imageDetails, contents);
  for (const warning of [...detail.warnings, ...warnings]) draft.warnings.add(warning);
  return ok({
    operation: "generate",
    request: requestOf(contents, system, tools, { ...detail.config, ...config }, extras, tierOf(source)),
    stream,
    context: contextOf(source, model.value, draft),
    warnings: [...draft.warnings],
    remoteMedia: draft.remoteMedia,
    missingSignatures,
    fanOut: generation.fanOut,
    wrappedTools: tools.wrapped,
    extraStops: generation.extraStops,
    oneToolCall: source["parallel_tool_calls"] === false || Array.isArray(source["functions"]),
    session: chatSession(source, input.headers),
    ...(draft.signedBy === undefined ? {} : { signedBy: draft.signedBy }),
  });
}

/**
 * Models without a system instruction get it as the first user text; a request that is all system keeps its last text as
 * the user's, because contents may not be empty.
 */
function placeSystem(draft: ChatDraft): { system: readonly Part[]; items: readonly ConversationItem[] } {
  const { system, items } = draft;
  if (!draft.capabilities.systemInstruction && system.length > 0) {
    return { system: [], items: [{ kind: "user", parts: system }, ...items] };
  }
  if (items.length > 0 || system.length === 0) return { system, items };
  return { system: system.slice(0, -1), items: [{ kind: "user", parts: system.slice(-1) }] };
}

function requestOf(
  contents: GeminiRequest["contents"],
  system: readonly Part[],
  { tools, toolConfig }: DecodedTools,
  config: GenerationConfig,
  extras: GoogleExtras,
  serviceTier: string | undefined,
): GeminiRequest {
  return {
    contents,
    ...(system.length === 0 ? {} : { systemInstruction: { parts: system } }),
    ...(tools.length === 0 ? {} : { tools }),
    ...(toolConfig === undefined ? {} : { toolConfig }),
    ...(extras.safetySettings === undefined ? {} : { safetySettings: extras.safetySettings }),
    ...(Object.keys(config).length === 0 ? {} : { generationConfig: config }),
    ...(extras.cachedContent === undefined ? {} : { cachedContent: extras.cachedContent }),
    ...(serviceTier === undefined ? {} : { serviceTier }),
  };
}

function tierOf(body: Body): string | undefined {
  const tier = body["service_tier"];
  return tier === "flex" || tier === "priority" ? tier : undefined;
}

function contextOf(body: Body, model: string, draft: ChatDraft): ChatContext {
  const options = body["stream_options"];
  return {
    model,
    names: draft.names,
    customTools: customToolNames(body),
    legacyFunctions: Array.isArray(body["functions"]) && !Array.isArray(body["tools"]),
    includeUsage: isObject(options) && options["include_usage"] === true,
    audioFormat: audioFormatOf(body),
  };
}

/** Fields that would change the answer and have no counterpart. */
function warnIgnored(body: Body, draft: ChatDraft): void {
  const bias = body["logit_bias"];
  if (isObject(bias) && Object.keys(bias).length > 0) {
    draft.warnings.add("logit_bias has no counterpart in Gemini.");
  }
  if (typeof body["verbosity"] === "string" && body["verbosity"] !== "medium") {
    draft.warnings.add("verbosity has no counterpart in Gemini.");
  }
}

/** Known fields of a chat completion request (platform.openai.com, and those that gateways and agents add). */
const CHAT_FIELDS: FieldNames = {
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
function asChatBody(body: Body): { readonly body: Body; readonly warnings: readonly string[] } {
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

/** Headers by which agents name their conversation. */
const HEADERS = ["x-session-id", "x-opencode-session", "session_id", "session-id", "x-conversation-id"];
const MAX_LENGTH = 128;
/** How much of the first text is hashed: a text of megabytes would cost more to hash than to parse and write (measured). */
const HASHED_LENGTH = 4096;

/** The conversation's name: as the client gives it, else a hash of its first user text, which stays the same as it grows. */
export function chatSession(body: Record<string, unknown>, headers: Headers): string {
  for (const name of HEADERS) {
    const value = headers.get(name);
    if (value !== null && value !== "") return value.slice(0, MAX_LENGTH);
  }
  for (const field of ["prompt_cache_key", "user"]) {
    const value = body[field];
    if (typeof value === "string" && value !== "") return value.slice(0, MAX_LENGTH);
  }
  const first = firstUserText(body["messages"]);
  return first === "" ? "" : `chat-${nameOf(first)}`;
}

function nameOf(text: string): string {
  if (text.length <= HASHED_LENGTH) return fnvHash(text);
  return `${fnvHash(text.slice(0, HASHED_LENGTH))}-${text.length.toString(36)}`;
}

function firstUserText(messages: unknown): string {
  if (!Array.isArray(messages)) return "";
  for (const message of messages) {
    if (!isObject(message) || message["role"] !== "user") continue;
    const { content } = message;
    if (typeof content === "string") return content;
    const part = Array.isArray(content)
      ? content.find((entry) => isObject(entry) && typeof entry["text"] === "string")
      : undefined;
    return isObject(part) ? String(part["text"]) : "";
  }
  return "";
}
