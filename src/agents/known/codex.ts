import type { Change, DataPath } from "../contract.ts";
import { inputLimit, type KnownAgent, plainServer } from "../known_agent.ts";
import { homeFolder, join } from "../places.ts";

const OWN_CHOICE: readonly DataPath[] = [["model"], ["model_provider"], ["profile"]];

/** Codex speaks the Responses API only; `wire_api = "chat"` ended with 0.95. */
export const codex: KnownAgent = {
  id: "codex",
  name: "Codex CLI",
  wire: "openai_responses",
  command: "codex",
  scopes: ["global"],
  traces: (system) => [homeFolder(system, ".codex", "CODEX_HOME")],
  files: (facts, system) => {
    const folder = homeFolder(system, ".codex", "CODEX_HOME");
    const chosen = {
      model: facts.defaultModel.id,
      model_provider: "geminitro",
      model_context_window: inputLimit(facts.defaultModel),
    };
    const entries = Object.entries(chosen);
    return Promise.resolve([
      {
        path: join(system, folder, "config.toml"),
        format: "toml",
        changes: [
          ...entries.map(([key, value]): Change => (
            { kind: "default", path: [key], value, unless: OWN_CHOICE }
          )),
          { kind: "absent", path: ["model_providers", "geminitro", "env_key"] },
          { kind: "absent", path: ["model_providers", "geminitro", "auth"] },
          {
            kind: "put",
            path: ["model_providers", "geminitro"],
            value: {
              name: "GemiNitro",
              base_url: facts.v1,
              wire_api: "responses",
              experimental_bearer_token: facts.apiKey,
            },
          },
        ],
      },
      {
        path: join(system, folder, "geminitro.config.toml"),
        format: "toml",
        changes: entries.map(([key, value]): Change => ({ kind: "put", path: [key], value })),
      },
    ]);
  },
  mcp: {
    file: (system) => join(system, homeFolder(system, ".codex", "CODEX_HOME"), "config.toml"),
    format: "toml",
    path: ["mcp_servers", "geminitro"],
    value: plainServer,
  },
  notes: () => ["Where another model is the default, use it with: codex -p geminitro"],
  headless: (_model, prompt) => ({
    args: [
      "exec",
      "-p",
      "geminitro",
      "-m",
      _model,
      "--skip-git-repo-check",
      "--sandbox",
      "read-only",
      "--ephemeral",
      "--color",
      "never",
      "-o",
      "answer.txt",
      prompt,
    ],
    answerFile: "answer.txt",
  }),
};
