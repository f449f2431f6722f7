import { type KnownAgent, outputLimit } from "../known_agent.ts";
import { homeFolder, join } from "../places.ts";

export const droid: KnownAgent = {
  id: "droid",
  name: "Factory Droid",
  wire: "openai_chat",
  command: "droid",
  scopes: ["global"],
  traces: (system) => [homeFolder(system, ".factory")],
  files: (facts, system) =>
    Promise.resolve([{
      path: join(system, homeFolder(system, ".factory"), "settings.json"),
      format: "jsonc",
      changes: [{
        kind: "items",
        path: ["customModels"],
        by: ["displayName"],
        values: facts.models.map((model) => ({
          model: model.id,
          displayName: `GemiNitro ${model.id}`,
          baseUrl: facts.v1,
          apiKey: facts.apiKey,
          provider: "generic-chat-completion-api",
          maxOutputTokens: outputLimit(model),
        })),
      }],
    }]),
  notes: () => ["Choose the model with /model; Droid wants a Factory login or FACTORY_API_KEY all the same"],
  headless: (model, prompt) => ({
    args: ["exec", "--auto", "low", "-m", `custom:GemiNitro-${model}-0`, prompt],
  }),
};
