import { isObject } from "../../core/mod.ts";
import {
  adaptiveThinking,
  budgetToThinking,
  disabledThinking,
  effortOf,
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
  warnings: Set<string>,
): DecodedThinking {
  const { effort, warning } = effortOf(wantedEffort(body), "output_config.effort");
  if (warning !== undefined) warnings.add(warning);
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
    case "between_tools":
      return withConfig(adaptiveThinking(capabilities, effort), shown);
    default:
      warnings.add(
        `thinking.type "${String(thinking.type).slice(0, 40)}" is not known; it was taken as adaptive.`,
      );
      return withConfig(adaptiveThinking(capabilities, effort), shown);
  }
}

function withConfig(config: ThinkingConfig | undefined, shown: MessagesContext["thinking"]): DecodedThinking {
  return config === undefined
    ? { shown }
    : { config: { ...config, includeThoughts: shown === "shown" }, shown };
}

/** The effort of the latest turn: system messages may change it from there on. */
function wantedEffort(body: Record<string, unknown>): unknown {
  const messages = Array.isArray(body.messages) ? body.messages : [];
  const later = messages.findLast((message) =>
    isObject(message) && message.role === "system" && isObject(message.output_config)
  ) as { output_config: Record<string, unknown> } | undefined;
  const own = isObject(body.output_config) ? body.output_config : {};
  return later?.output_config.effort ?? own.effort;
}
