/** The ways in which a client may ask for each operation. */
import { ANSWER, CHAT_MODEL, EMBED_MODEL, IMAGE_MODEL, type Operation, OTHER_MODEL } from "./upstream.ts";

export interface Lane {
  readonly name: string;
  readonly operation: Operation;
  readonly model: string;
  readonly path: (model: string) => string;
  readonly body: (model: string, text: string) => unknown;
  /** True when the reply brings what Google gave. */
  readonly answered: (text: string) => boolean;
  readonly native: boolean;
}

const messages = (text: string) => [{ role: "user", content: text }];
const contents = (text: string) => [{ role: "user", parts: [{ text }] }];

/** The words of the answer, however they were framed. */
function said(text: string): boolean {
  const half = ANSWER.length >> 1;
  return text.includes(ANSWER) ||
    (text.includes(`"${ANSWER.slice(0, half)}"`) && text.includes(`"${ANSWER.slice(half)}"`));
}

function generating(name: string, path: Lane["path"], body: Lane["body"], native = false): Lane {
  return { name, operation: "generate", model: CHAT_MODEL, path, body, answered: said, native };
}

const turns: readonly Lane[] = [false, true].flatMap((stream) => [
  generating(`chat${stream ? " streamed" : ""}`, () => "/v1/chat/completions", (model, text) => ({
    model,
    messages: messages(text),
    stream,
  })),
  generating(`responses${stream ? " streamed" : ""}`, () => "/v1/responses", (model, text) => ({
    model,
    input: text,
    stream,
  })),
  generating(`messages${stream ? " streamed" : ""}`, () => "/v1/messages", (model, text) => ({
    model,
    max_tokens: 64,
    messages: messages(text),
    stream,
  })),
  generating(
    `native${stream ? " streamed" : ""}`,
    (model) => `/v1beta/models/${model}:${stream ? "streamGenerateContent?alt=sse" : "generateContent"}`,
    (_model, text) => ({ contents: contents(text) }),
    true,
  ),
]);

export const LANES: readonly Lane[] = [
  ...turns,
  {
    name: "messages count",
    operation: "count",
    model: CHAT_MODEL,
    path: () => "/v1/messages/count_tokens",
    body: (model, text) => ({ model, messages: messages(text) }),
    answered: (text) => text.includes('"input_tokens":'),
    native: false,
  },
  {
    name: "native count",
    operation: "count",
    model: CHAT_MODEL,
    path: (model) => `/v1beta/models/${model}:countTokens`,
    body: (_model, text) => ({ contents: contents(text) }),
    answered: (text) => /"totalTokens":\s*\d/.test(text),
    native: true,
  },
  {
    name: "embeddings",
    operation: "embed",
    model: EMBED_MODEL,
    path: () => "/v1/embeddings",
    body: (model, text) => ({ model, input: text }),
    answered: (text) => text.includes("0.6"),
    native: false,
  },
  {
    name: "native embed",
    operation: "embed",
    model: EMBED_MODEL,
    path: (model) => `/v1beta/models/${model}:embedContent`,
    body: (_model, text) => ({ content: { parts: [{ text }] } }),
    answered: (text) => text.includes("0.6"),
    native: true,
  },
  {
    name: "predict",
    operation: "predict",
    model: IMAGE_MODEL,
    path: (model) => `/v1beta/models/${model}:predict`,
    body: (_model, text) => ({ instances: [{ prompt: text }] }),
    answered: (text) => text.includes("aGk="),
    native: true,
  },
  {
    name: "caches",
    operation: "resource",
    model: CHAT_MODEL,
    path: () => "/v1beta/cachedContents",
    body: (model, text) => ({ model: `models/${model}`, contents: contents(text) }),
    answered: (text) => text.includes("cachedContents/"),
    native: true,
  },
];

export const CHAT = LANES[0]!;

/** A call that a failure of this lane does not concern: another operation where there is one on the same model, else plain chat. */
export function bystanders(lane: Lane): readonly { readonly lane: Lane; readonly model: string }[] {
  if (lane.operation !== "generate") return [{ lane: CHAT, model: CHAT_MODEL }];
  const embedding = LANES.find(({ name }) => name === "embeddings")!;
  return [{ lane: CHAT, model: OTHER_MODEL }, { lane: embedding, model: EMBED_MODEL }];
}
