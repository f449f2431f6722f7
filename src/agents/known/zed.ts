import type { AgentSystem } from "../contract.ts";
import { inputLimit, type KnownAgent, outputLimit, plainServer } from "../known_agent.ts";
import { homeFolder, join, roaming, xdgConfig } from "../places.ts";

function folder(system: AgentSystem): string {
  if (system.os === "windows") return join(system, roaming(system), "Zed");
  return system.os === "darwin"
    ? homeFolder(system, join(system, ".config", "zed"))
    : xdgConfig(system, "zed");
}

/** Zed keeps keys in the system's key ring or in the environment, never in its settings. */
export const zed: KnownAgent = {
  id: "zed",
  name: "Zed",
  wire: "openai_chat",
  scopes: ["global"],
  traces: (system) => [folder(system)],
  files: (facts, system) =>
    Promise.resolve([{
      path: join(system, folder(system), "settings.json"),
      format: "jsonc",
      changes: [
        {
          kind: "put",
          path: ["language_models", "openai_compatible", "GemiNitro"],
          value: {
            api_url: facts.v1,
            available_models: facts.models.map((model) => ({
              name: model.id,
              display_name: model.name ?? model.id,
              max_tokens: inputLimit(model),
              max_output_tokens: outputLimit(model),
              capabilities: {
                tools: true,
                images: true,
                parallel_tool_calls: true,
                prompt_cache_key: false,
                chat_completions: true,
              },
            })),
          },
        },
        {
          kind: "default",
          path: ["agent", "default_model"],
          value: { provider: "GemiNitro", model: facts.defaultModel.id },
        },
      ],
    }]),
  mcp: {
    file: (system) => join(system, folder(system), "settings.json"),
    format: "jsonc",
    path: ["context_servers", "geminitro"],
    value: plainServer,
  },
  env: ({ apiKey }) => ({ GEMINITRO_API_KEY: apiKey }),
  notes: () => ["Zed takes the key from the environment; or enter it once in the agent panel's settings"],
};
