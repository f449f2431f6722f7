import {
  effortOf,
  effortToThinking,
  type GenerationConfig,
  jsonOutput,
  type JsonOutputOptions,
  leaveRoom,
  type ModelCapabilities,
  type ThinkingConfig,
} from "../../gemini/mod.ts";
import type { FieldReader } from "../field_reader.ts";

type Body = Record<string, unknown>;

export interface Settings {
  readonly config: GenerationConfig;
  readonly warnings: readonly string[];
}

/** Sampling, length and logprobs. */
export function decodeSettings(body: Body, capabilities: ModelCapabilities, fields: FieldReader): Settings {
  const maxTokens = fields.optionalNumber(body.max_output_tokens, "max_output_tokens", { min: 1 });
  const temperature = fields.optionalNumber(body.temperature, "temperature", { min: 0, max: 2 });
  const topP = fields.optionalNumber(body.top_p, "top_p", { min: 0, max: 1 });
  const top = fields.optionalNumber(body.top_logprobs, "top_logprobs", { min: 0, max: 20 });
  const asked = includes(body, "message.output_text.logprobs") || (top ?? 0) > 0;
  const logprobs = asked && capabilities.logprobs;
  const warnings = asked && !logprobs ? ["This model gives no logprobs; they were left out."] : [];
  const limit = maxTokens === undefined
    ? undefined
    : Math.min(Math.trunc(maxTokens), capabilities.outputTokenLimit);
  const thinking = leaveRoom(decodeReasoning(body, capabilities, fields, warnings), limit, capabilities);
  return {
    config: {
      ...(limit === undefined ? {} : { maxOutputTokens: limit }),
      ...(temperature === undefined ? {} : { temperature }),
      ...(topP === undefined ? {} : { topP }),
      ...(logprobs ? { responseLogprobs: true, ...(top ? { logprobs: top } : {}) } : {}),
      ...(thinking === undefined ? {} : { thinkingConfig: thinking }),
    },
    warnings,
  };
}

/** True when the `include` list names it. */
export function includes(body: Body, name: string): boolean {
  return Array.isArray(body.include) && body.include.includes(name);
}

/** Effort sets how much is thought; a wish for a summary shows the thoughts. */
function decodeReasoning(
  body: Body,
  capabilities: ModelCapabilities,
  fields: FieldReader,
  warnings: string[],
): ThinkingConfig | undefined {
  const given = body.reasoning;
  const off = body.enable_thinking === false;
  if ((given === undefined || given === null) && !off && body.reasoning_effort === undefined) {
    return undefined;
  }
  const reasoning = given === undefined || given === null ? {} : fields.object(given, "reasoning");
  const word = off || reasoning.enabled === false ? "none" : reasoning.effort ?? body.reasoning_effort;
  const { effort, warning } = effortOf(word, "reasoning.effort");
  if (warning !== undefined) warnings.push(warning);
  const summary = reasoning.summary ?? reasoning.generate_summary;
  const shown = typeof summary === "string" && summary !== "none" && effort !== "none";
  if (capabilities.thinking.kind === "none") return undefined;
  const config = effort === undefined ? {} : effortToThinking(effort, capabilities);
  if (effort === undefined && !shown) return undefined;
  return { ...config, includeThoughts: shown };
}

/** text.format; undefined for plain text. */
export function decodeFormat(
  body: Body,
  options: JsonOutputOptions,
  fields: FieldReader,
): ReturnType<typeof jsonOutput> | undefined {
  if (body.text === undefined || body.text === null) return undefined;
  const value = fields.object(body.text, "text").format;
  if (value === undefined || value === null) return undefined;
  const format = fields.object(value, "text.format");
  switch (format.type) {
    case "text":
      return undefined;
    case "json_object":
      return jsonOutput(undefined, options);
    case "json_schema":
      return jsonOutput(fields.object(format.schema, "text.format.schema"), options);
    default:
      fields.refuse("text.format.type", "Invalid text.format.type. Use text, json_object or json_schema.");
      return undefined;
  }
}
