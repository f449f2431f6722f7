import { isObject } from "../../core/mod.ts";
import {
  budgetToThinking,
  effortOf,
  effortToThinking,
  type EffortWord,
  type GenerationConfig,
  imageConfigOf,
  isSpeechModel,
  type JsonOutput,
  jsonOutput,
  leaveRoom,
  type ThinkingConfig,
  type Tool,
} from "../../gemini/mod.ts";
import type { ChatDraft } from "./chat_context.ts";
import type { GoogleExtras } from "./google_extras.ts";

type Body = Record<string, unknown>;
type Config = { -readonly [Field in keyof GenerationConfig]: GenerationConfig[Field] };

/** The parameters that steer generation, and what of them this proxy must do itself. */
export interface DecodedGeneration {
  readonly config: GenerationConfig;
  readonly fanOut: number;
  readonly extraStops: readonly string[];
}

/** Gemini takes five; the rest are enforced on the output. */
const MAX_STOPS = 5;
/** Choices that one request may ask for. */
const MAX_CHOICES = 8;

export function decodeGeneration(body: Body, extras: GoogleExtras, draft: ChatDraft): DecodedGeneration {
  const config: Config = {};
  decodeSampling(body, config, draft);
  decodeLength(body, config, draft);
  decodePenalties(body, config, draft);
  decodeLogprobs(body, config, draft);
  const fanOut = decodeChoices(body, config, draft);
  const stops = decodeStops(body["stop"], draft);
  if (stops.length > 0) config.stopSequences = stops.slice(0, MAX_STOPS);
  const asked = extras.thinking ?? decodeThinking(body, draft);
  const thinking = leaveRoom(asked, config.maxOutputTokens, draft.capabilities);
  if (thinking !== undefined && Object.keys(thinking).length > 0) config.thinkingConfig = thinking;
  return { config, fanOut, extraStops: stops.slice(MAX_STOPS) };
}

function decodeSampling(body: Body, config: Config, draft: ChatDraft): void {
  const { fields } = draft;
  set(config, "temperature", fields.optionalNumber(body["temperature"], "temperature", { min: 0, max: 2 }));
  set(config, "topP", fields.optionalNumber(body["top_p"], "top_p", { min: 0, max: 1 }));
  const extra = isObject(body["extra_body"]) ? body["extra_body"] : {};
  const topK = fields.optionalNumber(body["top_k"] ?? extra["top_k"], "top_k");
  if (topK !== undefined && topK > 0) config.topK = topK;
  const seed = fields.optionalNumber(body["seed"], "seed");
  // Gemini's seed is an int32; a larger one is truncated, always in the same way.
  if (seed !== undefined) config.seed = Math.trunc(seed) | 0;
}

function decodeLength(body: Body, config: Config, draft: ChatDraft): void {
  const field = body["max_completion_tokens"] === undefined || body["max_completion_tokens"] === null
    ? "max_tokens"
    : "max_completion_tokens";
  const wanted = draft.fields.optionalNumber(body[field], field, { min: 1 });
  if (wanted === undefined) return;
  config.maxOutputTokens = Math.min(Math.trunc(wanted), draft.capabilities.outputTokenLimit);
  if (wanted > draft.capabilities.outputTokenLimit) {
    draft.warnings.add(
      `${field} was lowered to the model's limit of ${draft.capabilities.outputTokenLimit}.`,
    );
  }
}

function decodePenalties(body: Body, config: Config, draft: ChatDraft): void {
  const pairs = [["presence_penalty", "presencePenalty"], ["frequency_penalty", "frequencyPenalty"]] as const;
  for (const [field, name] of pairs) {
    const penalty = draft.fields.optionalNumber(body[field], field, { min: -2, max: 2 });
    if (penalty === undefined || penalty === 0) continue;
    if (draft.capabilities.penalties) config[name] = penalty;
    else draft.warnings.add(`This model takes no penalties; ${field} was left out.`);
  }
}

function decodeLogprobs(body: Body, config: Config, draft: ChatDraft): void {
  const wanted = draft.fields.optionalBoolean(body["logprobs"], "logprobs");
  const top = draft.fields.optionalNumber(body["top_logprobs"], "top_logprobs", { min: 0, max: 20 });
  if (wanted !== true) return;
  if (!draft.capabilities.logprobs) {
    draft.warnings.add("This model gives no log probabilities; logprobs was left out.");
    return;
  }
  config.responseLogprobs = true;
  if (top !== undefined && top > 0) config.logprobs = Math.trunc(top);
}

/** Sets candidateCount where the model takes it; else says how many calls make the choices. */
function decodeChoices(body: Body, config: Config, draft: ChatDraft): number {
  const wanted = draft.fields.optionalNumber(body["n"], "n", { min: 1, max: MAX_CHOICES }) ?? 1;
  const count = Math.trunc(wanted);
  if (count === 1) return 1;
  if (count > draft.capabilities.maxCandidates) return count;
  config.candidateCount = count;
  return 1;
}

function decodeStops(value: unknown, draft: ChatDraft): string[] {
  if (value === undefined || value === null) return [];
  const list = typeof value === "string" ? [value] : draft.fields.list(value, "stop");
  const stops = list.map((stop, index) => draft.fields.string(stop, `stop[${index}]`));
  return [...new Set(stops.filter((stop) => stop !== ""))];
}

function decodeThinking(body: Body, draft: ChatDraft): ThinkingConfig | undefined {
  const reasoning = isObject(body["reasoning"]) ? body["reasoning"] : {};
  const budget = switchedOff(body, reasoning) ? undefined : thinkingBudget(body, reasoning, draft);
  if (budget !== undefined) return hide(budgetToThinking(budget, draft.capabilities), body, reasoning);
  const { effort, warning } = switchedOff(body, reasoning)
    ? { effort: "none" as const }
    : wordOf(body, reasoning);
  if (warning !== undefined) draft.warnings.add(warning);
  if (effort === undefined) return undefined;
  const setting = effortToThinking(effort, draft.capabilities);
  if (setting === undefined || effort === "none") return setting;
  return hide({ ...setting, includeThoughts: true }, body, reasoning);
}

function wordOf(body: Body, reasoning: Body): EffortWord {
  const direct = body["reasoning_effort"] !== undefined && body["reasoning_effort"] !== null;
  return direct
    ? effortOf(body["reasoning_effort"], "reasoning_effort")
    : effortOf(reasoning["effort"] ?? body["effort"], "reasoning.effort");
}

/** Ways in which other services and their clients switch thinking off. */
function switchedOff(body: Body, reasoning: Body): boolean {
  const template = isObject(body["chat_template_kwargs"]) ? body["chat_template_kwargs"] : {};
  return reasoning["enabled"] === false || body["enable_thinking"] === false ||
    template["enable_thinking"] === false || template["thinking"] === false;
}

/** Budgets as other gateways take them: `reasoning.max_tokens`, `thinking.budget_tokens`. */
function thinkingBudget(body: Body, reasoning: Body, draft: ChatDraft): number | undefined {
  const { thinking } = body;
  if (isObject(thinking)) {
    if (thinking["type"] === "disabled") return 0;
    return draft.fields.optionalNumber(thinking["budget_tokens"], "thinking.budget_tokens", { min: 0 });
  }
  return draft.fields.optionalNumber(reasoning["max_tokens"], "reasoning.max_tokens", { min: 0 });
}

function hide(setting: ThinkingConfig | undefined, body: Body, reasoning: Body): ThinkingConfig | undefined {
  const hidden = reasoning["exclude"] === true || body["include_reasoning"] === false;
  return setting !== undefined && hidden ? { ...setting, includeThoughts: false } : setting;
}

function set<Field extends keyof Config>(
  config: Config,
  field: Field,
  value: Config[Field] | undefined,
): void {
  if (value !== undefined) config[field] = value;
}

/** The format that `response_format` asks for; undefined for plain text. */
export function decodeResponseFormat(
  body: Body,
  tools: readonly Tool[],
  draft: ChatDraft,
): JsonOutput | undefined {
  const value = body["response_format"];
  if (value === undefined || value === null) return undefined;
  const format = draft.fields.object(value, "response_format");
  const options = { capabilities: draft.capabilities, tools };
  switch (draft.fields.string(format["type"], "response_format.type")) {
    case "text":
      return undefined;
    case "json_object":
      return jsonOutput(format["schema"], options);
    case "json_schema": {
      const inner = draft.fields.object(format["json_schema"], "response_format.json_schema");
      const schema = inner["schema"];
      if (schema === undefined || schema === null) return jsonOutput(undefined, options);
      return jsonOutput(draft.fields.object(schema, "response_format.json_schema.schema"), options);
    }
    default:
      draft.fields.refuse(
        "response_format.type",
        "Invalid response_format.type. Use text, json_object or json_schema.",
      );
      return undefined;
  }
}

/** OpenAI's voices by the Gemini voice that comes closest; Gemini's own names are taken as they are. */
const VOICES: ReadonlyMap<string, string> = new Map([
  ["alloy", "Kore"],
  ["ash", "Charon"],
  ["ballad", "Puck"],
  ["coral", "Aoede"],
  ["echo", "Orus"],
  ["fable", "Fenrir"],
  ["nova", "Leda"],
  ["onyx", "Algenib"],
  ["sage", "Sulafat"],
  ["shimmer", "Zephyr"],
  ["verse", "Puck"],
]);

/** Output other than text: `modalities` and `audio`. Only speech models speak. */
export function decodeModalities(body: Body, modelId: string, draft: ChatDraft): Partial<GenerationConfig> {
  const wanted = draft.fields.optionalList(body["modalities"], "modalities")
    .map((word, index) => draft.fields.string(word, `modalities[${index}]`).toUpperCase());
  if (wanted.includes("AUDIO") || (wanted.length === 0 && isSpeechModel(modelId))) {
    return audioConfig(body, modelId, draft);
  }
  const imageConfig = imageOptions(body, draft);
  const picture = imageConfig === undefined ? {} : { imageConfig };
  if (!wanted.includes("IMAGE")) return picture;
  return {
    responseModalities: wanted.includes("TEXT") || wanted.length > 1 ? ["TEXT", "IMAGE"] : ["IMAGE"],
    ...picture,
  };
}

/** `image_config`, `size` and `aspect_ratio` of the body: what pictures are to look like. */
function imageOptions(body: Body, draft: ChatDraft): GenerationConfig["imageConfig"] | undefined {
  const given = isObject(body["image_config"]) ? body["image_config"] : {};
  const size = body["size"] ?? given["size"];
  const ratio = body["aspect_ratio"] ?? given["aspect_ratio"] ?? given["aspectRatio"];
  const imageSize = given["image_size"] ?? given["imageSize"];
  const bySize = typeof size === "string" ? imageConfigOf(size) : undefined;
  if (size !== undefined && size !== null && size !== "auto" && bySize === undefined) {
    draft.warnings.add(`size "${String(size).slice(0, 40)}" is no size of a picture and was left out.`);
  }
  if (body["quality"] !== undefined && body["quality"] !== null) {
    draft.warnings.add("quality was left out: Gemini has no counterpart.");
  }
  const made = {
    ...bySize,
    ...(typeof ratio === "string" ? { aspectRatio: ratio } : {}),
    ...(typeof imageSize === "string" ? { imageSize } : {}),
  };
  return Object.keys(made).length === 0 ? undefined : made;
}

function audioConfig(body: Body, modelId: string, draft: ChatDraft): Partial<GenerationConfig> {
  if (!isSpeechModel(modelId)) {
    draft.fields.refuse("modalities", `The model ${modelId} does not produce audio. Use a speech model.`);
    return {};
  }
  const audio = isObject(body["audio"]) ? body["audio"] : {};
  const voice = isObject(audio["voice"]) ? audio["voice"]["id"] : audio["voice"];
  const format = audio["format"];
  if (typeof format === "string" && format !== "wav" && format !== "pcm16") {
    draft.warnings.add(`Audio of format ${format} cannot be produced; WAV is sent.`);
  }
  if (typeof voice !== "string") return { responseModalities: ["AUDIO"] };
  const voiceName = VOICES.get(voice) ?? voice;
  return {
    responseModalities: ["AUDIO"],
    speechConfig: { voiceConfig: { prebuiltVoiceConfig: { voiceName } } },
  };
}

/** The audio format of a body: `pcm16` or `wav`. */
export function audioFormatOf(body: Body): string {
  return isObject(body["audio"]) && body["audio"]["format"] === "pcm16" ? "pcm16" : "wav";
}
