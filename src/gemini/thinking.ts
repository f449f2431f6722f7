import type { ModelCapabilities, ThinkingControl } from "./model_family.ts";
import type { ThinkingConfig } from "./wire.ts";

/** The efforts that clients may ask for; `xhigh` and `max` mean the model's maximum. */
export const EFFORTS = ["none", "minimal", "low", "medium", "high", "xhigh", "max"] as const;
export type Effort = typeof EFFORTS[number];

/** Other words for an effort, used by other APIs and people; `undefined` leaves the choice to the model. */
const WORDS: ReadonlyMap<string, Effort | undefined> = new Map<string, Effort | undefined>([
  ...EFFORTS.map((effort): [string, Effort] => [effort, effort]),
  ...["ultra", "maximum", "highest", "extreme", "full", "ultracode"].map((
    word,
  ): [string, Effort] => [word, "max"]),
  ...["disable", "disabled", "off", "false", "no", "zero", "0"].map((
    word,
  ): [string, Effort] => [word, "none"]),
  ...["minimum", "lowest", "mini", "tiny"].map((word): [string, Effort] => [word, "minimal"]),
  ...["normal", "moderate", "balanced", "standard", "on", "enabled", "true"].map((word): [string, Effort] => [
    word,
    "medium",
  ]),
  ...["auto", "default", "dynamic", "adaptive", ""].map((word): [string, undefined] => [word, undefined]),
]);

/** A client's effort, and the warning for an unknown word. */
export interface EffortWord {
  readonly effort: Effort | undefined;
  readonly warning?: string;
}

/** The nearest known effort for a word; an unknown word leaves the choice to the model. */
export function effortOf(value: unknown, field: string): EffortWord {
  if (value === undefined || value === null) return { effort: undefined };
  const word = String(value).trim().toLowerCase();
  if ((EFFORTS as readonly string[]).includes(word)) return { effort: word as Effort };
  const effort = WORDS.get(word);
  const taken = effort === undefined ? "the model's own setting" : effort;
  return { effort, warning: `${field} "${word.slice(0, 40)}" was taken as ${taken}.` };
}

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
 * Turns a client's reasoning effort into the model's own setting, to the nearest it takes; undefined when it
 * takes none. Where thinking cannot be switched off, `none` becomes the least there is, because agents send it
 * for titles and summaries. Does not set includeThoughts.
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

/**
 * Lets the model decide how long it thinks, or follow the effort if one is given, with its thoughts shown;
 * undefined when it takes no setting.
 */
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

/** Output limits up to which thinking may leave nothing for the answer. */
const SMALL_OUTPUT = 4_096;

/**
 * Limits thinking to half of a small output limit, which counts thoughts too, so that room is left for the
 * answer. The client's own limit stays.
 */
export function leaveRoom(
  config: ThinkingConfig | undefined,
  maxOutputTokens: number | undefined,
  { thinking: control }: ModelCapabilities,
): ThinkingConfig | undefined {
  if (maxOutputTokens === undefined || maxOutputTokens > SMALL_OUTPUT || control.kind === "none") {
    return config;
  }
  const half = Math.floor(maxOutputTokens / 2);
  // Not for a model that does not think unless asked.
  if (config === undefined && control.kind === "budget" && control.canDisable && control.min > 0) {
    return undefined;
  }
  if (control.kind === "level") {
    if (config?.thinkingBudget !== undefined) {
      return { ...config, thinkingBudget: Math.min(config.thinkingBudget, half) };
    }
    const most = nearestLevel(levelOfBudget(config === undefined ? Math.min(half, 1_024) : half), control);
    const asked = config?.thinkingLevel;
    return asked !== undefined && RANKS[asked] <= RANKS[most] ? config : { ...config, thinkingLevel: most };
  }
  const asked = config?.thinkingBudget ?? DYNAMIC;
  if (asked >= 0 && asked <= half) return config;
  const most = half >= control.min ? half : control.canDisable ? 0 : control.min;
  return { ...config, thinkingBudget: Math.min(most, control.max) };
}
