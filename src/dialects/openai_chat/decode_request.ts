import { err, type Failure, invalidRequest, isObject, ok, type Result } from "../../core/mod.ts";
import {
  assembleContents,
  type ConversationItem,
  createToolNames,
  type GeminiRequest,
  type GenerationConfig,
  type Part,
} from "../../gemini/mod.ts";
import type { ClientCall, DecodeInput } from "../contract.ts";
import { FieldReader } from "../field_reader.ts";
import { imageDetail } from "../image_detail.ts";
import { unknownFields } from "../unknown.ts";
import type { ChatContext } from "./chat_context.ts";
import { ChatDraft } from "./chat_draft.ts";
import { chatSession } from "./chat_session.ts";
import { decodeGeneration } from "./decode_generation.ts";
import { decodeMessages } from "./decode_messages.ts";
import { audioFormatOf, decodeModalities, decodeResponseFormat } from "./decode_output.ts";
import { clientToolNames, customToolNames, type DecodedTools, decodeTools } from "./decode_tools.ts";
import { asChatBody, CHAT_FIELDS } from "./foreign_body.ts";
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
