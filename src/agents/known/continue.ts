import type { KnownAgent } from "../known_agent.ts";
import { homeFolder, join } from "../places.ts";

/** One file for the editors' extension and for `cn`; name and version are required. */
export const continueDev: KnownAgent = {
  id: "continue",
  name: "Continue",
  wire: "openai_chat",
  command: "cn",
  scopes: ["global"],
  traces: (system) => [homeFolder(system, ".continue", "CONTINUE_GLOBAL_DIR")],
  files: (facts, system) =>
    Promise.resolve([{
      path: join(system, homeFolder(system, ".continue", "CONTINUE_GLOBAL_DIR"), "config.yaml"),
      format: "yaml",
      changes: [
        { kind: "default", path: ["name"], value: "Local Config" },
        { kind: "default", path: ["version"], value: "1.0.0" },
        { kind: "default", path: ["schema"], value: "v1", unless: [["name"]] },
        {
          kind: "items",
          path: ["models"],
          by: ["name"],
          values: [facts.defaultModel, ...facts.models.filter((one) => one !== facts.defaultModel)].map((
            model,
          ) => ({
            name: `GemiNitro / ${model.id}`,
            provider: "openai",
            model: model.id,
            apiBase: facts.v1,
            apiKey: facts.apiKey,
            roles: ["chat", "edit", "apply"],
            capabilities: ["tool_use", "image_input"],
          })),
        },
      ],
    }]),
  notes: () => ["Choose the model in Continue's own picker; reload the editor's window to see it"],
  headless: (_model, prompt) => ({
    args: ["-p", prompt, "--silent", "--auto"],
    env: { FORCE_NO_TTY: "true" },
  }),
};
