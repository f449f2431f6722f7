import { inputLimit, type KnownAgent } from "../known_agent.ts";
import { homeFolder, join } from "../places.ts";

const PROVIDER = ["providers", "custom", "geminitro"] as const;

/** OpenCrabs keeps keys in a separate file. */
export const opencrabs: KnownAgent = {
  id: "opencrabs",
  name: "OpenCrabs",
  wire: "openai_chat",
  command: "opencrabs",
  scopes: ["global"],
  traces: (system) => [homeFolder(system, ".opencrabs")],
  files: (facts, system) => {
    const folder = homeFolder(system, ".opencrabs");
    return Promise.resolve([
      {
        path: join(system, folder, "config.toml"),
        format: "toml",
        changes: [{
          kind: "put",
          path: PROVIDER,
          value: {
            enabled: true,
            base_url: facts.v1,
            default_model: facts.defaultModel.id,
            models: facts.models.map(({ id }) => id),
            context_window: inputLimit(facts.defaultModel),
          },
        }],
      },
      {
        path: join(system, folder, "keys.toml"),
        format: "toml",
        holdsKeys: true,
        changes: [{ kind: "put", path: [...PROVIDER, "api_key"], value: facts.apiKey }],
      },
    ]);
  },
  notes: () => ["A built-in provider that is enabled comes first; choose GemiNitro's with /models"],
  headless: (_model, prompt) => ({ args: ["run", "--auto-approve", prompt] }),
};
