import type { Json } from "../../core/mod.ts";
import type { Change } from "../contract.ts";
import { inputLimit, type KnownAgent, labelOf, lastAssistant, outputLimit, thinks } from "../known_agent.ts";
import { homeFolder, join } from "../places.ts";

/** Kimi Code (`~/.kimi-code/config.toml`); the older kimi-cli read `~/.kimi` and another form. */
export const kimi: KnownAgent = {
  id: "kimi",
  name: "Kimi Code",
  wire: "openai_chat",
  command: "kimi",
  scopes: ["global"],
  traces: (system) => [homeFolder(system, ".kimi-code", "KIMI_CODE_HOME")],
  files: (facts, system) => {
    const models = facts.models.map((model): Change => {
      const value: Json = {
        provider: "geminitro",
        model: model.id,
        max_context_size: inputLimit(model),
        max_output_size: outputLimit(model),
        capabilities: [...(thinks(model) ? ["thinking"] : []), "image_in", "tool_use"],
        display_name: labelOf(model),
      };
      return { kind: "put", path: ["models", `geminitro/${model.id}`], value };
    });
    return Promise.resolve([{
      path: join(system, homeFolder(system, ".kimi-code", "KIMI_CODE_HOME"), "config.toml"),
      format: "toml",
      changes: [
        { kind: "default", path: ["default_model"], value: `geminitro/${facts.defaultModel.id}` },
        {
          kind: "put",
          path: ["providers", "geminitro"],
          value: { type: "openai", base_url: facts.v1, api_key: facts.apiKey },
        },
        ...models,
      ],
    }]);
  },
  notes: ({ defaultModel }) => [`Use it with: kimi -m geminitro/${defaultModel.id}`],
  headless: (model, prompt) => ({
    args: ["-m", `geminitro/${model}`, "-p", prompt, "--output-format", "stream-json"],
    answer: lastAssistant,
  }),
};
