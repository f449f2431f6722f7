/**
 * OpenAI's old completions, which editors still use for autocompletion: a prompt and, to fill in the middle,
 * what follows the cursor. Pure. A chat model is instructed to continue the text and write nothing else.
 *
 * @module
 */
import { err, type Failure, type JsonObject, ok, type Result } from "../../core/mod.ts";
import {
  disabledThinking,
  effortToThinking,
  finishKind,
  type GeminiRequest,
  type ModelCapabilities,
  type TurnEvent,
} from "../../gemini/mod.ts";
import type { ClientCall, DecodeInput, Dialect, EncodeInput, StreamEncoder } from "../contract.ts";
import { FieldReader } from "../field_reader.ts";
import { jsonText } from "../shared_fields.ts";
import { encodeOpenaiFailure } from "../openai_failure.ts";

/** Facts about the request that the encoders need. */
interface CompletionsContext {
  readonly model: string;
  /** The prompt, where the client wants it back before the completion. */
  readonly echo: string;
  readonly includeUsage: boolean;
}

const CONTINUE =
  "Continue the text exactly where it ends. Answer with the continuation alone: no repetition of the text, no remarks, no Markdown fences around code.";
const FILL =
  "Write what belongs at the cursor, between what stands before it and what stands after it. Answer with that text alone: repeat neither side, make no remarks, put no Markdown fences around code.";

/** Marks with which editors put both sides of the cursor into one prompt. */
const MARKS: readonly (readonly [string, string, string])[] = [
  ["<|fim_prefix|>", "<|fim_suffix|>", "<|fim_middle|>"],
  ["<fim_prefix>", "<fim_suffix>", "<fim_middle>"],
  ["<PRE>", "<SUF>", "<MID>"],
  ["[PREFIX]", "[SUFFIX]", "[MIDDLE]"],
];
/** Stop strings that Gemini takes; the rest is enforced on the text. */
const MOST_STOPS = 5;
const MOST_CHOICES = 8;

function decode(body: unknown, input: DecodeInput): Result<ClientCall<CompletionsContext>, Failure> {
  const fields = new FieldReader();
  const root = fields.object(body, "body");
  const model = fields.string(root["model"], "model");
  const prompt = promptOf(root["prompt"], fields);
  const suffix = fields.optionalString(root["suffix"], "suffix") ?? "";
  const stops = stopsOf(root["stop"], fields);
  const count = fields.optionalNumber(root["n"], "n", { min: 1, max: MOST_CHOICES }) ?? 1;
  const stream = fields.optionalBoolean(root["stream"], "stream") ?? false;
  const echo = fields.optionalBoolean(root["echo"], "echo") ?? false;
  const { capabilities } = input.target;
  const config = configOf(root, fields, capabilities);
  const options = root["stream_options"] === undefined || root["stream_options"] === null
    ? {}
    : fields.object(root["stream_options"], "stream_options");
  if (fields.failure !== undefined) return err(fields.failure);
  const many = count > 1 && count <= capabilities.maxCandidates;
  return ok({
    operation: "generate",
    request: {
      ...requestOf(prompt, suffix, capabilities),
      generationConfig: {
        ...config,
        ...(stops.length === 0 ? {} : { stopSequences: stops.slice(0, MOST_STOPS) }),
        ...(many ? { candidateCount: count } : {}),
      },
    },
    stream,
    context: { model, echo: echo ? prompt : "", includeUsage: options["include_usage"] === true },
    warnings: warningsOf(root),
    remoteMedia: [],
    missingSignatures: [],
    fanOut: many ? 1 : count,
    extraStops: stops.length > MOST_STOPS ? stops : [],
    oneToolCall: false,
    session: (input.headers.get("x-session-id") ?? "").slice(0, 128),
  });
}

function promptOf(value: unknown, fields: FieldReader): string {
  if (typeof value === "string") return value;
  const list = fields.list(value ?? "", "prompt");
  if (list.some((item) => typeof item === "number" || Array.isArray(item))) {
    fields.refuse(
      "prompt",
      "prompt holds token ids, which only their own tokenizer can read. Send text instead.",
    );
    return "";
  }
  if (list.length > 1) {
    fields.refuse("prompt", "prompt holds several texts. Send one prompt a request, and n for more choices.");
    return "";
  }
  return fields.string(list[0] ?? "", "prompt[0]");
}

function stopsOf(value: unknown, fields: FieldReader): readonly string[] {
  if (value === undefined || value === null) return [];
  const list = typeof value === "string" ? [value] : fields.list(value, "stop");
  return list.map((item, index) => fields.string(item, `stop[${index}]`)).filter((stop) => stop !== "");
}

function configOf(
  root: Record<string, unknown>,
  fields: FieldReader,
  capabilities: ModelCapabilities,
): NonNullable<GeminiRequest["generationConfig"]> {
  const number = (name: string, bounds?: { readonly min?: number; readonly max?: number }) =>
    fields.optionalNumber(root[name], name, bounds);
  const maxOutputTokens = number("max_tokens", { min: 1 });
  const temperature = number("temperature", { min: 0, max: 2 });
  const topP = number("top_p", { min: 0, max: 1 });
  const seed = number("seed");
  const presencePenalty = capabilities.penalties
    ? number("presence_penalty", { min: -2, max: 2 })
    : undefined;
  const frequencyPenalty = capabilities.penalties
    ? number("frequency_penalty", { min: -2, max: 2 })
    : undefined;
  // An editor waits at each key stroke, so the model thinks as little as it can.
  const thinkingConfig = disabledThinking(capabilities) ?? effortToThinking("minimal", capabilities);
  return {
    ...(maxOutputTokens === undefined ? {} : { maxOutputTokens }),
    ...(temperature === undefined ? {} : { temperature }),
    ...(topP === undefined ? {} : { topP }),
    ...(seed === undefined ? {} : { seed }),
    ...(presencePenalty === undefined ? {} : { presencePenalty }),
    ...(frequencyPenalty === undefined ? {} : { frequencyPenalty }),
    ...(thinkingConfig === undefined ? {} : { thinkingConfig }),
  };
}

function requestOf(prompt: string, suffix: string, capabilities: ModelCapabilities): GeminiRequest {
  const sides = suffix === "" ? sidesOf(prompt) : { before: prompt, after: suffix };
  const rule = sides === undefined ? CONTINUE : FILL;
  const text = sides === undefined
    ? prompt
    : `<before>\n${sides.before}</before>\n<after>\n${sides.after}</after>`;
  return capabilities.systemInstruction
    ? {
      systemInstruction: { parts: [{ text: rule }] },
      contents: [{ role: "user", parts: [{ text: text || " " }] }],
    }
    : { contents: [{ role: "user", parts: [{ text: `${rule}\n\n${text}` }] }] };
}

function sidesOf(prompt: string): { readonly before: string; readonly after: string } | undefined {
  for (const [first, second, third] of MARKS) {
    const a = prompt.indexOf(first);
    const b = a < 0 ? -1 : prompt.indexOf(second, a + first.length);
    const c = b < 0 ? -1 : prompt.indexOf(third, b + second.length);
    if (c >= 0) {
      return { before: prompt.slice(a + first.length, b), after: prompt.slice(b + second.length, c) };
    }
  }
  return undefined;
}

function warningsOf(root: Record<string, unknown>): readonly string[] {
  const said: Readonly<Record<string, string>> = {
    logprobs: "logprobs is not served: Gemini gives none in this form.",
    best_of: "best_of is not served: the choices come as they are made.",
    logit_bias: "logit_bias is not served: Gemini's tokens are others.",
  };
  return Object.entries(said).filter(([name]) =>
    root[name] !== undefined && root[name] !== null && root[name] !== 1
  )
    .map(([, sentence]) => sentence);
}

/** The choices of a turn in progress. */
class Choices {
  readonly texts = new Map<number, string>();
  usage: JsonObject | undefined;
  finishes: ReadonlyMap<number, string> = new Map();

  /** The new part of the text of a choice. */
  take(event: TurnEvent, echo: string): { readonly index: number; readonly text: string } | undefined {
    if (event.type === "usage") this.usage = usageOf(event.usage);
    if (event.type === "turn-end") {
      this.finishes = event.block !== undefined
        ? new Map([[0, "content_filter"]])
        : new Map(event.finishes.map(({ candidate, reason }) => [candidate, finishOf(reason)]));
    }
    if (event.type !== "text-delta") return undefined;
    const known = this.texts.get(event.candidate);
    const text = known === undefined ? echo + event.text : event.text;
    this.texts.set(event.candidate, (known ?? "") + text);
    return { index: event.candidate, text };
  }
}

function finishOf(reason: string): string {
  const kind = finishKind(reason, false);
  return kind === "length" ? "length" : kind === "filter" ? "content_filter" : "stop";
}

function usageOf(usage: Extract<TurnEvent, { type: "usage" }>["usage"]): JsonObject {
  const prompt = usage.promptTokens + usage.toolUseTokens;
  const completion = usage.candidatesTokens + usage.thoughtsTokens;
  return { prompt_tokens: prompt, completion_tokens: completion, total_tokens: prompt + completion };
}

function head({ context, requestId, created }: EncodeInput<CompletionsContext>): JsonObject {
  return { id: `cmpl-${requestId}`, object: "text_completion", created, model: context.model };
}

function encodeReply(events: readonly TurnEvent[], input: EncodeInput<CompletionsContext>): JsonObject {
  const choices = new Choices();
  for (const event of events) choices.take(event, input.context.echo);
  const indexes = new Set([...choices.texts.keys(), ...choices.finishes.keys()]);
  if (indexes.size === 0) indexes.add(0);
  return {
    ...head(input),
    choices: [...indexes].sort((a, b) => a - b).map((index) => ({
      text: choices.texts.get(index) ?? input.context.echo,
      index,
      logprobs: null,
      finish_reason: choices.finishes.get(index) ?? "stop",
    })),
    ...(choices.usage === undefined ? {} : { usage: choices.usage }),
  };
}

function encodeStream(input: EncodeInput<CompletionsContext>): StreamEncoder {
  const choices = new Choices();
  const frame = (more: JsonObject) => `data: ${jsonText({ ...head(input), ...more })}\n\n`;
  const chunk = (index: number, text: string, finish: string | null) =>
    frame({ choices: [{ text, index, logprobs: null, finish_reason: finish }] });
  return {
    push(event) {
      const fresh = choices.take(event, input.context.echo);
      if (fresh !== undefined) return chunk(fresh.index, fresh.text, null);
      if (event.type !== "turn-end") return "";
      const ends = choices.finishes.size === 0 ? new Map([[0, "stop"]]) : choices.finishes;
      const last = [...ends].map(([index, finish]) =>
        chunk(index, choices.texts.has(index) ? "" : input.context.echo, finish)
      );
      const usage = input.context.includeUsage ? [frame({ choices: [], usage: choices.usage ?? null })] : [];
      return [...last, ...usage, "data: [DONE]\n\n"].join("");
    },
    fail: (failure) => `data: ${jsonText(encodeOpenaiFailure(failure).body)}\n\n`,
    heartbeat: () => ": ping\n\n",
  };
}

/** POST /v1/completions. */
export const openaiCompletions: Dialect<CompletionsContext> = {
  name: "openai_completions",
  modelOf(body) {
    const fields = new FieldReader();
    const model = fields.string(fields.object(body, "body")["model"], "model");
    if (model === "") fields.refuse("model", "model must not be empty. Name a model.");
    return fields.failure === undefined ? ok(model) : err(fields.failure);
  },
  decodeRequest: decode,
  encodeReply,
  encodeStream,
  encodeFailure: encodeOpenaiFailure,
};
