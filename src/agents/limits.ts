import type { AgentModel } from "./contract.ts";

/** What Gemini models take and give when the list does not say. */
const INPUT = 1_048_576;
const OUTPUT = 65_536;

export function inputLimit(model: AgentModel): number {
  return model.inputTokenLimit ?? INPUT;
}

export function outputLimit(model: AgentModel): number {
  return model.outputTokenLimit ?? OUTPUT;
}

export function thinks(model: AgentModel): boolean {
  return model.thinking ?? true;
}

/** The name that pickers show. */
export function labelOf(model: AgentModel): string {
  return `${model.name ?? model.id} (GemiNitro)`;
}
