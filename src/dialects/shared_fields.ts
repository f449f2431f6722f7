import type { Content, GenerationConfig } from "../gemini/mod.ts";

/** Unicode line breaks, at which some clients' line readers would split a frame. */
const BREAKS_REGEXP = /[\u0085\u2028\u2029]/;
const ALL_BREAKS_REGEXP = /[\u0085\u2028\u2029]/g;

/** A value as JSON without any character that a reader may take for a line break. */
export function jsonText(value: unknown): string {
  const json = JSON.stringify(value);
  return BREAKS_REGEXP.test(json)
    ? json.replace(ALL_BREAKS_REGEXP, (mark) => `\\u${mark.charCodeAt(0).toString(16).padStart(4, "0")}`)
    : json;
}

/** Reasons that every dialect has a word of its own for. */
const ORDINARY = new Set(["", "STOP", "MAX_TOKENS"]);

/** Gemini's own finish reason, where the dialect's word for it says less: told beside it as `native_finish_reason`. */
export function nativeFinish(reason: string | undefined): { native_finish_reason?: string } {
  return reason === undefined || ORDINARY.has(reason) ? {} : { native_finish_reason: reason };
}

/** The effect of the wish for less detail. */
export interface ImageDetail {
  readonly config: Pick<GenerationConfig, "mediaResolution">;
  readonly warnings: readonly string[];
}

/**
 * OpenAI's `detail` of images. Gemini sets one resolution for all media of a request, so `low` is honoured when every
 * medium is an image that wants it; `high` and `auto` are what Gemini does anyway.
 */
export function imageDetail(details: readonly unknown[], contents: readonly Content[]): ImageDetail {
  const low = details.filter((detail) => detail === "low").length;
  if (low === 0) return { config: {}, warnings: [] };
  if (low === mediaCount(contents)) {
    return { config: { mediaResolution: "MEDIA_RESOLUTION_LOW" }, warnings: [] };
  }
  return {
    config: {},
    warnings: ["Image detail low was left out: Gemini takes one resolution for all media of a request."],
  };
}

function mediaCount(contents: readonly Content[]): number {
  return contents.flatMap(({ parts }) => parts).reduce(
    (sum, part) =>
      sum + (part.inlineData === undefined && part.fileData === undefined ? 0 : 1) +
      (part.functionResponse?.parts?.length ?? 0),
    0,
  );
}
