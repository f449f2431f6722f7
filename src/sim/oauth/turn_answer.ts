import { isObject } from "../../core/mod.ts";

export interface TurnFacts {
  readonly model: string;
  /** Named in the answer, so that a test sees which host served. */
  readonly host: string;
  readonly project: string;
  readonly request: Record<string, unknown>;
  readonly traceId: string;
}

/** Signs thoughts and calls as long as real ones are. */
export const SIGNATURE = "c2ltdWxhdG9yLXNpZ25hdHVyZS0".repeat(4);

/** The chunks of a turn: words in two pieces, or a call of the first tool when the user asks for it by name. */
export function turnChunks(facts: TurnFacts): readonly Record<string, unknown>[] {
  if (/-image(-|$)/.test(facts.model)) return [pictureChunk(facts)];
  if (JSON.stringify(facts.request["tools"]) === '[{"googleSearch":{}}]') return [searchChunk(facts)];
  const tool = toolAskedFor(facts.request);
  const parts: Record<string, unknown>[][] = tool === undefined
    ? [[{ text: `Served by ${facts.host} ` }], [{ text: `with ${facts.model} für ${facts.project}.` }]]
    : [
      [{ text: "I look it up.", thought: true, thoughtSignature: SIGNATURE }],
      [{ functionCall: { name: tool, args: {}, id: callId(facts.model) }, thoughtSignature: SIGNATURE }],
    ];
  const usage = { promptTokenCount: 12, candidatesTokenCount: 9, totalTokenCount: 21 };
  return parts.map((some, index) => ({
    candidates: [{
      content: { role: "model", parts: some },
      index: 0,
      ...(index === parts.length - 1 ? { finishReason: "STOP" } : {}),
    }],
    ...(index === parts.length - 1 ? { usageMetadata: usage } : {}),
    modelVersion: facts.model,
    responseId: facts.traceId,
  }));
}

/** One white pixel, with the wanted shape in words before it. */
const PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAASUVORK5CYII=";

function pictureChunk({ model, traceId, request }: TurnFacts): Record<string, unknown> {
  const config = isObject(request["generationConfig"]) ? request["generationConfig"] : {};
  const words = { text: `Drawn as ${JSON.stringify(config["imageConfig"] ?? {})}` };
  const picture = { inlineData: { mimeType: "image/png", data: PIXEL } };
  return {
    candidates: [{ content: { role: "model", parts: [words, picture] }, index: 0, finishReason: "STOP" }],
    usageMetadata: { promptTokenCount: 12, candidatesTokenCount: 1_290, totalTokenCount: 1_302 },
    modelVersion: model,
    responseId: traceId,
  };
}

/** The result of a search: a page named after the last words of the question. */
function searchChunk({ model, traceId, request }: TurnFacts): Record<string, unknown> {
  const last = Array.isArray(request["contents"]) ? request["contents"].at(-1) : undefined;
  const asked = String(isObject(last) ? JSON.stringify(last["parts"]).split(/\W+/).findLast(Boolean) : "");
  const web = { uri: `https://pages.example.com/${asked}`, title: "A page" };
  return {
    candidates: [{
      content: { role: "model", parts: [{ text: `The pages say much of ${asked}.` }] },
      index: 0,
      finishReason: "STOP",
      groundingMetadata: { webSearchQueries: [asked], groundingChunks: [{ web }] },
    }],
    usageMetadata: { promptTokenCount: 12, candidatesTokenCount: 9, totalTokenCount: 21 },
    modelVersion: model,
    responseId: traceId,
  };
}

const callId = (model: string) => model.startsWith("claude") ? "toolu_vrtx_sim1" : "call-sim-1";

/** A turn as one reply. */
export function wholeTurn(facts: TurnFacts): Record<string, unknown> {
  const chunks = turnChunks(facts);
  const last = chunks.at(-1) ?? {};
  const parts = chunks.flatMap((chunk) => partsOf(chunk));
  return {
    ...last,
    candidates: [{ content: { role: "model", parts }, index: 0, finishReason: "STOP" }],
  };
}

function partsOf(chunk: Record<string, unknown>): readonly unknown[] {
  const [candidate] = Array.isArray(chunk["candidates"]) ? chunk["candidates"] : [];
  return candidate?.content?.parts ?? [];
}

function toolAskedFor(request: Record<string, unknown>): string | undefined {
  const last = Array.isArray(request["contents"]) ? request["contents"].at(-1) : undefined;
  const text = JSON.stringify(isObject(last) ? last["parts"] : "");
  const tools = Array.isArray(request["tools"]) ? request["tools"] : [];
  const names: string[] = tools.flatMap((tool) =>
    (tool.functionDeclarations ?? []).map((one: { name: string }) => one.name)
  );
  return names.find((name) => text.includes(`call ${name}`));
}

/** Chunks as server-sent events: CRLF, a comment, and a split in the middle of a character. */
export function eventStream(chunks: readonly unknown[]): Response {
  const text = ": stream\r\n\r\n" + chunks.map((chunk) => `data: ${JSON.stringify(chunk)}\r\n\r\n`).join("");
  const bytes = new TextEncoder().encode(text);
  const cut = new TextEncoder().encode(text.slice(0, Math.max(1, text.indexOf("ü")))).length + 1;
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      controller.enqueue(bytes.subarray(0, cut));
      controller.enqueue(bytes.subarray(cut));
      controller.close();
    },
  });
  return new Response(body, { headers: { "content-type": "text/event-stream" } });
}

/** The models that the fake Antigravity lists, with an internal and a deprecated id that no client should offer. */
export const ANTIGRAVITY_MODELS: Readonly<Record<string, Record<string, unknown>>> = {
  "gemini-3.6-flash-high": {
    displayName: "Gemini 3.6 Flash High",
    supportsThinking: true,
    maxTokens: 1_048_576,
    maxOutputTokens: 65_536,
  },
  "gemini-pro-agent": {
    displayName: "Gemini 3.1 Pro High",
    supportsThinking: true,
    maxTokens: 1_048_576,
    maxOutputTokens: 65_536,
  },
  "claude-sonnet-4-6": {
    displayName: "Claude Sonnet 4.6",
    supportsThinking: true,
    maxTokens: 200_000,
    maxOutputTokens: 64_000,
  },
  "gpt-oss-120b-medium": {
    displayName: "GPT-OSS 120B",
    supportsThinking: false,
    maxTokens: 114_000,
    maxOutputTokens: 32_768,
  },
  "gemini-2.5-pro": { displayName: "Gemini 2.5 Pro", supportsThinking: true },
  "tab_flash_lite_preview": { displayName: "Tab" },
  "gemini-3-pro-high": { displayName: "Old" },
};
export const DEPRECATED = { "gemini-3-pro-high": { newModelId: "gemini-pro-agent" } };

export const CLI_MODELS = ["gemini-2.5-pro", "gemini-2.5-flash", "gemini-3-flash-preview"] as const;

export const VERTEX_MODELS = [
  "gemini-2.5-pro",
  "gemini-2.5-flash",
  "gemini-embedding-001",
  "imagen-4.0-generate-001",
] as const;
