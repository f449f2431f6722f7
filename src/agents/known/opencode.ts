import type { Json } from "../../core/mod.ts";
import type { AgentSystem, Change } from "../contract.ts";
import {
  type HeadlessRun,
  inputLimit,
  type InstallFacts,
  jsonLines,
  type KnownAgent,
  labelOf,
  type McpPlace,
  outputLimit,
  thinks,
} from "../known_agent.ts";
import { firstExisting, join, xdgConfig } from "../places.ts";

/** OpenCode's settings; its fork Kilo reads the same. An explicit `npm` is needed by OpenCode 2. */
function changesFor(facts: InstallFacts, schema: string): readonly Change[] {
  const models = Object.fromEntries(facts.models.map((model): [string, Json] => [model.id, {
    name: labelOf(model),
    tool_call: true,
    reasoning: thinks(model),
    attachment: true,
    modalities: { input: ["text", "image", "pdf"], output: ["text"] },
    limit: { context: inputLimit(model), output: outputLimit(model) },
  }]));
  const provider = {
    npm: "@ai-sdk/openai-compatible",
    name: "GemiNitro",
    options: { baseURL: facts.v1, apiKey: facts.apiKey },
    models,
  };
  const model = `geminitro/${facts.defaultModel.id}`;
  return [
    { kind: "default", path: ["$schema"], value: schema },
    { kind: "put", path: ["provider", "geminitro"], value: provider },
    { kind: "items", path: ["enabled_providers"], by: [], values: ["geminitro"], onlyInList: true },
    { kind: "default", path: ["model"], value: model },
    { kind: "default", path: ["small_model"], value: model, unless: [["model"]] },
  ];
}

function headless(model: string, prompt: string): HeadlessRun {
  return {
    args: ["run", "--format", "json", "-m", `geminitro/${model}`, prompt],
    answer: (stdout) => jsonLines(stdout, ["type"], "text", ["part", "text"]),
  };
}

function filesIn(system: AgentSystem, folder: string, name: string): Promise<string> {
  return firstExisting(system, [join(system, folder, `${name}.json`), join(system, folder, `${name}.jsonc`)]);
}

function mcpIn(file: McpPlace["file"]): McpPlace {
  return {
    file,
    format: "jsonc",
    path: ["mcp", "geminitro"],
    value: ({ command, args }) => ({ type: "local", command: [command, ...args], enabled: true }),
  };
}

export const opencode: KnownAgent = {
  id: "opencode",
  name: "OpenCode",
  wire: "openai_chat",
  command: "opencode",
  scopes: ["global", "project"],
  traces: (system) => [xdgConfig(system, "opencode")],
  files: async (facts, system) => [{
    path: await filesIn(
      system,
      facts.scope === "project" ? facts.projectDir : xdgConfig(system, "opencode"),
      "opencode",
    ),
    format: "jsonc",
    changes: changesFor(facts, "https://opencode.ai/config.json"),
  }],
  mcp: mcpIn((system) => filesIn(system, xdgConfig(system, "opencode"), "opencode")),
  notes: ({ defaultModel }) => [`Use it with: opencode --model geminitro/${defaultModel.id}`],
  headless: (model, prompt) => ({
    ...headless(model, prompt),
    env: { OPENCODE_PERMISSION: '{"read":"allow","bash":"allow"}' },
  }),
};

export const kilo: KnownAgent = {
  id: "kilo",
  name: "Kilo Code",
  wire: "openai_chat",
  command: "kilo",
  scopes: ["global"],
  traces: (system) => [xdgConfig(system, "kilo")],
  files: async (facts, system) => [{
    path: await filesIn(system, xdgConfig(system, "kilo"), "kilo"),
    format: "jsonc",
    changes: changesFor(facts, "https://app.kilo.ai/config.json"),
  }],
  mcp: mcpIn((system) => filesIn(system, xdgConfig(system, "kilo"), "kilo")),
  notes: ({ defaultModel }) => [`Use it with: kilo --model geminitro/${defaultModel.id}`],
  headless: (model, prompt) => {
    const run = headless(model, prompt);
    return { ...run, args: ["run", "--auto", ...run.args.slice(1)] };
  },
};
