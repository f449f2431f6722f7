import type { Catalog, WantedEffort } from "../catalog/mod.ts";
import type { RelayDeps } from "../relay/mod.ts";

/** Thinking budgets up to these many tokens are what other sources call a low and a medium effort. */
const LOW_BUDGET = 2_048;
const MEDIUM_BUDGET = 12_288;
const LEVELS: readonly string[] = ["minimal", "low", "medium", "high"];

/** Names models as their source does, by the effort that a request wants. */
export function createNameAt(catalog: Pick<Catalog, "nameAt">): NonNullable<RelayDeps["nameAt"]> {
  return (credential, model, request) =>
    credential.source === "antigravity" || credential.source === "gemini_cli"
      ? catalog.nameAt(credential.id, model, effortOf(request?.generationConfig))
      : model;
}

/** A native body may hold anything. */
function effortOf(config: unknown): WantedEffort {
  const { thinkingConfig } = (config ?? {}) as { readonly thinkingConfig?: Record<string, unknown> };
  const { thinkingLevel, thinkingBudget } = thinkingConfig ?? {};
  const level = String(thinkingLevel ?? "").toLowerCase();
  if (LEVELS.includes(level)) return level as WantedEffort;
  if (typeof thinkingBudget !== "number" || thinkingBudget < 0) return undefined;
  if (thinkingBudget <= LOW_BUDGET) return thinkingBudget === 0 ? "minimal" : "low";
  return thinkingBudget <= MEDIUM_BUDGET ? "medium" : "high";
}
