import {
  base64Text,
  cleanBase64,
  googleFile,
  isGoogleUri,
  isTextMime,
  mimeFromName,
  mimeOf,
  type Part,
  wellFormed,
} from "../../gemini/mod.ts";
import type { Conversation } from "./messages_context.ts";

/** An image or document source of kind base64, url, text, content or file. */
export function decodeSource(
  source: unknown,
  path: string,
  kind: string,
  chat: Conversation,
): readonly Part[] {
  const { fields } = chat;
  const from = fields.object(source, path);
  switch (from.type) {
    case "base64":
      return base64Part(from, path, kind, chat);
    case "text":
      return textPart(fields.string(from.data, `${path}.data`));
    case "url":
      return urlPart(fields.string(from.url, `${path}.url`), `${path}.url`, kind, chat);
    case "content":
      return contentParts(from.content, `${path}.content`, chat);
    case "file":
      return filePart(fields.string(from.file_id, `${path}.file_id`), `${path}.file_id`, chat);
    default:
      fields.refuse(
        `${path}.type`,
        `Unknown source type at ${path}.type. Use base64, url, text, content or file.`,
      );
      return [];
  }
}

function base64Part(
  from: Record<string, unknown>,
  path: string,
  kind: string,
  chat: Conversation,
): readonly Part[] {
  const text = chat.fields.string(from.data, `${path}.data`);
  const data = cleanBase64(text);
  if (data === undefined) {
    chat.fields.refuse(`${path}.data`, `Invalid base64 at ${path}.data. Send the ${kind}'s bytes in base64.`);
    return [];
  }
  const mimeType = mimeOf(chat.fields.optionalString(from.media_type, `${path}.media_type`), data);
  const words = isTextMime(mimeType) ? base64Text(data) : undefined;
  return words === undefined ? [{ inlineData: { mimeType, data } }] : textPart(words);
}

function urlPart(url: string, param: string, kind: string, chat: Conversation): readonly Part[] {
  // Google knows the type of its own files and of films, and a wrong one is refused.
  const mimeType = kind === "document" && !isGoogleUri(url)
    ? mimeFromName(nameIn(url)) ?? "application/pdf"
    : undefined;
  if (!isGoogleUri(url)) {
    if (!/^https?:\/\//i.test(url)) {
      chat.fields.refuse(param, `Invalid URL at ${param}. Use an http or https address.`);
      return [];
    }
    chat.remoteMedia.push({ url, param, ...(mimeType === undefined ? {} : { mimeType }) });
  }
  return [{ fileData: { fileUri: url, ...(mimeType === undefined ? {} : { mimeType }) } }];
}

/** The file name that an address ends in. */
function nameIn(url: string): string {
  return url.split(/[?#]/, 1)[0]!.split("/").at(-1) ?? "";
}

function contentParts(content: unknown, path: string, chat: Conversation): readonly Part[] {
  if (typeof content === "string") return textPart(content);
  return chat.fields.list(content, path).flatMap((value, index) => {
    const block = chat.fields.object(value, `${path}[${index}]`);
    return block.type === "image"
      ? decodeSource(block.source, `${path}[${index}].source`, "image", chat)
      : textPart(chat.fields.string(block.text, `${path}[${index}].text`));
  });
}

function filePart(id: string, param: string, chat: Conversation): readonly Part[] {
  const fileUri = googleFile(id);
  if (fileUri !== undefined) return [{ fileData: { fileUri } }];
  chat.fields.refuse(param, `The file at ${param} is not known here. Send its bytes in base64 instead.`);
  return [];
}

export function textPart(text: string): readonly Part[] {
  return text === "" ? [] : [{ text: wellFormed(text) }];
}
