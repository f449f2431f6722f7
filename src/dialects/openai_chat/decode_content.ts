import type { Part } from "../../gemini/mod.ts";
import { type ChatDraft, textParts } from "./chat_draft.ts";
import { decodeFile, decodeImageUrl, decodeInputAudio } from "./decode_media.ts";

/** Parts that some clients send back in assistant messages and that are not sent on. */
const IGNORED = new Set(["thinking", "reasoning", "redacted_thinking", "audio", "tool_use", "tool_call"]);

/** A message's content, a string or a list of parts, in the client's order. Empty texts are left out. */
export function decodeContent(content: unknown, path: string, draft: ChatDraft): Part[] {
  if (content === undefined || content === null) return [];
  if (typeof content === "string") return textParts(content);
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
  const part = draft.fields.object(value, path);
  if (draft.fields.failure !== undefined) return [];
  const type = draft.fields.string(
    part["type"] ?? (typeof part["text"] === "string" ? "text" : undefined),
    `${path}.type`,
  );
  switch (type) {
    case "text":
    case "input_text":
    case "output_text":
      return textParts(draft.fields.string(part["text"], `${path}.text`));
    case "refusal":
      return textParts(draft.fields.string(part["refusal"], `${path}.refusal`));
    case "image_url":
    case "input_image":
      return decodeImageUrl(part["image_url"], `${path}.image_url`, draft);
    case "video_url":
      return decodeImageUrl(part["video_url"], `${path}.video_url`, draft);
    case "input_audio":
      return decodeInputAudio(part["input_audio"], `${path}.input_audio`, draft);
    case "file":
      return decodeFile(part["file"], `${path}.file`, draft);
    default:
      if (!IGNORED.has(type)) {
        draft.fields.refuse(`${path}.type`, `Unknown content part type "${type}" in ${path}.type.`);
      }
      return [];
  }
}

/** The texts of parts, joined by line feeds. */
export function joinTexts(parts: readonly Part[]): string {
  return parts.flatMap(({ text }) => text === undefined ? [] : [text]).join("\n");
}
