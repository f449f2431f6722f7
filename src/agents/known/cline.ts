import { isObject, parseForeign } from "../../core/mod.ts";
import { valueAt } from "../data.ts";
import type { AgentSystem } from "../contract.ts";
import type { KnownAgent } from "../known_agent.ts";
import { homeFolder, join } from "../places.ts";

const PROVIDER = "openai-compatible";

function folder(system: AgentSystem): string {
  const data = system.env["CLINE_DATA_DIR"];
  if (data !== undefined && data !== "") return join(system, data, "settings");
  return join(system, homeFolder(system, ".cline", "CLINE_DIR"), "data", "settings");
}

/** Cline has one slot for OpenAI-compatible servers; its former content comes back at uninstall. */
export const cline: KnownAgent = {
  id: "cline",
  name: "Cline",
  wire: "openai_chat",
  command: "cline",
  scopes: ["global"],
  traces: (system) => [homeFolder(system, ".cline", "CLINE_DIR")],
  files: (facts, system) =>
    Promise.resolve([{
      path: join(system, folder(system), "providers.json"),
      format: "jsonc",
      changes: [
        { kind: "default", path: ["version"], value: 1 },
        { kind: "default", path: ["lastUsedProvider"], value: PROVIDER },
        { kind: "default", path: ["modes"], value: {} },
        {
          kind: "put",
          path: ["providers", PROVIDER],
          value: {
            settings: {
              provider: PROVIDER,
              apiKey: facts.apiKey,
              model: facts.defaultModel.id,
              baseUrl: facts.v1,
            },
            tokenSource: "manual",
          },
        },
        { kind: "default", path: ["providers", PROVIDER, "updatedAt"], value: "2026-01-01T00:00:00.000Z" },
      ],
    }]),
  notes: ({ defaultModel }) => [`Use it with: cline -P ${PROVIDER} -m ${defaultModel.id}`],
  headless: (model, prompt) => ({
    args: ["--json", "-P", PROVIDER, "-m", model, prompt],
    answer: lastResult,
  }),
};

function lastResult(stdout: string): string {
  const results = stdout.split("\n").flatMap((line) => {
    try {
      const data: unknown = parseForeign(line);
      return isObject(data) && data["type"] === "run_result" ? [data] : [];
    } catch {
      return [];
    }
  });
  return String(valueAt(results.at(-1), ["text"]) ?? "");
}
