import { err, type Failure, isObject, type Json, type JsonObject, ok, type Result } from "../../core/mod.ts";
import {
  assembleContents,
  effortOf,
  effortToThinking,
  type GeminiRequest,
  type GenerationConfig,
  imageConfigOf,
  isSpeechModel,
  jsonOutput,
  type JsonOutputOptions,
  leaveRoom,
  type ModelCapabilities,
  type ThinkingConfig,
} from "../../gemini/mod.ts";
import type { ClientCall, DecodeInput } from "../contract.ts";
import { FieldReader } from "../field_reader.ts";
import { imageDetail } from "../shared_fields.ts";
import { type FieldNames, names, unknownFields } from "../unknown.ts";
import { asksForCompaction, compactionPrompt } from "./compaction.ts";
import { decodeItems, type PlacedItem } from "./decode_items.ts";
import { decodeTools, toolRequest } from "./decode_tools.ts";
import { Conversation, type ResponsesContext } from "./responses_context.ts";
import { resolveItems } from "./stored_response.ts";

/** Decodes a body of /v1/responses, or of its input_tokens. */
export function decodeRequest(
  body: unknown,
  input: DecodeInput,
  operation: "generate" | "count_tokens",
  compact = false,
): Result<ClientCall<ResponsesContext>, Failure> {
  const fields = new FieldReader();
  const root = fields.object(body, "body");
  const read = readRequest(root, input, compact, fields);
  if (fields.failure !== undefined) return err(fields.failure);
  const { model, items, tools, chat, compacts, asked, json, settings, store, stream, parallel } = read;

  if (json?.instruction !== undefined) chat.system.push({ text: json.instruction });
  const { capabilities } = input.target;
  if (!capabilities.systemInstruction || chat.items.length === 0) chat.moveSystem();
  const assembled = assembleContents(chat.items, {
    capabilities,
    hasTools: asked.hasFunctions,
    wrapped: asked.wrapped,
    signatureOf: input.signatureOf,
    partsBefore: input.partsBefore,
  });
  const detail = imageDetail(chat.imageDetails, assembled.contents);
  const output = outputConfig(input.target.id, tools.imageGeneration);
  const config = { ...detail.config, ...settings.config, ...json?.config, ...output.config };
  return ok({
    operation,
    request: requestOf(chat, assembled.contents, asked.fields, config, root),
    stream: stream && operation === "generate" && !compact,
    context: {
      model,
      tools: tools.clientTools,
      echo: echoOf(root, store),
      signedThoughts: capabilities.signedThoughts,
      encrypted: includes(root, "reasoning.encrypted_content"),
      codex: isCodex(input.headers),
      store: store && !compacts,
      compacts,
      history: store ? items.map(({ item }) => item as Json) : [],
    },
    warnings: [
      ...[chat, asked, settings, json, detail, output].flatMap((one) => [...one?.warnings ?? []]),
      ...unknownFields(root, root.input, RESPONSES_FIELDS),
      ...assembled.warnings,
    ],
    remoteMedia: chat.remoteMedia,
    missingSignatures: assembled.missingSignatures,
    fanOut: 1,
    wrappedTools: asked.wrapped,
    extraStops: [],
    oneToolCall: parallel === false,
    session: sessionOf(root, input.headers),
    ...(chat.signedBy === undefined ? {} : { signedBy: chat.signedBy }),
  });
}

/** Reads every field of the body; the reader keeps what is wrong with it. */
function readRequest(
  root: Record<string, unknown>,
  { target: { capabilities }, stored }: DecodeInput,
  compact: boolean,
  fields: FieldReader,
) {
  fields.refuseDeep(root);
  const model = fields.string(root.model, "model");
  refuseUnsupported(root, fields);
  refuseMessages(root, fields);
  const items = resolveItems(root, stored, fields);
  const tools = decodeTools([[root.tools, "tools"], ...additionalTools(items)], fields);
  const chat = new Conversation(fields, tools, capabilities.signedThoughts);
  const instructions = fields.optionalString(root.instructions, "instructions");
  if (instructions) chat.system.push({ text: instructions.toWellFormed() });
  decodeItems(items, chat);
  const compacts = compact || asksForCompaction(items);
  if (compact && !asksForCompaction(items)) chat.add("user", [compactionPrompt()]);
  const asked = toolRequest(tools, compacts ? "none" : root.tool_choice, capabilities, fields);
  const json = decodeFormat(root, { capabilities, tools: asked.fields.tools ?? [] }, fields);
  const settings = decodeSettings(root, capabilities, fields);
  const store = fields.optionalBoolean(root.store, "store") ?? true;
  const stream = fields.optionalBoolean(root.stream, "stream") === true;
  const parallel = fields.optionalBoolean(root.parallel_tool_calls, "parallel_tool_calls");
  return { model, items, tools, chat, compacts, asked, json, settings, store, stream, parallel };
}

/** Names the path of a body of another API. */
function refuseMessages(root: Record<string, unknown>, fields: FieldReader): void {
  if (root.input !== undefined || !Array.isArray(root.messages)) return;
  const path = root.max_tokens !== undefined && root.system !== undefined
    ? "/v1/messages"
    : "/v1/chat/completions";
  fields.refuse(
    "input",
    `This is no Responses body: it has messages. Send it to ${path}.`,
    "missing_required_parameter",
  );
}

function requestOf(
  chat: Conversation,
  contents: GeminiRequest["contents"],
  tools: Pick<GeminiRequest, "tools" | "toolConfig">,
  generationConfig: GenerationConfig,
  root: Record<string, unknown>,
): GeminiRequest {
  const tier = root.service_tier === "flex" || root.service_tier === "priority"
    ? root.service_tier
    : undefined;
  return {
    contents,
    ...(chat.system.length === 0 ? {} : { systemInstruction: { parts: chat.system } }),
    ...tools,
    ...(Object.keys(generationConfig).length === 0 ? {} : { generationConfig }),
    ...(tier === undefined ? {} : { serviceTier: tier }),
  };
}

/** Tools from the conversation: declared later, or found by a tool search. */
function additionalTools(items: readonly PlacedItem[]): readonly (readonly [unknown, string])[] {
  return items.flatMap(({ item, at }) =>
    isObject(item) && (item.type === "additional_tools" || item.type === "tool_search_output")
      ? [[item.tools, `${at}.tools`] as const]
      : []
  );
}

/** Pictures and speech are made by models of their own. */
function outputConfig(
  model: string,
  picture: Record<string, unknown> | undefined,
): { readonly config: GenerationConfig; readonly warnings: readonly string[] } {
  if (isSpeechModel(model)) {
    const warning = "Responses carry no audio: ask a speech model by /v1/chat/completions.";
    return { config: { responseModalities: ["AUDIO"] }, warnings: [warning] };
  }
  if (picture === undefined) return { config: {}, warnings: [] };
  if (!/-image/.test(model)) {
    return { config: {}, warnings: [`The tool image_generation was left out: ${model} makes no pictures.`] };
  }
  const imageConfig = typeof picture.size === "string" ? imageConfigOf(picture.size) : undefined;
  const unserved = ["quality", "background", "input_image_mask", "moderation", "output_compression"]
    .filter((field) => picture[field] !== undefined && picture[field] !== null && picture[field] !== "auto");
  return {
    config: { responseModalities: ["TEXT", "IMAGE"], ...(imageConfig === undefined ? {} : { imageConfig }) },
    warnings: unserved.map((field) =>
      `${field} of image_generation was left out: Gemini has no counterpart.`
    ),
  };
}

function refuseUnsupported(root: Record<string, unknown>, fields: FieldReader): void {
  const refuse = (name: string, message: string) => fields.refuse(name, message, "unsupported_parameter");
  if (root.background === true) {
    refuse("background", "Background responses are not supported. Leave background out.");
  }
  if (root.conversation !== undefined && root.conversation !== null) {
    refuse(
      "conversation",
      "Conversations are not supported. Use previous_response_id or send the whole input.",
    );
  }
  if (root.prompt !== undefined && root.prompt !== null) {
    refuse("prompt", "Prompt templates are not supported. Send the text in instructions and input.");
  }
}

/** The request's settings as a response repeats them, with OpenAI's defaults where the client set none. */
function echoOf(body: Record<string, unknown>, store: boolean): JsonObject {
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

/** The format, completed by the fields that OpenAI's schema requires. */
function formatOf(format: Json | undefined): Json {
  if (!isObject(format)) return { type: "text" };
  if (format.type !== "json_schema") return format as Json;
  return { description: null, strict: false, ...format } as Json;
}

/** Functions, completed by the fields that OpenAI's schema requires. */
function toolsOf(tools: Json): Json {
  if (!Array.isArray(tools)) return [];
  return tools.map((tool) =>
    isObject(tool) && tool.type === "function"
      ? { description: null, parameters: null, strict: null, ...tool }
      : tool
  ) as Json;
}

/** Known fields of a Responses request (platform.openai.com, and those that Codex and gateways add). */
const RESPONSES_FIELDS: FieldNames = {
  body: names(
    "model input instructions tools tool_choice parallel_tool_calls max_output_tokens max_tool_calls temperature top_p",
    "top_logprobs reasoning text stream stream_options store include metadata user previous_response_id service_tier",
    "prompt_cache_key prompt_cache_retention safety_identifier truncation background conversation prompt client_metadata",
    "extra_body google enable_thinking reasoning_effort modalities audio frequency_penalty presence_penalty seed",
  ),
  unserved: {
    context_management: "the client's history is sent as it is; ask for compaction by an item",
    moderation: "Gemini moderates by its own settings",
    stop: "the Responses API has no stop sequences",
  },
  nested: names(
    "type role content id status call_id name namespace arguments output input summary encrypted_content phase text",
    "image_url file_id file_data file_url filename detail input_audio annotations logprobs refusal action operation code",
    "container_id outputs results result output_format tools execution author recipient success queries server_label error",
    "approval_request_id approve request_id reason created_by caller environment max_output_length cache_control",
    "prompt_cache_breakpoint acknowledged_safety_checks pending_safety_checks revised_prompt background quality size",
    "internal_chat_message_metadata_passthrough metadata end_turn",
  ),
};

/** True for Codex and its forks, recognised by the headers they always send. */
function isCodex(headers: Headers): boolean {
  return /^codex/i.test(headers.get("originator") ?? "") || /^codex/i.test(headers.get("user-agent") ?? "");
}

/** Groups the calls of one session. */
function sessionOf(body: Record<string, unknown>, headers: Headers): string {
  const named = headers.get("session_id") ?? headers.get("session-id") ?? headers.get("x-session-id") ??
    headers.get("conversation_id");
  const key = typeof body.prompt_cache_key === "string" ? body.prompt_cache_key : "";
  return (named ?? key).slice(0, 128);
}

type Body = Record<string, unknown>;

interface Settings {
  readonly config: GenerationConfig;
  readonly warnings: readonly string[];
}

/** Sampling, length and logprobs. */
function decodeSettings(body: Body, capabilities: ModelCapabilities, fields: FieldReader): Settings {
  const maxTokens = fields.optionalNumber(body.max_output_tokens, "max_output_tokens", { min: 1 });
  const temperature = fields.optionalNumber(body.temperature, "temperature", { min: 0, max: 2 });
  const topP = fields.optionalNumber(body.top_p, "top_p", { min: 0, max: 1 });
  const top = fields.optionalNumber(body.top_logprobs, "top_logprobs", { min: 0, max: 20 });
  const asked = includes(body, "message.output_text.logprobs") || (top ?? 0) > 0;
  const logprobs = asked && capabilities.logprobs;
  const warnings = asked && !logprobs ? ["This model gives no logprobs; they were left out."] : [];
  const limit = maxTokens === undefined
    ? undefined
    : Math.min(Math.trunc(maxTokens), capabilities.outputTokenLimit);
  const thinking = leaveRoom(decodeReasoning(body, capabilities, fields, warnings), limit, capabilities);
  return {
    config: {
      ...(limit === undefined ? {} : { maxOutputTokens: limit }),
      ...(temperature === undefined ? {} : { temperature }),
      ...(topP === undefined ? {} : { topP }),
      ...(logprobs ? { responseLogprobs: true, ...(top ? { logprobs: top } : {}) } : {}),
      ...(thinking === undefined ? {} : { thinkingConfig: thinking }),
    },
    warnings,
  };
}

/** True when the `include` list names it. */
function includes(body: Body, name: string): boolean {
  return Array.isArray(body.include) && body.include.includes(name);
}

/** Effort sets how much the model thinks; a request for a summary shows the thoughts. */
function decodeReasoning(
  body: Body,
  capabilities: ModelCapabilities,
  fields: FieldReader,
  warnings: string[],
): ThinkingConfig | undefined {
  const given = body.reasoning;
  const off = body.enable_thinking === false;
  if ((given === undefined || given === null) && !off && body.reasoning_effort === undefined) {
    return undefined;
  }
  const reasoning = given === undefined || given === null ? {} : fields.object(given, "reasoning");
  const word = off || reasoning.enabled === false ? "none" : reasoning.effort ?? body.reasoning_effort;
  const { effort, warning } = effortOf(word, "reasoning.effort");
  if (warning !== undefined) warnings.push(warning);
  const summary = reasoning.summary ?? reasoning.generate_summary;
  const shown = typeof summary === "string" && summary !== "none" && effort !== "none";
  if (capabilities.thinking.kind === "none") return undefined;
  const config = effort === undefined ? {} : effortToThinking(effort, capabilities);
  if (effort === undefined && !shown) return undefined;
  return { ...config, includeThoughts: shown };
}

/** text.format; undefined for plain text. */
function decodeFormat(
  body: Body,
  options: JsonOutputOptions,
  fields: FieldReader,
): ReturnType<typeof jsonOutput> | undefined {
  if (body.text === undefined || body.text === null) return undefined;
  const value = fields.object(body.text, "text").format;
  if (value === undefined || value === null) return undefined;
  const format = fields.object(value, "text.format");
  switch (format.type) {
    case "text":
      return undefined;
    case "json_object":
      return jsonOutput(undefined, options);
    case "json_schema":
      return jsonOutput(fields.object(format.schema, "text.format.schema"), options);
    default:
      fields.refuse("text.format.type", "Invalid text.format.type. Use text, json_object or json_schema.");
      return undefined;
  }
}
