import {
  audioMime,
  base64Text,
  type Blob64,
  cleanBase64,
  googleFile,
  isGoogleUri,
  isTextMime,
  mimeFromName,
  mimeOf,
  parseDataUrl,
  type Part,
} from "../../gemini/mod.ts";
import { type ChatDraft, textParts } from "./chat_context.ts";

/** A `data:`, http(s) or Google address as a part; http(s) ones are noted to be fetched. */
function decodeUrl(url: string, param: string, draft: ChatDraft, mimeType?: string): Part[] {
  if (/^data:/i.test(url)) return dataUrlParts(url, param, draft);
  // Google knows the type of its own files, and a wrong one is refused.
  if (isGoogleUri(url)) return [{ fileData: { fileUri: url } }];
  if (!/^https?:\/\//i.test(url)) {
    draft.fields.refuse(
      param,
      `Invalid URL in ${param}. Send a data: URL or an http(s) address.`,
      "invalid_image_url",
    );
    return [];
  }
  const type = mimeType === undefined ? {} : { mimeType };
  draft.remoteMedia.push({ url, param, ...type });
  return [{ fileData: { fileUri: url, ...type } }];
}

function dataUrlParts(url: string, param: string, draft: ChatDraft): Part[] {
  const parsed = parseDataUrl(url);
  if (parsed === undefined) {
    draft.fields.refuse(param, `The data URL in ${param} cannot be read. Send data:<type>;base64,<data>.`);
    return [];
  }
  return parsed.kind === "text" ? textParts(parsed.text) : blobParts(parsed.blob);
}

/** Text-like files are sent as text, all else as bytes. */
function blobParts(blob: Blob64): Part[] {
  const text = isTextMime(blob.mimeType) ? base64Text(blob.data) : undefined;
  return text === undefined ? [{ inlineData: blob }] : textParts(text);
}

/** `image_url` and `video_url`: an object with a url, or the url itself as some clients send it. */
export function decodeImageUrl(value: unknown, path: string, draft: ChatDraft): Part[] {
  if (typeof value === "string") return decodeUrl(value, path, draft);
  const image = draft.fields.object(value, path);
  draft.imageDetails.push(image["detail"]);
  if (draft.fields.failure !== undefined) return [];
  return decodeUrl(draft.fields.string(image["url"], `${path}.url`), `${path}.url`, draft);
}

export function decodeInputAudio(value: unknown, path: string, draft: ChatDraft): Part[] {
  const audio = draft.fields.object(value, path);
  const text = draft.fields.string(audio["data"], `${path}.data`);
  if (/^data:/i.test(text)) return dataUrlParts(text, `${path}.data`, draft);
  const data = base64Of(text, `${path}.data`, draft);
  if (data === undefined) return [];
  const format = draft.fields.optionalString(audio["format"], `${path}.format`);
  return [{
    inlineData: { mimeType: mimeOf(format === undefined ? undefined : audioMime(format), data), data },
  }];
}

/** `file`: data URL or bare base64 with a file name, or the address of a file that Google holds. */
export function decodeFile(value: unknown, path: string, draft: ChatDraft): Part[] {
  const file = draft.fields.object(value, path);
  const id = draft.fields.optionalString(file["file_id"], `${path}.file_id`);
  if (id !== undefined && file["file_data"] === undefined) return fileIdParts(id, `${path}.file_id`, draft);
  const address = draft.fields.optionalString(file["file_url"], `${path}.file_url`);
  const name = draft.fields.optionalString(file["filename"], `${path}.filename`);
  if (address !== undefined) return decodeUrl(address, `${path}.file_url`, draft, mimeFromName(name));
  const param = `${path}.file_data`;
  const text = draft.fields.string(file["file_data"], param);
  if (/^(data:|https?:|gs:)/i.test(text)) return decodeUrl(text, param, draft, mimeFromName(name));
  const data = base64Of(text, param, draft);
  return data === undefined ? [] : blobParts({ mimeType: mimeOf(mimeFromName(name), data), data });
}

function fileIdParts(id: string, param: string, draft: ChatDraft): Part[] {
  const fileUri = googleFile(id);
  if (fileUri !== undefined) return [{ fileData: { fileUri } }];
  draft.fields.refuse(
    param,
    `Unknown file in ${param}. Send its bytes as file_data, or a Gemini file as files/<name>.`,
  );
  return [];
}

function base64Of(text: string, param: string, draft: ChatDraft): string | undefined {
  const data = cleanBase64(text);
  if (data === undefined) draft.fields.refuse(param, `The value of ${param} is not base64.`);
  return data;
}
