import type { Blob64, GeminiRequest, Part } from "./wire.ts";

/** A data URL taken apart; text when it is not base64. */
export type DataUrl =
  | { readonly kind: "blob"; readonly blob: Blob64 }
  | { readonly kind: "text"; readonly mimeType: string; readonly text: string };

/** Reads a `data:` URL; undefined when it is none or cannot be decoded. */
export function parseDataUrl(url: string): DataUrl | undefined {
  if (!/^data:/i.test(url)) return undefined;
  const comma = url.indexOf(",");
  if (comma < 0) return undefined;
  const [type = "", ...parameters] = url.slice(5, comma).split(";").map((word) => word.trim());
  if (parameters.some((word) => word.toLowerCase() === "base64")) {
    const data = cleanBase64(url.slice(comma + 1));
    return data === undefined ? undefined : { kind: "blob", blob: { mimeType: mimeOf(type, data), data } };
  }
  try {
    return { kind: "text", mimeType: type || "text/plain", text: decodeURIComponent(url.slice(comma + 1)) };
  } catch {
    return undefined;
  }
}

/** Base64 in the standard alphabet without white space; undefined when the text is no base64 or empty. */
export function cleanBase64(text: string): string | undefined {
  const dense = /\s/.test(text) ? text.replace(/\s+/g, "") : text;
  const standard = /[-_%]/.test(dense)
    ? dense.replaceAll("%2B", "+").replaceAll("%2F", "/").replaceAll("%3D", "=").replaceAll("-", "+")
      .replaceAll("_", "/")
    : dense;
  return /^[A-Za-z0-9+/]+={0,2}$/.test(standard) ? standard : undefined;
}

/** The type to send: the stated one if it is specific, else the one detected from the first bytes. */
export function mimeOf(said: string | undefined, data: string): string {
  const type = normalMime(said ?? "");
  if (type !== "" && type !== "application/octet-stream" && type !== "binary/octet-stream") return type;
  return sniffMime(data) ?? (type || "application/octet-stream");
}

function normalMime(type: string): string {
  const lower = type.trim().toLowerCase();
  return SAME_MIME.get(lower) ?? lower;
}

const SAME_MIME: ReadonlyMap<string, string> = new Map([
  ["image/jpg", "image/jpeg"],
  ["audio/mp3", "audio/mpeg"],
  ["audio/x-wav", "audio/wav"],
  ["audio/wave", "audio/wav"],
  ["application/x-pdf", "application/pdf"],
]);

/** Base64 prefixes of well-known file starts. */
const STARTS: readonly (readonly [string, string])[] = [
  ["iVBORw0KGgo", "image/png"],
  ["/9j/", "image/jpeg"],
  ["R0lGOD", "image/gif"],
  ["JVBERi", "application/pdf"],
  ["T2dnUw", "audio/ogg"],
  ["ZkxhQw", "audio/flac"],
  ["SUQz", "audio/mpeg"],
  ["//uQ", "audio/mpeg"],
  ["GkXfo", "video/webm"],
];

/** The type detected from the first bytes, or undefined. */
export function sniffMime(data: string): string | undefined {
  const known = STARTS.find(([start]) => data.startsWith(start));
  if (known !== undefined) return known[1];
  const head = decodeHead(data);
  if (head.startsWith("RIFF")) return head.slice(8, 12) === "WEBP" ? "image/webp" : "audio/wav";
  if (head.slice(4, 8) !== "ftyp") return undefined;
  const brand = head.slice(8, 12);
  if (brand === "M4A ") return "audio/mp4";
  return /^(heic|heix|mif1)$/.test(brand) ? "image/heic" : "video/mp4";
}

function decodeHead(data: string): string {
  try {
    return atob(data.slice(0, 16));
  } catch {
    return "";
  }
}

const EXTENSIONS: ReadonlyMap<string, string> = new Map(Object.entries({
  pdf: "application/pdf",
  png: "image/png",
  jpg: "image/jpeg",
  jpeg: "image/jpeg",
  webp: "image/webp",
  gif: "image/gif",
  heic: "image/heic",
  mp3: "audio/mpeg",
  wav: "audio/wav",
  ogg: "audio/ogg",
  flac: "audio/flac",
  m4a: "audio/mp4",
  mp4: "video/mp4",
  mov: "video/quicktime",
  webm: "video/webm",
  json: "application/json",
  csv: "text/csv",
  md: "text/markdown",
  html: "text/html",
  xml: "text/xml",
  svg: "image/svg+xml",
  txt: "text/plain",
}));

/** The type of a file name's extension, or undefined. */
export function mimeFromName(name: string | undefined): string | undefined {
  return EXTENSIONS.get(name?.split(".").at(-1)?.toLowerCase() ?? "");
}

/** The type of OpenAI's audio formats. */
export function audioMime(format: string): string {
  const names: Readonly<Record<string, string>> = {
    mp3: "audio/mpeg",
    m4a: "audio/mp4",
    pcm16: "audio/pcm;rate=24000",
    g711_ulaw: "audio/basic",
  };
  return names[format] ?? `audio/${format}`;
}

/** True for types whose bytes are better sent as text. */
export function isTextMime(type: string): boolean {
  return type.startsWith("text/") ||
    /^(application\/(json|xml|x-yaml|javascript)|image\/svg\+xml)\b/.test(type);
}

/** The UTF-8 text of base64 bytes; undefined when they are not text. */
export function base64Text(data: string): string | undefined {
  try {
    const bytes = Uint8Array.from(atob(data), (character) => character.charCodeAt(0));
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** True for addresses that Google reads itself: its own files, Cloud Storage, YouTube. */
export function isGoogleUri(url: string): boolean {
  return /^gs:\/\//.test(url) ||
    /^https:\/\/generativelanguage\.googleapis\.com\/v\d\w*\/files\//.test(url) ||
    /^https:\/\/(www\.|m\.)?youtube\.com\/(watch|shorts|live|embed)/.test(url) ||
    /^https:\/\/youtu\.be\//.test(url);
}

/** The address of a file that Google holds, by its name (`files/abc`) or address; undefined for any other id. */
export function googleFile(written: string): string | undefined {
  // Ids from /v1/files: OpenAI's ids have a dash, Anthropic's a low line.
  const id = written.replace(/^file[-_]/, "files/");
  if (/^files\/[\w-]+$/.test(id)) return `https://generativelanguage.googleapis.com/v1beta/${id}`;
  return isGoogleUri(id) ? id : undefined;
}

/** The request with fetched media in place of their addresses; parts whose address is not in the map stay. */
export function inlineMedia(request: GeminiRequest, media: ReadonlyMap<string, Blob64>): GeminiRequest {
  if (media.size === 0) return request;
  const inline = (part: Part): Part => {
    const blob = part.fileData === undefined ? undefined : media.get(part.fileData.fileUri);
    if (blob === undefined) return part;
    const { fileData: _, ...rest } = part;
    if (!isTextMime(blob.mimeType)) return { ...rest, inlineData: blob };
    const text = base64Text(blob.data);
    return text === undefined ? { ...rest, inlineData: blob } : { ...rest, text };
  };
  return {
    ...request,
    contents: request.contents.map((content) => ({ ...content, parts: content.parts.map(inline) })),
  };
}

/**
 * A guess of the prompt's tokens from the size of its JSON: `ratio` is bytes per token, about 4 for English,
 * less elsewhere.
 */
export function estimateTokens(bytes: number, ratio = 4): number {
  return Math.max(1, Math.ceil(bytes / (ratio > 0 ? ratio : 4)));
}
