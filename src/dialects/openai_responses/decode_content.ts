import { isObject } from "../../core/mod.ts";
import type { Part } from "../../gemini/mod.ts";
import { unknownText } from "../unknown.ts";
import type { Conversation } from "./conversation.ts";
import { decodeAudio, decodeFile, decodeImage, textPart } from "./decode_media.ts";

/** A message's or a tool output's content: a text, or a list of typed parts. */
export function decodeContent(content: unknown, path: string, chat: Conversation): readonly Part[] {
  if (typeof content === "string") return textPart(content);
  return chat.fields.optionalList(content, path).flatMap((value, index) =>
    isObject(value)
      ? decodePart(value, `${path}[${index}]`, chat)
      : textPart(unknownText(value, "Content", chat.warnings))
  );
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
    case "image_url":
      return decodeImage(
        { ...part, detail: isObject(part.image_url) ? part.image_url.detail : undefined },
        at,
        chat,
      );
    case "reasoning_text":
      return [];
    default:
      return textPart(unknownText(part, "Content", chat.warnings));
  }
}
