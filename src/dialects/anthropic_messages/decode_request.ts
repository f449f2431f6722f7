import { err, type Failure, isObject, ok, type Result } from "../../core/mod.ts";
import {
  assembleContents,
  type GeminiRequest,
  type GenerationConfig,
  isSpeechModel,
  jsonOutput,
  leaveRoom,
  type TurnEvent,
} from "../../gemini/mod.ts";
import type { ClientCall, DecodeInput } from "../contract.ts";
import { FieldReader } from "../field_reader.ts";
import { unknownFields } from "../unknown.ts";
import { Conversation } from "./conversation.ts";
import { decodeMessages, decodeSystem } from "./decode_messages.ts";
import { decodeThinking } from "./decode_thinking.ts";
import { decodeTools } from "./decode_tools.ts";
import type { MessagesContext } from "./messages_context.ts";
import { MESSAGES_FIELDS } from "./message_fields.ts";
import { sessionOf } from "./session.ts";
import { withThread } from "./threads.ts";
import { toolsInEffect } from "./tool_changes.ts";
import { toolRequest } from "./tool_request.ts";

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
  fields.refuseDeep(root);
  if (root.messages === undefined && (root.input !== undefined || root.contents !== undefined)) {
    const path = root.input !== undefined ? "/v1/responses" : "/v1beta/models/{model}:generateContent";
    fields.refuse("messages", `This is no Messages body. Send it to ${path}.`, "missing_required_parameter");
  }
  const { capabilities } = input.target;
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
  if (fields.failure !== undefined) return err(fields.failure);

  if (json?.instruction !== undefined) chat.system.push({ text: json.instruction });
  if (!capabilities.systemInstruction || chat.items.length === 0) chat.moveSystem();
  const assembled = assembleContents(chat.items, {
    capabilities,
    hasTools: asked.hasFunctions,
    wrapped: asked.wrapped,
    signatureOf: input.signatureOf,
    partsBefore: input.partsBefore,
  });
  const thinkingConfig = leaveRoom(thinking.config, settings.config.maxOutputTokens, capabilities);
  const speech = isSpeechModel(input.target.id);
  const generationConfig: GenerationConfig = {
    ...settings.config,
    ...json?.config,
    ...(thinkingConfig === undefined ? {} : { thinkingConfig }),
    ...(speech ? { responseModalities: ["AUDIO"] } : {}),
  };
  const request: GeminiRequest = {
    contents: assembled.contents,
    ...(chat.system.length === 0 ? {} : { systemInstruction: { parts: chat.system } }),
    ...asked.fields,
    ...(Object.keys(generationConfig).length === 0 ? {} : { generationConfig }),
  };
  return ok({
    operation,
    request,
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
