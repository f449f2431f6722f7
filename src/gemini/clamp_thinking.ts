import type { GeminiRequest, ThinkingConfig } from "./wire.ts";

/** The request with a thinking setting that the refusal's own words allow; without one when they name nothing usable. */
export function clampThinking(request: GeminiRequest, text: string): GeminiRequest {
  const config = request.generationConfig;
  if (config?.thinkingConfig === undefined) return request;
  const { thinkingBudget, thinkingLevel, ...rest } = config.thinkingConfig;
  const allowed = thinkingBudget !== undefined
    ? clampedBudget(thinkingBudget, text)
    : thinkingLevel !== undefined
    ? nextLevel(thinkingLevel)
    : {};
  return { ...request, generationConfig: { ...config, thinkingConfig: { ...rest, ...allowed } } };
}

function clampedBudget(budget: number, text: string): ThinkingConfig {
  const range = /between (\d+) and (\d+)/.exec(text) ?? /from (\d+) to (\d+)/.exec(text);
  if (range === null) return {};
  return { thinkingBudget: Math.min(Number(range[2]), Math.max(Number(range[1]), budget)) };
}

/** A level that is refused gives way to one that more models take; `high` is taken by all. */
function nextLevel(level: NonNullable<ThinkingConfig["thinkingLevel"]>): ThinkingConfig {
  if (level === "minimal") return { thinkingLevel: "low" };
  return level === "medium" ? { thinkingLevel: "high" } : {};
}
