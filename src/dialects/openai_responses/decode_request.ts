import { err, type Failure, isObject, type Json, ok, type Result } from "../../core/mod.ts";
import { assembleContents, type GeminiRequest, type GenerationConfig } from "../../gemini/mod.ts";
import type { ClientCall, DecodeInput } from "../contract.ts";
import { FieldReader } from "../field_reader.ts";
import { imageDetail } from "../image_detail.ts";
import { Conversation } from "./conversation.ts";
import { decodeItems, type PlacedItem } from "./decode_items.ts";
import { decodeFormat, decodeSettings, includes } from "./decode_settings.ts";
import { decodeTools } from "./decode_tools.ts";
import { echoOf } from "./echo.ts";
import type { ResponsesContext } from "./responses_context.ts";
import { isCodex, sessionOf } from "./session.ts";
import { resolveItems } from "./stored_response.ts";
import { toolRequest } from "./tool_request.ts";

/** Decodes a body of /v1/responses, or of its input_tokens. */
export function decodeRequest(
  body: unknown,
  input: DecodeInput,
  operation: "generate" | "count_tokens",
): Result<ClientCall<ResponsesContext>, Failure> {
  const fields = new FieldReader();
  const root = fields.object(body, "body");
  fields.refuseDeep(root);
  const { capabilities } = input.target;
  const model = fields.string(root.model, "model");
  refuseUnsupported(root, fields);
  const items = resolveItems(root, input.stored, fields);
  const tools = decodeTools([[root.tools, "tools"], ...additionalTools(items)], fields);
  const chat = new Conversation(fields, tools, capabilities.signedThoughts);
  const instructions = fields.optionalString(root.instructions, "instructions");
  if (instructions) chat.system.push({ text: instructions.toWellFormed() });
  decodeItems(items, chat);
  const asked = toolRequest(tools, root.tool_choice, capabilities, fields);
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
  });
  const detail = imageDetail(chat.imageDetails, assembled.contents);
  const config = { ...detail.config, ...settings.config, ...json?.config };
  return ok({
    operation,
    request: requestOf(chat, assembled.contents, asked.fields, config, root),
    stream: stream && operation === "generate",
    context: {
      model,
      tools: tools.clientTools,
      echo: echoOf(root, store),
      signedThoughts: capabilities.signedThoughts,
      encrypted: includes(root, "reasoning.encrypted_content"),
      codex: isCodex(input.headers),
      store,
      history: store ? items.map(({ item }) => item as Json) : [],
    },
    warnings: [
      ...chat.warnings,
      ...asked.warnings,
      ...settings.warnings,
      ...json?.warnings ?? [],
      ...detail.warnings,
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

function additionalTools(items: readonly PlacedItem[]): readonly (readonly [unknown, string])[] {
  return items.flatMap(({ item, at }) =>
    isObject(item) && item.type === "additional_tools" ? [[item.tools, `${at}.tools`] as const] : []
  );
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
