import type { ModelCapabilities, ThinkingControl } from "./capabilities.ts";
import type { ThinkingConfig } from "./wire.ts";

/** The efforts that clients may ask for; `xhigh` and `max` mean all the model has. */
export const EFFORTS = ["none", "minimal", "low", "medium", "high", "xhigh", "max"] as const;
export type Effort = typeof EFFORTS[number];

type Level = NonNullable<ThinkingConfig["thinkingLevel"]>;
type Budgeted = Extract<ThinkingControl, { kind: "budget" }>;
type Levelled = Extract<ThinkingControl, { kind: "level" }>;

const RANKS: Readonly<Record<Level, number>> = { minimal: 0, low: 1, medium: 2, high: 3 };

/** Google's own table for its OpenAI-compatible endpoint (ai.google.dev/gemini-api/docs/openai). */
const BUDGETS: Readonly<Record<Level, number>> = { minimal: 1_024, low: 1_024, medium: 8_192, high: 24_576 };

/** Lets the model decide how long it thinks. */
const DYNAMIC = -1;

/** The level of the model that is closest to the wanted one; of two equally close ones the higher. */
function nearestLevel(wanted: Level, { levels }: Levelled): Level {
  const distance = (level: Level) => Math.abs(RANKS[level] - RANKS[wanted]);
  return levels.reduce((best, level) => distance(level) <= distance(best) ? level : best);
}

function clamp(tokens: number, { min, max }: Budgeted): number {
  return Math.min(max, Math.max(min, tokens));
}

function lowest(control: Budgeted | Levelled): ThinkingConfig {
  if (control.kind === "level") return { thinkingLevel: nearestLevel("minimal", control) };
  return { thinkingBudget: control.canDisable ? 0 : control.min };
}

/**
 * Turns a client's reasoning effort into the model's own setting, to the nearest it takes; undefined when it takes none. Where
 * thinking cannot be switched off, `none` becomes the least there is, because agents send it for titles and summaries.
 * Says nothing of includeThoughts.
 */
export function effortToThinking(
  effort: Effort,
  capabilities: ModelCapabilities,
): ThinkingConfig | undefined {
  const control = capabilities.thinking;
  if (control.kind === "none") return undefined;
  if (effort === "none") return lowest(control);
  const everything = effort === "xhigh" || effort === "max";
  if (control.kind === "level") return { thinkingLevel: nearestLevel(everything ? "high" : effort, control) };
  return { thinkingBudget: everything ? control.max : clamp(BUDGETS[effort], control) };
}

function levelOfBudget(tokens: number): Level {
  if (tokens <= 512) return "minimal";
  if (tokens <= 1_024) return "low";
  return tokens <= 8_192 ? "medium" : "high";
}

/**
 * Turns a budget in thinking tokens into the model's own setting, clamped to what it takes, with the thoughts shown; undefined
 * when the model takes none. 0 switches thinking off as far as the model can, a negative number lets the model decide.
 */
export function budgetToThinking(
  tokens: number,
  capabilities: ModelCapabilities,
): ThinkingConfig | undefined {
  const control = capabilities.thinking;
  if (control.kind === "none") return undefined;
  if (tokens === 0) return disabledThinking(capabilities);
  if (tokens < 0) return adaptiveThinking(capabilities);
  if (control.kind === "budget") {
    return { thinkingBudget: clamp(tokens, control), includeThoughts: true };
  }
  return { thinkingLevel: nearestLevel(levelOfBudget(tokens), control), includeThoughts: true };
}

/** Thinking off, or the least the model can do, with no thoughts shown; undefined when the model takes no setting. */
export function disabledThinking(capabilities: ModelCapabilities): ThinkingConfig | undefined {
  const control = capabilities.thinking;
  return control.kind === "none" ? undefined : { ...lowest(control), includeThoughts: false };
}

/** The model decides how long it thinks, or follows the effort if one is given, with its thoughts shown; undefined when it takes no setting. */
export function adaptiveThinking(
  capabilities: ModelCapabilities,
  effort?: Effort,
): ThinkingConfig | undefined {
  const control = capabilities.thinking;
  if (control.kind === "none") return undefined;
  if (effort !== undefined) return { ...effortToThinking(effort, capabilities), includeThoughts: true };
  return control.kind === "budget"
    ? { thinkingBudget: DYNAMIC, includeThoughts: true }
    : { includeThoughts: true };
}
