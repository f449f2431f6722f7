import type { AgentSystem, Change, DataPath, FileSpec } from "../contract.ts";
import { inputLimit, type InstallFacts, type KnownAgent, outputLimit } from "../known_agent.ts";
import { join } from "../places.ts";

/** Without the prefix `openai/` litellm would send Gemini models to Google directly. */
const named = (id: string) => `openai/${id}`;

/** Limits, so that aider does not warn of an unknown model. */
function metadata(facts: InstallFacts, system: AgentSystem): FileSpec {
  return {
    path: join(system, system.home, ".aider.model.metadata.json"),
    format: "jsonc",
    changes: facts.models.map((model): Change => ({
      kind: "put",
      path: [named(model.id)],
      value: {
        max_tokens: outputLimit(model),
        max_input_tokens: inputLimit(model),
        max_output_tokens: outputLimit(model),
        input_cost_per_token: 0,
        output_cost_per_token: 0,
        litellm_provider: "openai",
        mode: "chat",
      },
    })),
  };
}

/** Address and key of each model, so that the user's own OpenAI account stays as it is. */
function modelSettings(facts: InstallFacts, system: AgentSystem): FileSpec {
  return {
    path: join(system, system.home, ".aider.model.settings.yml"),
    format: "yaml",
    changes: [{
      kind: "items",
      path: [],
      by: ["name"],
      values: facts.models.map((model) => ({
        name: named(model.id),
        edit_format: "diff",
        use_repo_map: true,
        extra_params: { api_base: facts.v1, api_key: facts.apiKey },
      })),
    }],
  };
}

const OWN_CHOICE: readonly DataPath[] = [["model"], ["openai-api-key"], ["openai-api-base"]];

export const aider: KnownAgent = {
  id: "aider",
  name: "Aider",
  wire: "openai_chat",
  command: "aider",
  scopes: ["global"],
  traces: (system) => [join(system, system.home, ".aider.conf.yml"), join(system, system.home, ".aider")],
  files: (facts, system) => {
    const model = named(facts.defaultModel.id);
    const conf: FileSpec = {
      path: join(system, system.home, ".aider.conf.yml"),
      format: "yaml",
      changes: [
        { kind: "default", path: ["openai-api-base"], value: facts.v1, unless: OWN_CHOICE },
        { kind: "default", path: ["openai-api-key"], value: facts.apiKey, unless: OWN_CHOICE },
        { kind: "default", path: ["model"], value: model, unless: OWN_CHOICE },
        { kind: "default", path: ["weak-model"], value: model, unless: OWN_CHOICE },
      ],
    };
    return Promise.resolve([conf, modelSettings(facts, system), metadata(facts, system)]);
  },
  notes: ({ defaultModel }) => [
    `Use it with: aider --model ${named(defaultModel.id)}`,
    "Aider offers the model no tools: it puts files into the prompt itself",
  ],
  headless: (model, prompt) => ({
    withoutTools: true,
    args: [
      "--model",
      named(model),
      "--no-git",
      "--yes-always",
      "--no-check-update",
      "--analytics-disable",
      "--no-pretty",
      "--no-auto-commits",
      "--read",
      "marker.txt",
      "--message",
      `${prompt} Do not edit any file.`,
    ],
  }),
};
