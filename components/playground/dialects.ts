import { fields, list, text } from "./fields.ts";

export const DIALECTS = ["openai", "responses", "anthropic", "gemini"] as const;
export type Dialect = typeof DIALECTS[number];

export interface ChatTurn {
  readonly role: "user" | "model";
  readonly text: string;
}

export interface ChatDraft {
  readonly dialect: Dialect;
  readonly model: string;
  readonly system: string;
  readonly turns: readonly ChatTurn[];
  readonly stream: boolean;
}

export interface ChatRequest {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

const role = (turn: ChatTurn, model: string) => turn.role === "user" ? "user" : model;

function openaiRequest({ model, system, turns, stream }: ChatDraft): ChatRequest {
  const head = system === "" ? [] : [{ role: "system", content: system }];
  const messages = [...head, ...turns.map((turn) => ({ role: role(turn, "assistant"), content: turn.text }))];
  return { path: "/v1/chat/completions", headers: {}, body: { model, messages, stream } };
}

function responsesRequest({ model, system, turns, stream }: ChatDraft): ChatRequest {
  const input = turns.map((turn) => ({ role: role(turn, "assistant"), content: turn.text }));
  const instructions = system === "" ? {} : { instructions: system };
  return {
    path: "/v1/responses",
    headers: {},
    body: { model, ...instructions, input, stream, store: false },
  };
}

function anthropicRequest({ model, system, turns, stream }: ChatDraft): ChatRequest {
  const messages = turns.map((turn) => ({ role: role(turn, "assistant"), content: turn.text }));
  const head = system === "" ? {} : { system };
  return {
    path: "/v1/messages",
    headers: { "anthropic-version": "2023-06-01" },
    body: { model, max_tokens: 4096, ...head, messages, stream },
  };
}

function geminiRequest({ model, system, turns, stream }: ChatDraft): ChatRequest {
  const contents = turns.map((turn) => ({ role: role(turn, "model"), parts: [{ text: turn.text }] }));
  const head = system === "" ? {} : { systemInstruction: { parts: [{ text: system }] } };
  const method = stream ? "streamGenerateContent?alt=sse" : "generateContent";
  return {
    path: `/v1beta/models/${encodeURIComponent(model)}:${method}`,
    headers: {},
    body: { ...head, contents },
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

function geminiText(body: unknown): string {
  const [candidate] = list(fields(body)["candidates"]).map(fields);
  return list(fields(candidate?.["content"])["parts"]).map(fields)
    .filter((part) => part["thought"] !== true).map((part) => text(part["text"])).join("");
}

/** The text that one event of a stream adds; empty for all other events. */
export function deltaText(dialect: Dialect, event: unknown): string {
  const row = fields(event);
  if (dialect === "gemini") return geminiText(event);
  if (dialect === "anthropic") return text(fields(row["delta"])["text"]);
  if (dialect === "responses") return row["type"] === "response.output_text.delta" ? text(row["delta"]) : "";
  const [choice] = list(row["choices"]).map(fields);
  return text(fields(choice?.["delta"])["content"]);
}

/** The text of a whole reply. */
export function replyText(dialect: Dialect, body: unknown): string {
  const row = fields(body);
  if (dialect === "gemini") return geminiText(body);
  if (dialect === "anthropic") {
    return list(row["content"]).map((block) => text(fields(block)["text"])).join("");
  }
  if (dialect === "responses") {
    return list(row["output"]).flatMap((item) => list(fields(item)["content"])).map((part) =>
      text(fields(part)["text"])
    ).join("");
  }
  const [choice] = list(row["choices"]).map(fields);
  return text(fields(choice?.["message"])["content"]);
}

/** The sentence of an error in any of the dialects, whole or inside a stream. */
export function errorText(body: unknown): string {
  const row = fields(Array.isArray(body) ? body[0] : body);
  const nested = fields(row["error"] ?? fields(row["response"])["error"]);
  return text(nested["message"]);
}
