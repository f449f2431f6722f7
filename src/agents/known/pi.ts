import { inputLimit, type KnownAgent, outputLimit, thinks } from "../known_agent.ts";
import { homeFolder, join } from "../places.ts";
import type { AgentSystem } from "../contract.ts";

function folder(system: AgentSystem): string {
  return homeFolder(system, join(system, ".pi", "agent"), "PI_CODING_AGENT_DIR");
}

export const pi: KnownAgent = {
  id: "pi",
  name: "Pi",
  wire: "openai_chat",
  command: "pi",
  scopes: ["global"],
  traces: (system) => [folder(system)],
  files: (facts, system) =>
    Promise.resolve([
      {
        path: join(system, folder(system), "models.json"),
        format: "jsonc",
        changes: [{
          kind: "put",
          path: ["providers", "geminitro"],
          value: {
            baseUrl: facts.v1,
            api: "openai-completions",
            apiKey: facts.apiKey,
            models: facts.models.map((model) => ({
              id: model.id,
              reasoning: thinks(model),
              input: ["text", "image"],
              contextWindow: inputLimit(model),
              maxTokens: outputLimit(model),
            })),
          },
        }],
      },
      {
        path: join(system, folder(system), "settings.json"),
        format: "jsonc",
        changes: [
          { kind: "default", path: ["defaultProvider"], value: "geminitro", unless: [["defaultModel"]] },
          {
            kind: "default",
            path: ["defaultModel"],
            value: facts.defaultModel.id,
            unless: [["defaultProvider"]],
          },
        ],
      },
    ]),
  notes: ({ defaultModel }) => [`Use it with: pi --provider geminitro --model ${defaultModel.id}`],
  headless: (model, prompt) => ({
    args: ["--provider", "geminitro", "--model", model, "--no-session", "-p", prompt],
    env: { PI_OFFLINE: "1" },
  }),
};
