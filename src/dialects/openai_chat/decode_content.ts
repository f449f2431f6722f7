import { isObject } from "../../core/mod.ts";
import { type Part, withMediaOptions } from "../../gemini/mod.ts";
import { unknownText } from "../unknown.ts";
import { type ChatDraft, textParts } from "./chat_draft.ts";
import { decodeFile, decodeImageUrl, decodeInputAudio } from "./decode_media.ts";

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

/** A message's content, a string or a list of parts, in the client's order. Empty texts are left out. */
export function decodeContent(content: unknown, path: string, draft: ChatDraft): Part[] {
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
export function blockCall(block: Record<string, unknown>): Record<string, unknown> {
  return { id: block["id"], function: { name: block["name"], arguments: block["input"] } };
}

/** A result in Anthropic's form: which call it answers, and what it says. */
export function resultOfBlock(block: Record<string, unknown>): { callId: string; content: unknown } {
  const { content, is_error: failed } = block;
  return {
    callId: String(block["tool_use_id"] ?? ""),
    content: failed === true ? { error: content } : content,
  };
}

/** The texts of parts, joined by line feeds. */
export function joinTexts(parts: readonly Part[]): string {
  return parts.flatMap(({ text }) => text === undefined ? [] : [text]).join("\n");
}
