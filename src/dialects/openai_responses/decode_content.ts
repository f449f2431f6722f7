import type { Part } from "../../gemini/mod.ts";
import type { Conversation } from "./conversation.ts";
import { decodeAudio, decodeFile, decodeImage, textPart } from "./decode_media.ts";

/** Parts of histories that carry nothing for Gemini. */
const IGNORED = new Set(["reasoning_text", "tether_browsing_display"]);

/** A message's or a tool output's content: a text, or a list of typed parts. */
export function decodeContent(content: unknown, path: string, chat: Conversation): readonly Part[] {
  if (typeof content === "string") return textPart(content);
  return chat.fields.optionalList(content, path).flatMap((value, index) => {
    const at = `${path}[${index}]`;
    return decodePart(chat.fields.object(value, at), at, chat);
  });
}

function decodePart(part: Record<string, unknown>, at: string, chat: Conversation): readonly Part[] {
  switch (part.type) {
    case "input_text":
    case "output_text":
    case "text":
    case "summary_text":
      return textPart(chat.fields.string(part.text, `${at}.text`));
    case "refusal":
      return textPart(chat.fields.string(part.refusal, `${at}.refusal`));
    case "input_image":
    case "computer_screenshot":
      return decodeImage(part, at, chat);
    case "input_file":
      return decodeFile(part, at, chat);
    case "input_audio":
      return decodeAudio(part, at, chat);
    case undefined:
      chat.fields.string(part.type, `${at}.type`);
      return [];
    default: {
      const type = chat.fields.string(part.type, `${at}.type`);
      if (IGNORED.has(type)) {
        chat.warnings.add(`Content of type ${type} was left out: Gemini has no counterpart.`);
      } else chat.fields.refuse(`${at}.type`, `Unknown content type "${type}" at ${at}.type.`);
      return [];
    }
  }
}
