import { isObject } from "../../core/mod.ts";
import {
  type GenerationConfig,
  imageConfigOf,
  isSpeechModel,
  type JsonOutput,
  jsonOutput,
  type Tool,
} from "../../gemini/mod.ts";
import type { ChatDraft } from "./chat_draft.ts";

type Body = Record<string, unknown>;

/** What `response_format` asks for; undefined for plain text. */
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

/** `pcm16` or `wav`. */
export function audioFormatOf(body: Body): string {
  return isObject(body["audio"]) && body["audio"]["format"] === "pcm16" ? "pcm16" : "wav";
}
