import { type GroundedSpan, groundedSpans, type TurnEvent } from "../../gemini/mod.ts";
import type { JsonObject } from "../../core/mod.ts";

/** The text that an event adds to `content`: text itself, and executed code with its result as fenced blocks. */
export function contentOf(event: TurnEvent): string {
  switch (event.type) {
    case "text-delta":
      return event.text;
    case "code":
      return `\n\`\`\`${event.language.toLowerCase()}\n${event.code.replace(/\n$/, "")}\n\`\`\`\n`;
    case "code-result":
      return event.output === "" ? "" : `\n\`\`\`\n${event.output.replace(/\n$/, "")}\n\`\`\`\n`;
    default:
      return "";
  }
}

/** A data URL part in the form that OpenRouter and LiteLLM use for images in replies. */
export function imagePart(
  { mimeType, data, signature }: Extract<TurnEvent, { type: "media" }>,
  index: number,
): JsonObject {
  const url = `data:${mimeType};base64,${data}`;
  return { type: "image_url", image_url: { url }, index, ...signatureFields(signature) };
}

type Citation = Extract<TurnEvent, { type: "citation" }>;

/** What a citation adds to a message: annotations with character offsets, and Google's own objects beside them. */
export function citationFields(citation: Citation, content: string): JsonObject {
  const { grounding, citations, urlContext } = citation;
  const annotations = grounding === undefined ? [] : groundedSpans(grounding, content).map(annotationOf);
  return {
    ...(annotations.length === 0 ? {} : { annotations }),
    extra_content: {
      google: {
        ...(grounding === undefined ? {} : { grounding_metadata: grounding }),
        ...(citations === undefined ? {} : { citation_metadata: citations }),
        ...(urlContext === undefined ? {} : { url_context_metadata: urlContext }),
      },
    },
  };
}

function annotationOf({ start, end, url, title }: GroundedSpan): JsonObject {
  return { type: "url_citation", url_citation: { url, title, start_index: start, end_index: end } };
}

/** Later citations of a reply complete earlier ones. */
export function joinCitations(earlier: Citation | undefined, later: Citation): Citation {
  return earlier === undefined ? later : { ...earlier, ...later };
}

/** Where a thought signature is in Google's own OpenAI-compatible replies. */
export function signatureFields(signature: string | undefined): JsonObject {
  return signature === undefined ? {} : { extra_content: { google: { thought_signature: signature } } };
}
