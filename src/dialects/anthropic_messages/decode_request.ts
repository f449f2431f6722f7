import { err, type Failure, isObject, ok, type Result } from "../../core/mod.ts";
import {
  adaptiveThinking,
  assembleContents,
  budgetToThinking,
  disabledThinking,
  effortOf,
  effortToThinking,
  type GeminiRequest,
  type GenerationConfig,
  isSpeechModel,
  jsonOutput,
  leaveRoom,
  type ModelCapabilities,
  type ThinkingConfig,
  type TurnEvent,
} from "../../gemini/mod.ts";
import type { ClientCall, DecodeInput } from "../contract.ts";
import { FieldReader } from "../field_reader.ts";
import { type FieldNames, names, unknownFields } from "../unknown.ts";
import { decodeMessages, decodeSystem } from "./decode_messages.ts";
import { decodeTools, toolRequest, toolsInEffect } from "./decode_tools.ts";
import { Conversation, type MessagesContext, withThread } from "./messages_context.ts";

/** Gemini takes at most five stop sequences. */
const MAX_STOPS = 5;

/** The turn of `max_tokens: 0`, by which clients warm a cache that Gemini keeps by itself. */
const NOTHING: readonly TurnEvent[] = [
  { type: "turn-start" },
  { type: "turn-end", finishes: [{ candidate: 0, reason: "MAX_TOKENS" }] },
];

/** Decodes a body of /v1/messages, or of count_tokens, which has no max_tokens. */
export function decodeRequest(
  body: unknown,
  input: DecodeInput,
  operation: "generate" | "count_tokens",
): Result<ClientCall<MessagesContext>, Failure> {
  const fields = new FieldReader();
  const { body: root, thread } = withThread(fields.object(body, "body"), input.stored, fields);
  const read = readRequest(root, input, operation, fields);
  if (fields.failure !== undefined) return err(fields.failure);
  const { model, tools, chat, asked, thinking, json, settings, stream } = read;

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
  const speech = isSpeechModel(input.target.id);
  return ok({
    operation,
    request: requestOf(read, assembled.contents, input.target),
    stream: stream && operation === "generate",
    context: {
      model,
      names: tools.names,
      thinking: thinking.shown,
      signedThoughts: capabilities.signedThoughts,
      webSearch: tools.webSearch,
      codeExecution: tools.codeExecution,
      empty: settings.empty,
      ...(thread === undefined ? {} : { thread }),
    },
    warnings: [
      ...chat.warnings,
      ...asked.warnings,
      ...json?.warnings ?? [],
      ...unknownFields(root, root.messages, MESSAGES_FIELDS),
      ...(speech ? ["Messages carry no audio: ask a speech model by /v1/chat/completions."] : []),
      ...assembled.warnings,
    ],
    remoteMedia: chat.remoteMedia,
    missingSignatures: assembled.missingSignatures,
    fanOut: 1,
    wrappedTools: asked.wrapped,
    extraStops: settings.extraStops,
    oneToolCall: asked.oneToolCall,
    session: sessionOf(root, input.headers),
    ...(settings.empty ? { answered: NOTHING } : {}),
    ...(chat.signedBy === undefined ? {} : { signedBy: chat.signedBy }),
  });
}

/** Reads every field of the body; the reader keeps what is wrong with it. */
function readRequest(
  root: Record<string, unknown>,
  { target: { capabilities } }: DecodeInput,
  operation: "generate" | "count_tokens",
  fields: FieldReader,
) {
  fields.refuseDeep(root);
  if (root.messages === undefined && (root.input !== undefined || root.contents !== undefined)) {
    const path = root.input !== undefined ? "/v1/responses" : "/v1beta/models/{model}:generateContent";
    fields.refuse("messages", `This is no Messages body. Send it to ${path}.`, "missing_required_parameter");
  }
  const model = fields.string(root.model, "model");
  const tools = decodeTools(toolsInEffect(root.tools, root.messages), fields);
  const chat = new Conversation(fields, tools.names, capabilities.signedThoughts);
  decodeSystem(root.system, chat);
  decodeMessages(root.messages, chat);
  const asked = toolRequest(tools, root.tool_choice, capabilities, fields);
  const thinking = decodeThinking(root, capabilities, fields, chat.warnings);
  const json = decodeFormat(root, fields, { capabilities, tools: asked.fields.tools ?? [] });
  const settings = decodeSettings(root, operation, capabilities.outputTokenLimit, fields);
  const stream = fields.optionalBoolean(root.stream, "stream") === true;
  return { model, tools, chat, asked, thinking, json, settings, stream };
}

function requestOf(
  { chat, asked, thinking, json, settings }: ReturnType<typeof readRequest>,
  contents: GeminiRequest["contents"],
  { id, capabilities }: DecodeInput["target"],
): GeminiRequest {
  const thinkingConfig = leaveRoom(thinking.config, settings.config.maxOutputTokens, capabilities);
  const generationConfig: GenerationConfig = {
    ...settings.config,
    ...json?.config,
    ...(thinkingConfig === undefined ? {} : { thinkingConfig }),
    ...(isSpeechModel(id) ? { responseModalities: ["AUDIO"] } : {}),
  };
  return {
    contents,
    ...(chat.system.length === 0 ? {} : { systemInstruction: { parts: chat.system } }),
    ...asked.fields,
    ...(Object.keys(generationConfig).length === 0 ? {} : { generationConfig }),
  };
}

function decodeFormat(
  root: Record<string, unknown>,
  fields: FieldReader,
  options: Parameters<typeof jsonOutput>[1],
): ReturnType<typeof jsonOutput> | undefined {
  const nested = isObject(root.output_config) ? root.output_config.format : undefined;
  const value = nested ?? root.output_format;
  if (value === undefined || value === null) return undefined;
  const path = nested === undefined || nested === null ? "output_format" : "output_config.format";
  const format = fields.object(value, path);
  if (format.type === "json_schema") {
    return jsonOutput(fields.object(format.schema, `${path}.schema`), options);
  }
  fields.refuse(`${path}.type`, `Invalid ${path}.type. Use json_schema.`);
  return undefined;
}

interface Settings {
  readonly config: GenerationConfig;
  readonly extraStops: readonly string[];
  readonly empty: boolean;
}

function decodeSettings(
  root: Record<string, unknown>,
  operation: "generate" | "count_tokens",
  limit: number,
  fields: FieldReader,
): Settings {
  const maxTokens = operation === "count_tokens" ? undefined : maxTokensOf(root.max_tokens, fields);
  const temperature = fields.optionalNumber(root.temperature, "temperature", { min: 0, max: 2 });
  const topP = fields.optionalNumber(root.top_p, "top_p", { min: 0, max: 1 });
  const topK = fields.optionalNumber(root.top_k, "top_k", { min: 0 });
  const stops = [
    ...new Set(
      fields.optionalList(root.stop_sequences, "stop_sequences")
        .map((stop, index) => fields.string(stop, `stop_sequences[${index}]`))
        .filter((stop) => stop !== ""),
    ),
  ];
  return {
    config: {
      ...(maxTokens === undefined ? {} : { maxOutputTokens: Math.min(limit, Math.max(1, maxTokens)) }),
      ...(temperature === undefined ? {} : { temperature }),
      ...(topP === undefined ? {} : { topP }),
      ...(topK === undefined || topK === 0 ? {} : { topK }),
      ...(stops.length === 0 ? {} : { stopSequences: stops.slice(0, MAX_STOPS) }),
    },
    extraStops: stops.slice(MAX_STOPS),
    empty: maxTokens === 0,
  };
}

function maxTokensOf(value: unknown, fields: FieldReader): number | undefined {
  if (value === undefined || value === null) {
    fields.refuse(
      "max_tokens",
      "Missing required field: max_tokens. It must be a number.",
      "missing_required_parameter",
    );
    return undefined;
  }
  const tokens = fields.optionalNumber(value, "max_tokens", { min: 0 });
  return tokens === undefined ? undefined : Math.trunc(tokens);
}

/** Known fields of a Messages request (docs.anthropic.com, and the betas that Claude Code turns on). */
const MESSAGES_FIELDS: FieldNames = {
  body: names(
    "model messages max_tokens system temperature top_p top_k stop_sequences stream thinking tools tool_choice metadata",
    "output_config output_format service_tier betas cache_control thread anthropic_version user_profile_id diagnostics",
  ),
  unserved: {
    mcp_servers: "Gemini reaches no MCP servers itself",
    fallbacks: "set fallbacks in the proxy instead",
    container: "Google's code execution keeps no container",
    context_management: "the client's history is sent as it is",
    inference_geo: "Google chooses where it computes",
    speed: "Gemini has no counterpart",
    compaction: "Gemini does not compact; the client's history is sent as it is",
    safeguards:
      "Gemini checks no commands. In Claude Code set CLAUDE_CODE_AUTO_MODE_SERVER=0, so that it asks the model itself",
  },
  nested: names(
    "role content type text id name input source title context citations cache_control tool_use_id is_error thinking signature",
    "data tool output_config tool_name caller encrypted_content content_filter tool_changes url server_name error_code",
    "return_code stdout stderr page_age file_id stop_reason usage model tools transformations",
  ),
};

/** Groups the calls of one session: Claude Code writes its session id into `metadata.user_id`. */
function sessionOf(body: Record<string, unknown>, headers: Headers): string {
  const header = headers.get("x-claude-code-session-id") ?? headers.get("x-session-id");
  if (header !== null && header !== "") return header.slice(0, 128);
  const user = isObject(body.metadata) ? body.metadata.user_id : undefined;
  if (typeof user !== "string") return "";
  const session = /session_([0-9a-fA-F-]{8,})/.exec(user)?.[1] ?? /"session_id":"([^"]+)"/.exec(user)?.[1];
  return (session ?? user).slice(0, 128);
}

interface DecodedThinking {
  readonly config?: ThinkingConfig;
  readonly shown: MessagesContext["thinking"];
}

/** Claude's thinking and effort in the model's own setting. Without a `thinking` field no thoughts are shown. */
function decodeThinking(
  body: Record<string, unknown>,
  capabilities: ModelCapabilities,
  fields: FieldReader,
  warnings: Set<string>,
): DecodedThinking {
  const { effort, warning } = effortOf(wantedEffort(body), "output_config.effort");
  if (warning !== undefined) warnings.add(warning);
  if (body.thinking === undefined || body.thinking === null) {
    return withConfig(effort === undefined ? undefined : effortToThinking(effort, capabilities), "off");
  }
  const thinking = fields.object(body.thinking, "thinking");
  const shown = thinking.display === "omitted" ? "omitted" : "shown";
  switch (thinking.type) {
    case "disabled":
      return withConfig(disabledThinking(capabilities), "off");
    case "adaptive":
      return withConfig(adaptiveThinking(capabilities, effort), shown);
    case "enabled": {
      const budget = fields.optionalNumber(thinking.budget_tokens, "thinking.budget_tokens", { min: 1 });
      return withConfig(
        budget === undefined
          ? adaptiveThinking(capabilities, effort)
          : budgetToThinking(budget, capabilities),
        shown,
      );
    }
    case "between_tools":
      return withConfig(adaptiveThinking(capabilities, effort), shown);
    default:
      warnings.add(
        `thinking.type "${String(thinking.type).slice(0, 40)}" is not known; it was taken as adaptive.`,
      );
      return withConfig(adaptiveThinking(capabilities, effort), shown);
  }
}

function withConfig(config: ThinkingConfig | undefined, shown: MessagesContext["thinking"]): DecodedThinking {
  return config === undefined
    ? { shown }
    : { config: { ...config, includeThoughts: shown === "shown" }, shown };
}

/** The effort of the latest turn: system messages may change it from there on. */
function wantedEffort(body: Record<string, unknown>): unknown {
  const messages = Array.isArray(body.messages) ? body.messages : [];
  const later = messages.findLast((message) =>
    isObject(message) && message.role === "system" && isObject(message.output_config)
  ) as { output_config: Record<string, unknown> } | undefined;
  const own = isObject(body.output_config) ? body.output_config : {};
  return later?.output_config.effort ?? own.effort;
}
