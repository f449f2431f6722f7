import type { AgentSystem, Change } from "../contract.ts";
import { inputLimit, type KnownAgent } from "../known_agent.ts";
import { join, roaming, xdgConfig } from "../places.ts";

function folder(system: AgentSystem): string {
  return system.os === "windows"
    ? join(system, roaming(system), "Block", "goose", "config")
    : xdgConfig(system, "goose");
}

/** Goose keeps keys in the system's key ring or in the environment, never in a provider's file. */
export const goose: KnownAgent = {
  id: "goose",
  name: "Goose",
  wire: "openai_chat",
  command: "goose",
  scopes: ["global"],
  traces: (system) => [folder(system)],
  files: (facts, system) => {
    const provider = {
      name: "geminitro",
      engine: "openai",
      display_name: "GemiNitro",
      api_key_env: "GEMINITRO_API_KEY",
      base_url: `${facts.v1}/chat/completions`,
      models: facts.models.map((model) => ({ name: model.id, context_limit: inputLimit(model) })),
      supports_streaming: true,
      requires_auth: true,
    };
    return Promise.resolve([
      {
        path: join(system, folder(system), "custom_providers", "geminitro.json"),
        format: "jsonc",
        changes: Object.entries(provider).map(([key, value]): Change => ({
          kind: "put",
          path: [key],
          value,
        })),
      },
      {
        path: join(system, folder(system), "config.yaml"),
        format: "yaml",
        changes: [
          { kind: "default", path: ["GOOSE_PROVIDER"], value: "geminitro", unless: [["GOOSE_MODEL"]] },
          {
            kind: "default",
            path: ["GOOSE_MODEL"],
            value: facts.defaultModel.id,
            unless: [["GOOSE_PROVIDER"]],
          },
        ],
      },
    ]);
  },
  env: ({ apiKey }) => ({ GEMINITRO_API_KEY: apiKey }),
  notes: () => ["Goose takes the key from the environment; or enter it once in: goose configure"],
  headless: (model, prompt) => ({
    args: ["run", "--no-session", "--quiet", "--provider", "geminitro", "--model", model, "-t", prompt],
  }),
};
