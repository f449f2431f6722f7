/** The client family of a dialect, and the first segment of its paths after the version. */
interface DialectTraits {
  readonly family: "openai" | "anthropic" | "gemini";
  /** With this segment a client may leave `/v1` out; null where the version is needed. */
  readonly segment: string | null;
}

/**
 * Every dialect that a call can be made in. A new row does not compile until each table by dialect (its words on
 * the pages) has one too; a `Dialect` takes its name from here.
 */
const TABLE = {
  openai_chat: { family: "openai", segment: "chat" },
  openai_responses: { family: "openai", segment: "responses" },
  openai_completions: { family: "openai", segment: "completions" },
  openai_embeddings: { family: "openai", segment: "embeddings" },
  openai_audio: { family: "openai", segment: "audio" },
  openai_images: { family: "openai", segment: "images" },
  anthropic_messages: { family: "anthropic", segment: "messages" },
  native_gemini: { family: "gemini", segment: null },
} as const satisfies Readonly<Record<string, DialectTraits>>;

export type DialectName = keyof typeof TABLE;

const TRAITS: readonly DialectTraits[] = Object.values(TABLE);

/** First path segments of a family's dialects, which name the family without a version. */
export function dialectSegments(family: DialectTraits["family"]): readonly string[] {
  return TRAITS.flatMap((one) => one.family === family && one.segment !== null ? [one.segment] : []);
}
