import { err, type Failure, isObject, type Json, ok, type Result } from "../../core/mod.ts";
import {
  assembleContents,
  type GeminiRequest,
  type GenerationConfig,
  imageConfigOf,
  isSpeechModel,
} from "../../gemini/mod.ts";
import type { ClientCall, DecodeInput } from "../contract.ts";
import { FieldReader } from "../field_reader.ts";
import { imageDetail } from "../image_detail.ts";
import { unknownFields } from "../unknown.ts";
import { asksForCompaction, compactionPrompt } from "./compaction.ts";
import { Conversation } from "./conversation.ts";
import { decodeItems, type PlacedItem } from "./decode_items.ts";
import { decodeFormat, decodeSettings, includes } from "./decode_settings.ts";
import { decodeTools } from "./decode_tools.ts";
import { echoOf } from "./echo.ts";
import { RESPONSES_FIELDS } from "./response_fields.ts";
import type { ResponsesContext } from "./responses_context.ts";
import { isCodex, sessionOf } from "./session.ts";
import { resolveItems } from "./stored_response.ts";
import { toolRequest } from "./tool_request.ts";

/** Decodes a body of /v1/responses, or of its input_tokens. */
export function decodeRequest(
  body: unknown,
  input: DecodeInput,
  operation: "generate" | "count_tokens",
  compact = false,
): Result<ClientCall<ResponsesContext>, Failure> {
  const fields = new FieldReader();
  const root = fields.object(body, "body");
  fields.refuseDeep(root);
  const { capabilities } = input.target;
  const model = fields.string(root.model, "model");
  refuseUnsupported(root, fields);
  if (root.input === undefined && Array.isArray(root.messages)) {
    const path = root.max_tokens !== undefined && root.system !== undefined
      ? "/v1/messages"
      : "/v1/chat/completions";
    fields.refuse(
      "input",
      `This is no Responses body: it has messages. Send it to ${path}.`,
      "missing_required_parameter",
    );
  }
  const items = resolveItems(root, input.stored, fields);
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
      ...chat.warnings,
      ...asked.warnings,
      ...settings.warnings,
      ...json?.warnings ?? [],
      ...detail.warnings,
      ...output.warnings,
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

/** Tools that the conversation brings: declared later, or found by a search for tools. */
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
