import {
  adaptiveThinking,
  budgetToThinking,
  disabledThinking,
  type Effort,
  EFFORTS,
  effortToThinking,
  type ModelCapabilities,
  type ThinkingConfig,
} from "../../gemini/mod.ts";
import type { FieldReader } from "../field_reader.ts";
import type { MessagesContext } from "./messages_context.ts";

export interface DecodedThinking {
  readonly config?: ThinkingConfig;
  readonly shown: MessagesContext["thinking"];
}

/** Claude's thinking and effort in the model's own setting. Without a `thinking` field no thoughts are shown. */
export function decodeThinking(
  body: Record<string, unknown>,
  capabilities: ModelCapabilities,
  fields: FieldReader,
): DecodedThinking {
  const effort = decodeEffort(body.output_config, fields);
  if (body.thinking === undefined || body.thinking === null) {
    return withConfig(effort === undefined ? undefined : effortToThinking(effort, capabilities), "off");
  }
  const thinking = fields.object(body.thinking, "thinking");
  const shown = thinking.display === "omitted" ? "omitted" : "shown";
  switch (thinking.type) {
    case "disabled":
      return withConfig(disabledThinking(capabilities), "off");
    case "adaptive":
      return withConfig(adaptiveThinking(capabilities, effort), shown);
    case "enabled": {
      const budget = fields.optionalNumber(thinking.budget_tokens, "thinking.budget_tokens", { min: 1 });
      return withConfig(
        budget === undefined
          ? adaptiveThinking(capabilities, effort)
          : budgetToThinking(budget, capabilities),
        shown,
      );
    }
    default:
      fields.refuse("thinking.type", "Invalid thinking.type. Use enabled, adaptive or disabled.");
      return { shown: "off" };
  }
}

function withConfig(config: ThinkingConfig | undefined, shown: MessagesContext["thinking"]): DecodedThinking {
  return config === undefined
    ? { shown }
    : { config: { ...config, includeThoughts: shown === "shown" }, shown };
}

function decodeEffort(value: unknown, fields: FieldReader): Effort | undefined {
  if (value === undefined || value === null) return undefined;
  const word = fields.optionalString(fields.object(value, "output_config").effort, "output_config.effort");
  if (word === undefined) return undefined;
  const effort = EFFORTS.find((known) => known === word);
  if (effort === undefined) {
    fields.refuse(
      "output_config.effort",
      `Invalid output_config.effort: ${word}. Use ${EFFORTS.join(", ")}.`,
    );
  }
  return effort;
}
