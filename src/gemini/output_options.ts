import { isObject, type JsonObject } from "../core/mod.ts";
import type { GenerationConfig, Part } from "./wire.ts";

/** Shapes of pictures that Gemini makes (ai.google.dev, image generation), as width by height. */
const RATIOS = ["1:1", "2:3", "3:2", "3:4", "4:3", "4:5", "5:4", "9:16", "16:9", "21:9"] as const;

/** A picture's size as OpenAI writes it (`1024x1536`) in Gemini's form; undefined for `auto` and invalid sizes. */
export function imageConfigOf(size: string): GenerationConfig["imageConfig"] | undefined {
  const match = /^(\d{2,5})x(\d{2,5})$/i.exec(size.trim());
  if (match === null) return undefined;
  const [width, height] = [Number(match[1]), Number(match[2])];
  const distance = (ratio: string) => {
    const [wide, high] = ratio.split(":").map(Number) as [number, number];
    return Math.abs(Math.log((width * high) / (height * wide)));
  };
  const aspectRatio = RATIOS.reduce((best, ratio) => distance(ratio) < distance(best) ? ratio : best);
  const longest = Math.max(width, height);
  const imageSize = longest <= 1_792 ? undefined : longest <= 3_000 ? "2K" : "4K";
  return { aspectRatio, ...(imageSize === undefined ? {} : { imageSize }) };
}

/** A video's start, end and frame rate, from the names that clients use. */
function videoMetadataOf(holder: Record<string, unknown>): JsonObject | undefined {
  const inner = [holder["video_metadata"], holder["videoMetadata"]].find(isObject) ?? holder;
  const fps = inner["fps"];
  const start = seconds(inner["start_offset"] ?? inner["startOffset"]);
  const end = seconds(inner["end_offset"] ?? inner["endOffset"]);
  const made: JsonObject = {
    ...(start === undefined ? {} : { startOffset: start }),
    ...(end === undefined ? {} : { endOffset: end }),
    ...(typeof fps === "number" && fps > 0 ? { fps } : {}),
  };
  return Object.keys(made).length === 0 ? undefined : made;
}

function seconds(value: unknown): string | undefined {
  if (typeof value === "number" && value >= 0) return `${value}s`;
  if (typeof value !== "string") return undefined;
  return /^\d+(\.\d+)?s$/.test(value) ? value : /^\d+(\.\d+)?$/.test(value) ? `${value}s` : undefined;
}

const RESOLUTIONS = new Set(["low", "medium", "high", "ultra_high"]);

/** One medium's own resolution, in either spelling, as models from Gemini 3 on take it. */
function mediaResolutionOf(value: unknown): JsonObject | undefined {
  const said = isObject(value) ? value["level"] : value;
  if (typeof said !== "string") return undefined;
  const word = said.toLowerCase().replace(/^media_resolution_/, "");
  return RESOLUTIONS.has(word) ? { level: `MEDIA_RESOLUTION_${word.toUpperCase()}` } : undefined;
}

/** Parts with the options of each of their media. */
export function withMediaOptions(parts: readonly Part[], holder: Record<string, unknown>): Part[] {
  const videoMetadata = videoMetadataOf(holder);
  const mediaResolution = mediaResolutionOf(holder["media_resolution"] ?? holder["mediaResolution"]);
  if (videoMetadata === undefined && mediaResolution === undefined) return [...parts];
  return parts.map((part) =>
    part.inlineData === undefined && part.fileData === undefined ? part : {
      ...part,
      ...(videoMetadata === undefined ? {} : { videoMetadata }),
      ...(mediaResolution === undefined ? {} : { mediaResolution }),
    }
  );
}

const PICTURE_START = "](data:image/";

/** A model's text with the pictures that this proxy wrote into it as data URLs turned back into pictures. */
export function picturesInText(text: string): Part[] {
  const parts: Part[] = [];
  let rest = text;
  for (let at = rest.indexOf(PICTURE_START); at >= 0; at = rest.indexOf(PICTURE_START)) {
    const open = rest.lastIndexOf("![", at);
    const comma = rest.indexOf(";base64,", at);
    const close = rest.indexOf(")", at);
    if (open < 0 || comma < 0 || close < comma || rest.slice(open, at).length > 200) break;
    // The blank lines around a picture were written with it.
    const before = rest.slice(0, open).replace(/\n\n$/, "");
    if (before.trim() !== "") parts.push({ text: before });
    const mimeType = rest.slice(at + "](data:".length, comma);
    parts.push({ inlineData: { mimeType, data: rest.slice(comma + ";base64,".length, close) } });
    rest = rest.slice(close + 1).replace(/^\n\n/, "");
  }
  if (parts.length === 0) return text === "" ? [] : [{ text }];
  return rest.trim() === "" ? parts : [...parts, { text: rest }];
}
