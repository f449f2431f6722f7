import { inputLimit, type KnownAgent, labelOf, outputLimit, plainServer } from "../known_agent.ts";
import { homeFolder, join } from "../places.ts";

export const qwen: KnownAgent = {
  id: "qwen",
  name: "Qwen Code",
  wire: "openai_chat",
  command: "qwen",
  scopes: ["global"],
  traces: (system) => [homeFolder(system, ".qwen")],
  files: (facts, system) =>
    Promise.resolve([{
      path: join(system, homeFolder(system, ".qwen"), "settings.json"),
      format: "jsonc",
      changes: [
        {
          kind: "items",
          path: ["modelProviders", "openai"],
          by: ["id", "envKey"],
          values: facts.models.map((model) => ({
            id: model.id,
            name: labelOf(model),
            baseUrl: facts.v1,
            envKey: "GEMINITRO_API_KEY",
            generationConfig: {
              contextWindowSize: inputLimit(model),
              samplingParams: { max_tokens: outputLimit(model) },
            },
          })),
        },
        { kind: "put", path: ["env", "GEMINITRO_API_KEY"], value: facts.apiKey },
        { kind: "default", path: ["security", "auth", "selectedType"], value: "openai" },
        { kind: "default", path: ["model", "name"], value: facts.defaultModel.id },
      ],
    }]),
  mcp: {
    file: (system) => join(system, homeFolder(system, ".qwen"), "settings.json"),
    format: "jsonc",
    path: ["mcpServers", "geminitro"],
    value: plainServer,
  },
  notes: () => ["Where another model is the default, choose it with /model"],
  headless: (model, prompt) => ({
    args: ["-m", model, "--auth-type", "openai", "--approval-mode", "yolo", "-p", prompt],
  }),
};
