import type { AgentSystem, FileSpec } from "../contract.ts";
import { inputLimit, type InstallFacts, type KnownAgent, outputLimit } from "../known_agent.ts";
import { homeFolder, join } from "../places.ts";

/** `~/.config/crush` on every system. */
function folder(system: AgentSystem): string {
  return system.os === "windows"
    ? join(system, system.home, ".config", "crush")
    : join(system, homeFolder(system, ".config", "XDG_CONFIG_HOME"), "crush");
}

function script(facts: InstallFacts): string {
  const quote = (text: string) => `"${text.replace(/["\\$`]/g, "\\$&")}"`;
  return [
    `provider add geminitro --type openai-compat --base-url ${quote(facts.v1)} --api-key ${
      quote(facts.apiKey)
    }`,
    ...facts.models.map((model) =>
      `model add ${quote(`geminitro/${model.id}`)} --name ${quote(model.name ?? model.id)} ` +
      `--context-window ${inputLimit(model)} --default-max-tokens ${outputLimit(model)}`
    ),
  ].join("\n");
}

function jsonForm(path: string, facts: InstallFacts): FileSpec {
  const models = facts.models.map((model) => ({
    id: model.id,
    name: model.name ?? model.id,
    context_window: inputLimit(model),
    default_max_tokens: outputLimit(model),
  }));
  const value = {
    name: "GemiNitro",
    type: "openai-compat",
    base_url: facts.v1,
    api_key: facts.apiKey,
    models,
  };
  return { path, format: "jsonc", changes: [{ kind: "put", path: ["providers", "geminitro"], value }] };
}

/** `crushrc` is a script that Crush runs; `crush.json` is the older form, used only where the user has it and no script. */
export const crush: KnownAgent = {
  id: "crush",
  name: "Crush",
  wire: "openai_chat",
  command: "crush",
  scopes: ["global"],
  traces: (system) => [folder(system)],
  files: async (facts, system) => {
    const rc = join(system, folder(system), "crushrc");
    const json = join(system, folder(system), "crush.json");
    if (await system.exists(json) && !await system.exists(rc)) return [jsonForm(json, facts)];
    return [{ path: rc, format: "block", changes: [{ kind: "put", path: ["block"], value: script(facts) }] }];
  },
  notes: () => ["Choose the model with ctrl+l"],
  headless: (model, prompt) => ({ args: ["run", "--quiet", "-m", `geminitro/${model}`, prompt] }),
};
