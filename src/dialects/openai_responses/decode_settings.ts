import {
  type Effort,
  EFFORTS,
  effortToThinking,
  type GenerationConfig,
  jsonOutput,
  type JsonOutputOptions,
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
  const thinking = decodeReasoning(body.reasoning, capabilities, fields);
  return {
    config: {
      ...(maxTokens === undefined
        ? {}
        : { maxOutputTokens: Math.min(Math.trunc(maxTokens), capabilities.outputTokenLimit) }),
      ...(temperature === undefined ? {} : { temperature }),
      ...(topP === undefined ? {} : { topP }),
      ...(logprobs ? { responseLogprobs: true, ...(top ? { logprobs: top } : {}) } : {}),
      ...(thinking === undefined ? {} : { thinkingConfig: thinking }),
    },
    warnings: asked && !logprobs ? ["This model gives no logprobs; they were left out."] : [],
  };
}

/** True when the `include` list names it. */
export function includes(body: Body, name: string): boolean {
  return Array.isArray(body.include) && body.include.includes(name);
}

/** Effort sets how much is thought; a wish for a summary shows the thoughts. */
function decodeReasoning(
  value: unknown,
  capabilities: ModelCapabilities,
  fields: FieldReader,
): ThinkingConfig | undefined {
  if (value === undefined || value === null) return undefined;
  const reasoning = fields.object(value, "reasoning");
  const effort = decodeEffort(reasoning.effort, fields);
  const summary = reasoning.summary ?? reasoning.generate_summary;
  const shown = typeof summary === "string" && summary !== "none" && effort !== "none";
  if (capabilities.thinking.kind === "none") return undefined;
  const config = effort === undefined ? {} : effortToThinking(effort, capabilities);
  if (effort === undefined && !shown) return undefined;
  return { ...config, includeThoughts: shown };
}

function decodeEffort(value: unknown, fields: FieldReader): Effort | undefined {
  const word = fields.optionalString(value, "reasoning.effort");
  if (word === undefined) return undefined;
  const effort = EFFORTS.find((known) => known === word);
  if (effort === undefined) {
    fields.refuse(
      "reasoning.effort",
      `Invalid reasoning.effort: ${word}. Valid values are ${EFFORTS.join(", ")}.`,
    );
  }
  return effort;
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
