import { isObject } from "../../core/mod.ts";
import {
  decodeCarrier,
  parseArguments,
  type Part,
  picturesInText,
  toolResponse,
  withMediaOptions,
} from "../../gemini/mod.ts";
import { isStray, unknownText, warnRole } from "../unknown.ts";
import { type ChatDraft, textParts } from "./chat_context.ts";
import { decodeFile, decodeImageUrl, decodeInputAudio } from "./decode_media.ts";

type Message = Record<string, unknown>;

/**
 * Decodes the messages. Leading system and developer messages become the system instruction; later ones stay where they
 * are, as user text, because agents put reminders there.
 */
export function decodeMessages(value: unknown, draft: ChatDraft): void {
  const messages = draft.fields.list(value, "messages");
  if (messages.length === 0) {
    draft.fields.refuse(
      "messages",
      "Missing required field: messages. Send at least one.",
      "missing_required_parameter",
    );
  }
  let leading = true;
  messages.forEach((entry, index) => {
    const path = `messages[${index}]`;
    if (isStray(entry)) {
      return draft.user(textParts(unknownText(entry, "Items", draft.warnings)));
    }
    const message = draft.fields.object(entry, path);
    if (draft.fields.failure !== undefined) return;
    const { role } = message;
    if (role !== "system" && role !== "developer") leading = false;
    decodeMessage(role, message, path, leading, draft);
  });
}

function decodeMessage(
  role: unknown,
  message: Message,
  path: string,
  leading: boolean,
  draft: ChatDraft,
): void {
  switch (role) {
    case "system":
    case "developer":
      return decodeSystem(message, path, leading, draft);
    case "user":
      return decodeUser(message, path, draft);
    case "assistant":
      return decodeAssistant(message, path, draft);
    case "tool":
      return decodeToolMessage(message, path, draft);
    case "function":
      return decodeFunctionMessage(message, path, draft);
    default:
      warnRole(role, draft.warnings);
      return draft.user(decodeContent(message["content"], `${path}.content`, draft));
  }
}

/** A user's message; results of tools in Anthropic's form are results here too. */
function decodeUser(message: Message, path: string, draft: ChatDraft): void {
  const { content } = message;
  const blocks = Array.isArray(content)
    ? content.filter((block) => isObject(block) && block["type"] === "tool_result")
    : [];
  blocks.forEach((block) => {
    const result = resultOfBlock(block as Message);
    addResult(result.callId, undefined, result.content, `${path}.content`, draft);
  });
  const rest = Array.isArray(content) ? content.filter((block) => !blocks.includes(block)) : content;
  draft.user(decodeContent(rest, `${path}.content`, draft));
}

function decodeSystem(message: Message, path: string, leading: boolean, draft: ChatDraft): void {
  const text = joinTexts(decodeContent(message["content"], `${path}.content`, draft));
  if (leading) draft.system.push(...textParts(text));
  else draft.user(textParts(text));
}

function decodeAssistant(message: Message, path: string, draft: ChatDraft): void {
  const parts = decodeContent(message["content"], `${path}.content`, draft)
    .flatMap((part) => part.text === undefined ? [part] : picturesInText(part.text));
  const refusal = draft.fields.optionalString(message["refusal"], `${path}.refusal`);
  if (parts.length === 0 && refusal !== undefined) parts.push(...textParts(refusal));
  const calls = draft.fields.optionalList(message["tool_calls"], `${path}.tool_calls`)
    .flatMap((call, index) => decodeToolCall(call, `${path}.tool_calls[${index}]`, draft));
  if (calls.length === 0 && isObject(message["function_call"])) {
    calls.push(legacyCall(message["function_call"], `${path}.function_call`, draft));
  }
  const model = [
    ...signLastText(parts, signatureIn(message)),
    ...picturesOf(message, path, draft),
    ...calls,
    ...blocksOf(message).flatMap((block) => decodeToolCall(blockCall(block), path, draft)),
  ];
  if (isObject(message["audio"])) {
    draft.warnings.add(
      "The audio of an earlier answer was left out, as speech models take no conversations.",
    );
  }
  if (model.length > 0) draft.items.push({ kind: "model", parts: model });
}

/** Calls in Anthropic's form, which some clients send here. */
function blocksOf({ content }: Message): readonly Message[] {
  if (!Array.isArray(content)) return [];
  return content.filter((block) => isObject(block) && block["type"] === "tool_use") as Message[];
}

/** The pictures of an earlier answer, each with its own signature. */
function picturesOf(message: Message, path: string, draft: ChatDraft): Part[] {
  return draft.fields.optionalList(message["images"], `${path}.images`).flatMap((entry, index) => {
    if (!isObject(entry)) return [];
    const at = `${path}.images[${index}]`;
    const thoughtSignature = signatureIn(entry);
    return decodeImageUrl(entry["image_url"] ?? entry["url"], `${at}.image_url`, draft).map((part) =>
      thoughtSignature === undefined ? part : { ...part, thoughtSignature }
    );
  });
}

/** A signature that came with a message without calls stood on its last text. */
function signLastText(parts: readonly Part[], thoughtSignature: string | undefined): readonly Part[] {
  const last = parts.findLastIndex(({ text }) => text !== undefined);
  if (thoughtSignature === undefined || last < 0) return parts;
  return parts.map((part, index) => index === last ? { ...part, thoughtSignature } : part);
}

function decodeToolCall(value: unknown, path: string, draft: ChatDraft): Part[] {
  const call = draft.fields.object(value, path);
  if (draft.fields.failure !== undefined) return [];
  if (!isObject(call["function"]) && !isObject(call["custom"])) {
    const text = unknownText(call, "Items", draft.warnings);
    return textParts(text);
  }
  const id = draft.fields.optionalString(call["id"], `${path}.id`) ?? "";
  const custom = isObject(call["custom"]);
  const body = draft.fields.object(custom ? call["custom"] : call["function"], `${path}.function`);
  const name = draft.fields.string(body["name"], `${path}.function.name`);
  const args = custom ? { input: String(body["input"] ?? "") } : parseArguments(body["arguments"]);
  const carried = decodeCarrier(id);
  if (carried !== undefined && carried.source !== "gemini") draft.signedBy = carried.source;
  const signature = signatureIn(call) ?? signatureIn(body) ?? carried?.signature;
  return [{
    functionCall: { id, name: draft.names.toGemini(name), args },
    ...(signature === undefined ? {} : { thoughtSignature: signature }),
  }];
}

function legacyCall(call: Message, path: string, draft: ChatDraft): Part {
  const name = draft.fields.string(call["name"], `${path}.name`);
  const args = parseArguments(call["arguments"]);
  return { functionCall: { id: legacyId(name), name: draft.names.toGemini(name), args } };
}

/** The older API pairs calls and results by name alone. */
function legacyId(name: string): string {
  return `function_${name}`;
}

/** A signature in the place where Google's own OpenAI-compatible replies have it; blobs of other services are no signature. */
function signatureIn(holder: Message): string | undefined {
  const extra = holder["extra_content"];
  const google = isObject(extra) ? extra["google"] : undefined;
  const signature = isObject(google) ? google["thought_signature"] : undefined;
  if (typeof signature !== "string" || signature === "" || signature.startsWith("gAAAA")) return undefined;
  return /^[A-Za-z0-9+/_-]+={0,2}$/.test(signature) ? signature : undefined;
}

function decodeToolMessage(message: Message, path: string, draft: ChatDraft): void {
  const name = draft.fields.optionalString(message["name"], `${path}.name`);
  const callId = draft.fields.string(message["tool_call_id"] ?? name, `${path}.tool_call_id`);
  addResult(callId, name, message["content"], `${path}.content`, draft);
}

function decodeFunctionMessage(message: Message, path: string, draft: ChatDraft): void {
  const name = draft.fields.string(message["name"], `${path}.name`);
  addResult(legacyId(name), name, message["content"], `${path}.content`, draft);
}

function addResult(
  callId: string,
  name: string | undefined,
  content: unknown,
  path: string,
  draft: ChatDraft,
): void {
  const parts = isObject(content) ? [] : decodeContent(content, path, draft);
  const media = parts.filter(({ text }) => text === undefined);
  const response = toolResponse(
    isObject(content) ? content : typeof content === "string" ? content : joinTexts(parts),
  );
  draft.items.push({
    kind: "result",
    result: {
      callId,
      ...(name === undefined ? {} : { name: draft.names.toGemini(name) }),
      response,
      ...(media.length === 0 ? {} : { media }),
    },
  });
}

/** Parts that some clients send back in assistant messages and that are not sent on, or are read elsewhere. */
const IGNORED = new Set([
  "thinking",
  "reasoning",
  "redacted_thinking",
  "audio",
  "tool_use",
  "tool_call",
  "tool_result",
]);

/** Decodes a message's content, a string or a list of parts, in the client's order. Empty texts are left out. */
function decodeContent(content: unknown, path: string, draft: ChatDraft): Part[] {
  if (content === undefined || content === null) return [];
  if (typeof content === "string") return textParts(content);
  if (isObject(content)) return decodePart(content, path, draft);
  if (!Array.isArray(content)) {
    draft.fields.refuse(
      path,
      `Invalid type for ${path}: it must be a string or an array of parts.`,
      "invalid_type",
    );
    return [];
  }
  return content.flatMap((part, index) => decodePart(part, `${path}[${index}]`, draft));
}

function decodePart(value: unknown, path: string, draft: ChatDraft): Part[] {
  if (typeof value === "string") return textParts(value);
  if (!isObject(value)) return textParts(unknownText(value, "Content", draft.warnings));
  const part = value;
  if (draft.fields.failure !== undefined) return [];
  const type = part["type"] ?? (typeof part["text"] === "string" ? "text" : undefined);
  switch (type) {
    case "text":
    case "input_text":
    case "output_text":
      return textParts(draft.fields.string(part["text"], `${path}.text`));
    case "refusal":
      return textParts(draft.fields.string(part["refusal"], `${path}.refusal`));
    case "image_url":
    case "input_image":
      return withMediaOptions(decodeImageUrl(part["image_url"], `${path}.image_url`, draft), {
        ...part,
        ...(isObject(part["image_url"]) ? part["image_url"] : {}),
      });
    case "video_url":
    case "input_video":
      return decodeVideo(part, path, draft);
    case "input_audio":
      return decodeInputAudio(part["input_audio"], `${path}.input_audio`, draft);
    case "file":
    case "input_file":
      return decodeFile(isObject(part["file"]) ? part["file"] : part, `${path}.file`, draft);
    case "image":
    case "document":
      if (isObject(part["source"])) return decodeFile(sourceAsFile(part["source"]), `${path}.source`, draft);
      break;
    default:
      if (typeof type === "string" && IGNORED.has(type)) return [];
  }
  return textParts(unknownText(part, "Content", draft.warnings));
}

/** A film, with where it begins and ends. */
function decodeVideo(part: Record<string, unknown>, path: string, draft: ChatDraft): Part[] {
  const video = part["video_url"] ?? part["input_video"];
  const parts = decodeImageUrl(video, `${path}.video_url`, draft);
  return withMediaOptions(parts, { ...part, ...(isObject(video) ? video : {}) });
}

/** The source of a picture or document in Anthropic's form as a file in OpenAI's. */
function sourceAsFile(source: Record<string, unknown>): Record<string, unknown> {
  if (source["type"] === "url") return { file_url: source["url"] };
  if (source["type"] === "file") return { file_id: source["file_id"] };
  return { file_data: `data:${String(source["media_type"] ?? "")};base64,${String(source["data"] ?? "")}` };
}

/** A call in Anthropic's form as one in OpenAI's. */
function blockCall(block: Record<string, unknown>): Record<string, unknown> {
  return { id: block["id"], function: { name: block["name"], arguments: block["input"] } };
}

/** A result in Anthropic's form: which call it answers, and what it says. */
function resultOfBlock(block: Record<string, unknown>): { callId: string; content: unknown } {
  const { content, is_error: failed } = block;
  return {
    callId: String(block["tool_use_id"] ?? ""),
    content: failed === true ? { error: content } : content,
  };
}

/** The texts of parts, joined by line feeds. */
function joinTexts(parts: readonly Part[]): string {
  return parts.flatMap(({ text }) => text === undefined ? [] : [text]).join("\n");
}
