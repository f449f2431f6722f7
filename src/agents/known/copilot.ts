import { inputLimit, type KnownAgent, outputLimit } from "../known_agent.ts";
import { homeFolder } from "../places.ts";

/** Copilot CLI takes its own models from the environment alone. */
export const copilot: KnownAgent = {
  id: "copilot",
  name: "GitHub Copilot CLI",
  wire: "openai_chat",
  command: "copilot",
  scopes: ["global"],
  traces: (system) => [homeFolder(system, ".copilot")],
  files: () => Promise.resolve([]),
  env: (facts) => ({
    COPILOT_PROVIDER_BASE_URL: facts.v1,
    COPILOT_PROVIDER_API_KEY: facts.apiKey,
    COPILOT_MODEL: facts.defaultModel.id,
    COPILOT_PROVIDER_MAX_PROMPT_TOKENS: String(inputLimit(facts.defaultModel)),
    COPILOT_PROVIDER_MAX_OUTPUT_TOKENS: String(outputLimit(facts.defaultModel)),
  }),
  notes: () => [
    "Copilot CLI has no file for this: put the lines into your shell's start-up file, or before the command",
  ],
  headless: (_model, prompt) => ({
    args: ["-s", "--allow-all-tools", "--disable-builtin-mcps", "--no-auto-update", "-p", prompt],
    env: { COPILOT_OFFLINE: "true" },
  }),
};
