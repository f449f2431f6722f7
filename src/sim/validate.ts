import { type JsonObject } from "../core/mod.ts";
import { invalid, type Rejection } from "./errors.ts";
import { asList, asNumber, asObject, asObjects, asText } from "./json_read.ts";
import type { SimModel } from "./models.ts";
import type { SignatureBook } from "./signatures.ts";
import { checkContents, checkSignatures } from "./validate_contents.ts";
import { checkJsonSchema, checkSchema } from "./validate_schema.ts";
import { checkTools, declarationsOf } from "./validate_tools.ts";

/** The context for validating a decoded generate request. */
export interface ValidationContext {
  readonly model: SimModel;
  readonly signatures: SignatureBook;
  /** The required owner of signatures, beside the service. */
  readonly owner: string;
  readonly inputTokens: number;
}

/** The refusal that Google would give to a decoded GenerateContentRequest, or undefined when it would serve it. */
export function validateGenerate(request: JsonObject, context: ValidationContext): Rejection | undefined {
  const { model } = context;
  return checkContents(request) ??
    checkSystem(request, model) ??
    checkTools(request, model) ??
    checkConfig(request, model) ??
    checkSignatures(request, model, context.signatures, context.owner) ??
    checkSize(context.inputTokens, model);
}

function checkSystem(request: JsonObject, model: SimModel): Rejection | undefined {
  if (!asObject(request["systemInstruction"]) || model.systemInstruction) return undefined;
  return invalid(`Developer instruction is not enabled for models/${model.name}`);
}

function checkSize(tokens: number, model: SimModel): Rejection | undefined {
  if (tokens <= model.inputTokenLimit) return undefined;
  return invalid(
    `The input token count (${tokens}) exceeds the maximum number of tokens allowed (${model.inputTokenLimit}).`,
  );
}

/** The number of candidates asked for; 1 when nothing is said. */
export function candidateCount(request: JsonObject): number {
  return asNumber(asObject(request["generationConfig"])?.["candidateCount"]) ?? 1;
}

const MIME_TYPES = ["text/plain", "application/json", "text/x.enum", "application/xml", "application/yaml"];

/** generationConfig: ranges, and what the model's family does not take. */
function checkConfig(request: JsonObject, model: SimModel): Rejection | undefined {
  const config = asObject(request["generationConfig"]) ?? {};
  return checkRanges(config, model) ??
    checkEnabled(config, model) ??
    checkThinking(config, model) ??
    checkSpeech(config, model) ??
    checkOutput(request, config, model);
}

/** Speech models only produce speech, and others produce none. */
function checkSpeech(config: JsonObject, model: SimModel): Rejection | undefined {
  const speaks = asList(config["responseModalities"]).includes("AUDIO");
  if (speaks === model.name.includes("-tts")) return undefined;
  return invalid(
    speaks
      ? `Model ${model.name} does not support the requested response modalities: audio`
      : "The requested combination of response modalities (TEXT) is not supported by the model.",
  );
}

function checkRanges(config: JsonObject, model: SimModel): Rejection | undefined {
  const max = asNumber(config["maxOutputTokens"]);
  if (max !== undefined && (max < 1 || max > model.outputTokenLimit)) {
    return invalid(
      `Unable to submit request because it has a maxOutputTokens value of ${max} but the supported range is from 1 ` +
        `(inclusive) to ${model.outputTokenLimit + 1} (exclusive). Update the value and try again.`,
    );
  }
  const temperature = asNumber(config["temperature"]);
  if (temperature !== undefined && (temperature < 0 || temperature > 2)) {
    return invalid(
      "* GenerateContentRequest.generation_config.temperature: temperature must be in the range [0.0, 2.0].\n",
    );
  }
  const topP = asNumber(config["topP"]);
  if (topP !== undefined && (topP < 0 || topP > 1)) {
    return invalid(
      "* GenerateContentRequest.generation_config.top_p: top_p must be in the range [0.0, 1.0].\n",
    );
  }
  const stops = asList(config["stopSequences"]);
  if (stops.length > 5) {
    return invalid(
      "* GenerateContentRequest.generation_config.stop_sequences: number of stop_sequences must not exceed 5.\n",
    );
  }
  if (stops.includes("")) {
    return invalid(
      "* GenerateContentRequest.generation_config.stop_sequences: stop_sequences must not be empty.\n",
    );
  }
  return undefined;
}

function checkEnabled(config: JsonObject, model: SimModel): Rejection | undefined {
  const candidates = asNumber(config["candidateCount"]) ?? 1;
  if (candidates > 1 && model.candidates === 1) {
    return invalid("Multiple candidates is not enabled for this model");
  }
  if (candidates < 1 || candidates > model.candidates) {
    return invalid(
      `* GenerateContentRequest.generation_config.candidate_count: candidate_count must be in the range [1, ${model.candidates}].\n`,
    );
  }
  const penalty = (asNumber(config["presencePenalty"]) ?? 0) !== 0 ||
    (asNumber(config["frequencyPenalty"]) ?? 0) !== 0;
  if (penalty && !model.penalties) return invalid(`Penalty is not enabled for models/${model.name}`);
  if (config["responseLogprobs"] === true || config["logprobs"] !== undefined) {
    return invalid(`Logprobs is not enabled for models/${model.name}`);
  }
  return undefined;
}

function checkThinking(config: JsonObject, model: SimModel): Rejection | undefined {
  const thinking = asObject(config["thinkingConfig"]);
  if (!thinking) return undefined;
  const budget = asNumber(thinking["thinkingBudget"]);
  const level = asText(thinking["thinkingLevel"]);
  if (model.thinking.kind === "none") {
    const empty = (budget === undefined || budget === 0) && level === undefined &&
      thinking["includeThoughts"] !== true;
    return empty && model.image ? undefined : invalid("Thinking is not supported for this model.");
  }
  if (budget !== undefined && level !== undefined) {
    return invalid("You can only set only one of thinking budget and thinking level.");
  }
  if (level !== undefined) return checkLevel(level, model);
  return budget === undefined ? undefined : checkBudget(budget, model);
}

function checkLevel(level: string, model: SimModel): Rejection | undefined {
  if (model.thinking.kind !== "level") return invalid("Thinking level is not supported for this model.");
  if (level === "THINKING_LEVEL_UNSPECIFIED" || model.thinking.levels.includes(level)) return undefined;
  return invalid(
    `Thinking level ${level} is not supported for this model. Please retry with other thinking level.`,
  );
}

function checkBudget(budget: number, model: SimModel): Rejection | undefined {
  if (budget === -1) return undefined;
  if (model.thinking.kind === "level") {
    if (budget === 0) return invalid("Budget 0 is invalid. This model only works in thinking mode.");
    return budget > 0 && budget <= 32_768 ? undefined : budgetInvalid(budget, 1, 32_768);
  }
  if (model.thinking.kind !== "budget") return undefined;
  const { min, max, zero } = model.thinking;
  if (budget === 0) {
    return zero ? undefined : invalid("Budget 0 is invalid. This model only works in thinking mode.");
  }
  return budget < min || budget > max ? budgetInvalid(budget, min, max) : undefined;
}

function budgetInvalid(budget: number, min: number, max: number): Rejection {
  return invalid(
    `The thinking budget (${budget}) is invalid. Please choose a value between ${min} and ${max}.`,
  );
}

function checkOutput(request: JsonObject, config: JsonObject, model: SimModel): Rejection | undefined {
  const mime = asText(config["responseMimeType"]) ?? "";
  const path = "* GenerateContentRequest.generation_config.response_";
  if (mime !== "" && !MIME_TYPES.includes(mime)) {
    return invalid(
      `${path}mime_type: allowed mimetypes are \`text/plain\`, \`application/json\`, \`application/xml\`, ` +
        "`application/yaml` and `text/x.enum`.\n",
    );
  }
  const schema = asObject(config["responseSchema"]);
  const jsonSchema = config["responseJsonSchema"] ?? config["_responseJsonSchema"];
  if (schema && jsonSchema !== undefined) {
    return invalid(
      `${path}json_schema: only one of 'response_schema' and 'response_json_schema' may be set.\n`,
    );
  }
  if ((schema || jsonSchema !== undefined) && mime !== "application/json" && mime !== "text/x.enum") {
    return invalid(
      `${path}schema: only allowed when response_mime_type is set to application/json or text/x.enum.\n`,
    );
  }
  const mode = asText(asObject(asObject(request["toolConfig"])?.["functionCallingConfig"])?.["mode"]);
  const functions = declarationsOf(request).length > 0;
  if (
    mime === "application/json" && asObjects(request["tools"]).length > 0 && !model.jsonWithTools &&
    mode !== "NONE"
  ) {
    const what = functions ? "Function calling" : "Tool use";
    return invalid(`${what} with a response mime type: 'application/json' is unsupported`);
  }
  if (mime === "application/json" && model.name.startsWith("gemma")) {
    return invalid(`JSON mode is not enabled for models/${model.name}`);
  }
  const field = "GenerateContentRequest.generation_config.response_";
  if (schema) return checkSchema(schema, `${field}schema`);
  return jsonSchema === undefined ? undefined : checkJsonSchema(jsonSchema, { path: `${field}json_schema` });
}
