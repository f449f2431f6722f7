import type { KnownAgent } from "../known_agent.ts";

/** For every other client: the lines to enter by hand. */
export const manual: KnownAgent = {
  id: "manual",
  name: "Manual / other",
  wire: "openai_chat",
  scopes: ["global"],
  traces: () => [],
  files: () => Promise.resolve([]),
  notes: (facts) => [
    `OpenAI-compatible clients    base URL ${facts.v1}`,
    `Anthropic-compatible clients base URL ${facts.root}`,
    `Gemini-compatible clients    base URL ${facts.root}`,
    `API key                      ${facts.apiKey}`,
    `Model                        ${facts.defaultModel.id}`,
  ],
};
