import { isObject } from "../../core/mod.ts";
import {
  audioMime,
  base64Text,
  cleanBase64,
  googleFile,
  isGoogleUri,
  isTextMime,
  mimeFromName,
  mimeOf,
  parseDataUrl,
  type Part,
  wellFormed,
} from "../../gemini/mod.ts";
import type { Conversation } from "./responses_context.ts";

export function textPart(text: string): readonly Part[] {
  return text === "" ? [] : [{ text: wellFormed(text) }];
}

/** An `input_image`: a data URL, an address to fetch, or a file of Google's. */
export function decodeImage(part: Record<string, unknown>, at: string, chat: Conversation): readonly Part[] {
  chat.imageDetails.push(part.detail);
  if (typeof part.file_id === "string") return filePart(part.file_id, `${at}.file_id`, chat);
  const path = `${at}.image_url`;
  const url = isObject(part.image_url) ? part.image_url.url : part.image_url;
  return urlPart(chat.fields.string(url, path), path, undefined, chat);
}

/** An `input_file`: base64 or a data URL with a file name, an address, or a file of Google's. */
export function decodeFile(part: Record<string, unknown>, at: string, chat: Conversation): readonly Part[] {
  if (typeof part.file_id === "string") return filePart(part.file_id, `${at}.file_id`, chat);
  const said = mimeFromName(chat.fields.optionalString(part.filename, `${at}.filename`));
  if (part.file_url !== undefined && part.file_url !== null) {
    return urlPart(chat.fields.string(part.file_url, `${at}.file_url`), `${at}.file_url`, said, chat);
  }
  const path = `${at}.file_data`;
  const text = chat.fields.string(part.file_data, path);
  return /^data:/i.test(text) ? urlPart(text, path, said, chat) : blobPart(text, said, path, chat);
}

export function decodeAudio(part: Record<string, unknown>, at: string, chat: Conversation): readonly Part[] {
  const path = `${at}.input_audio`;
  const audio = chat.fields.object(part.input_audio, path);
  const format = chat.fields.string(audio.format, `${path}.format`);
  return blobPart(chat.fields.string(audio.data, `${path}.data`), audioMime(format), `${path}.data`, chat);
}

function urlPart(url: string, param: string, said: string | undefined, chat: Conversation): readonly Part[] {
  const data = parseDataUrl(url);
  if (data?.kind === "text") return textPart(data.text);
  if (data?.kind === "blob") {
    const type = data.blob.mimeType === "application/octet-stream" ? said : undefined;
    return blobPart(data.blob.data, type ?? data.blob.mimeType, param, chat);
  }
  // Google knows the type of its own files and of films, and a wrong one is refused.
  const mimeType = said === undefined || isGoogleUri(url) ? {} : { mimeType: said };
  if (!isGoogleUri(url)) {
    if (!/^https?:\/\//i.test(url)) {
      if (url !== "") {
        chat.fields.refuse(param, `Invalid URL at ${param}. Use a base64 data URL or an http(s) address.`);
      }
      return [];
    }
    chat.remoteMedia.push({ url, param, ...mimeType });
  }
  return [{ fileData: { fileUri: url, ...mimeType } }];
}

function blobPart(
  text: string,
  said: string | undefined,
  param: string,
  chat: Conversation,
): readonly Part[] {
  const data = cleanBase64(text);
  if (data === undefined) {
    chat.fields.refuse(param, `Invalid base64 at ${param}. Send the file's bytes in base64.`);
    return [];
  }
  const mimeType = mimeOf(said, data);
  const words = isTextMime(mimeType) ? base64Text(data) : undefined;
  return words === undefined ? [{ inlineData: { mimeType, data } }] : textPart(words);
}

function filePart(id: string, param: string, chat: Conversation): readonly Part[] {
  const fileUri = googleFile(id);
  if (fileUri !== undefined) return [{ fileData: { fileUri } }];
  chat.fields.refuse(
    param,
    `The file at ${param} is not known here. Send its bytes as a data URL, or a Gemini file as files/<name>.`,
  );
  return [];
}
