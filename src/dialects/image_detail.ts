import type { Content, GenerationConfig } from "../gemini/mod.ts";

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
