import { fields, list, text } from "./fields.ts";

export const DIALECTS = ["openai", "responses", "anthropic", "gemini"] as const;
export type Dialect = typeof DIALECTS[number];

/** An image as its media type and base64. */
export interface ChatImage {
  readonly type: string;
  readonly data: string;
}

export interface ChatTurn {
  readonly role: "user" | "model";
  readonly text: string;
  readonly images?: readonly ChatImage[];
}

export interface ChatDraft {
  readonly dialect: Dialect;
  readonly model: string;
  readonly system: string;
  readonly turns: readonly ChatTurn[];
  readonly stream: boolean;
  /** Thoughts are asked for and come with the answer. */
  readonly thinking?: boolean;
}

export interface ChatRequest {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

const role = (turn: ChatTurn, model: string) => turn.role === "user" ? "user" : model;

/** A `data:` address, as OpenAI's dialects and the page take images. */
export function dataUrl({ type, data }: ChatImage): string {
  return `data:${type};base64,${data}`;
}

/** The images of the user's own turn; those that a model made are not sent back. */
function imagesOf(turn: ChatTurn): readonly ChatImage[] {
  return turn.role === "user" ? turn.images ?? [] : [];
}

/** The text alone, or a list of parts where the turn has images too. */
function contentOf<Part>(
  turn: ChatTurn,
  textPart: (text: string) => Part,
  imagePart: (image: ChatImage) => Part,
): string | readonly Part[] {
  const images = imagesOf(turn);
  return images.length === 0 ? turn.text : [...images.map(imagePart), textPart(turn.text)];
}

function openaiRequest({ model, system, turns, stream, thinking }: ChatDraft): ChatRequest {
  const head = system === "" ? [] : [{ role: "system", content: system }];
  const messages = [
    ...head,
    ...turns.map((turn) => ({
      role: role(turn, "assistant"),
      content: contentOf<unknown>(
        turn,
        (text) => ({ type: "text", text }),
        (image) => ({ type: "image_url", image_url: { url: dataUrl(image) } }),
      ),
    })),
  ];
  const effort = thinking === true ? { reasoning_effort: "medium" } : {};
  return { path: "/v1/chat/completions", headers: {}, body: { model, messages, stream, ...effort } };
}

function responsesRequest({ model, system, turns, stream, thinking }: ChatDraft): ChatRequest {
  const input = turns.map((turn) => ({
    role: role(turn, "assistant"),
    content: contentOf<unknown>(
      turn,
      (text) => ({ type: "input_text", text }),
      (image) => ({ type: "input_image", image_url: dataUrl(image) }),
    ),
  }));
  const instructions = system === "" ? {} : { instructions: system };
  const reasoning = thinking === true ? { reasoning: { effort: "medium", summary: "auto" } } : {};
  return {
    path: "/v1/responses",
    headers: {},
    body: { model, ...instructions, input, stream, store: false, ...reasoning },
  };
}

function anthropicRequest({ model, system, turns, stream, thinking }: ChatDraft): ChatRequest {
  const messages = turns.map((turn) => ({
    role: role(turn, "assistant"),
    content: contentOf<unknown>(
      turn,
      (text) => ({ type: "text", text }),
      ({ type, data }) => ({ type: "image", source: { type: "base64", media_type: type, data } }),
    ),
  }));
  const head = system === "" ? {} : { system };
  const think = thinking === true ? { thinking: { type: "enabled", budget_tokens: 2048 } } : {};
  return {
    path: "/v1/messages",
    headers: { "anthropic-version": "2023-06-01" },
    body: { model, max_tokens: 4096, ...head, ...think, messages, stream },
  };
}

function geminiRequest({ model, system, turns, stream, thinking }: ChatDraft): ChatRequest {
  const contents = turns.map((turn) => ({
    role: role(turn, "model"),
    parts: [
      ...imagesOf(turn).map(({ type, data }) => ({ inlineData: { mimeType: type, data } })),
      { text: turn.text },
    ],
  }));
  const head = system === "" ? {} : { systemInstruction: { parts: [{ text: system }] } };
  const think = thinking === true ? { generationConfig: { thinkingConfig: { includeThoughts: true } } } : {};
  const method = stream ? "streamGenerateContent?alt=sse" : "generateContent";
  return {
    path: `/v1beta/models/${encodeURIComponent(model)}:${method}`,
    headers: {},
    body: { ...head, ...think, contents },
  };
}

const REQUESTS: Readonly<Record<Dialect, (draft: ChatDraft) => ChatRequest>> = {
  openai: openaiRequest,
  responses: responsesRequest,
  anthropic: anthropicRequest,
  gemini: geminiRequest,
};

/** The request of a chat in a dialect's own words. */
export function chatRequest(draft: ChatDraft): ChatRequest {
  return REQUESTS[draft.dialect](draft);
}

/** The content of a stream's event, or of a whole reply. */
export interface ChatPart {
  readonly text: string;
  readonly thought: string;
  readonly images: readonly ChatImage[];
}

function geminiPart(body: unknown): ChatPart {
  const [candidate] = list(fields(body)["candidates"]).map(fields);
  const parts = list(fields(candidate?.["content"])["parts"]).map(fields);
  const joined = (thought: boolean) =>
    parts.filter((part) => (part["thought"] === true) === thought).map((part) => text(part["text"])).join("");
  const images = parts.map((part) => fields(part["inlineData"])).flatMap((data) =>
    text(data["mimeType"]).startsWith("image/")
      ? [{ type: text(data["mimeType"]), data: text(data["data"]) }]
      : []
  );
  return { text: joined(false), thought: joined(true), images };
}

const DATA_URL_REGEXP = /^data:(image\/[\w.+-]+);base64,(.*)$/s;

/** A message of OpenAI's chat, or what a chunk adds to it. */
function openaiPart(message: Readonly<Record<string, unknown>>): ChatPart {
  const images = list(message["images"]).flatMap((image) => {
    const [, type, data] = DATA_URL_REGEXP.exec(text(fields(fields(image)["image_url"])["url"])) ?? [];
    return type === undefined || data === undefined ? [] : [{ type, data }];
  });
  return { text: text(message["content"]), thought: text(message["reasoning_content"]), images };
}

const only = (part: Partial<ChatPart>): ChatPart => ({ text: "", thought: "", images: [], ...part });

/** The content that one event of a stream adds. */
export function deltaOf(dialect: Dialect, event: unknown): ChatPart {
  const row = fields(event);
  if (dialect === "gemini") return geminiPart(event);
  if (dialect === "anthropic") {
    const delta = fields(row["delta"]);
    return only({ text: text(delta["text"]), thought: text(delta["thinking"]) });
  }
  if (dialect === "responses") {
    const delta = text(row["delta"]);
    if (row["type"] === "response.output_text.delta") return only({ text: delta });
    return row["type"] === "response.reasoning_summary_text.delta" ? only({ thought: delta }) : only({});
  }
  const [choice] = list(row["choices"]).map(fields);
  return openaiPart(fields(choice?.["delta"]));
}

/** The content of a whole reply. */
export function replyOf(dialect: Dialect, body: unknown): ChatPart {
  const row = fields(body);
  if (dialect === "gemini") return geminiPart(body);
  if (dialect === "anthropic") {
    const blocks = list(row["content"]).map(fields);
    const joined = (name: string) => blocks.map((block) => text(block[name])).join("");
    return only({ text: joined("text"), thought: joined("thinking") });
  }
  if (dialect === "responses") {
    const items = list(row["output"]).map(fields);
    const joined = (name: string) =>
      items.flatMap((item) => list(item[name])).map((part) => text(fields(part)["text"])).join("");
    return only({ text: joined("content"), thought: joined("summary") });
  }
  const [choice] = list(row["choices"]).map(fields);
  return openaiPart(fields(choice?.["message"]));
}

/** The sentence of an error in any of the dialects, whole or inside a stream. */
export function errorText(body: unknown): string {
  const row = fields(Array.isArray(body) ? body[0] : body);
  const nested = fields(row["error"] ?? fields(row["response"])["error"]);
  return text(nested["message"]);
}
