import type { CatalogEntry } from "./listing.ts";

/** What goes in and comes out: text, image, audio, video, file, embeddings. */
export interface Modalities {
  readonly input: readonly string[];
  readonly output: readonly string[];
}

/** What a model takes in and gives out, as OpenRouter names it. Google's lists do not say; names and methods do. */
export function modalitiesOf({ id, methods }: Pick<CatalogEntry, "id" | "methods">): Modalities {
  if (methods.includes("embedContent")) return { input: ["text"], output: ["embeddings"] };
  if (/^imagen/.test(id)) return { input: ["text"], output: ["image"] };
  if (/^veo/.test(id)) return { input: ["text", "image"], output: ["video"] };
  if (/^lyria/.test(id)) return { input: ["text"], output: ["audio"] };
  if (/-tts/.test(id)) return { input: ["text"], output: ["audio"] };
  if (/^gemma/.test(id)) return { input: ["text", "image"], output: ["text"] };
  if (/^claude/.test(id)) return { input: ["text", "image", "file"], output: ["text"] };
  if (methods.includes("bidiGenerateContent")) {
    return { input: ["text", "audio", "image", "video"], output: ["text", "audio"] };
  }
  const output = /image/.test(id) ? ["text", "image"] : ["text"];
  return { input: ["text", "image", "audio", "video", "file"], output };
}
