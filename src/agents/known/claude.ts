import type { Change, DataPath } from "../contract.ts";
import { jsonField, type KnownAgent, stdioServer } from "../known_agent.ts";
import { homeFolder, join } from "../places.ts";

const MODELS = [
  "ANTHROPIC_DEFAULT_OPUS_MODEL",
  "ANTHROPIC_DEFAULT_SONNET_MODEL",
  "ANTHROPIC_DEFAULT_HAIKU_MODEL",
] as const;

/** Claude Code posts to `/v1/messages` below the given root. */
export const claude: KnownAgent = {
  id: "claude",
  name: "Claude Code",
  wire: "anthropic_messages",
  command: "claude",
  scopes: ["global"],
  traces: (system) => [homeFolder(system, ".claude", "CLAUDE_CONFIG_DIR")],
  files: ({ root, apiKey, defaultModel }, system) => {
    const own: readonly DataPath[] = [["model"]];
    const put = (name: string, value: string): Change => ({ kind: "put", path: ["env", name], value });
    return Promise.resolve([{
      path: join(system, homeFolder(system, ".claude", "CLAUDE_CONFIG_DIR"), "settings.json"),
      format: "jsonc",
      changes: [
        put("ANTHROPIC_BASE_URL", root),
        put("ANTHROPIC_AUTH_TOKEN", apiKey),
        { kind: "default", path: ["env", "ANTHROPIC_MODEL"], value: defaultModel.id, unless: own },
        ...MODELS.map((name): Change => ({ kind: "default", path: ["env", name], value: defaultModel.id })),
        { kind: "default", path: ["env", "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC"], value: "1" },
        // In auto mode Claude Code leaves the check of commands to Anthropic's server; Gemini has no such check,
        // so this makes it ask the model.
        { kind: "default", path: ["env", "CLAUDE_CODE_AUTO_MODE_SERVER"], value: "0" },
      ],
    }]);
  },
  mcp: {
    file: (system) =>
      system.env["CLAUDE_CONFIG_DIR"]
        ? join(system, system.env["CLAUDE_CONFIG_DIR"], ".claude.json")
        : join(system, system.home, ".claude.json"),
    format: "jsonc",
    path: ["mcpServers", "geminitro"],
    value: stdioServer,
  },
  notes: () => ["Every run of claude by this user goes through GemiNitro until it is uninstalled"],
  headless: (model, prompt) => ({
    args: [
      "-p",
      prompt,
      "--model",
      model,
      "--output-format",
      "json",
      "--allowedTools",
      "Bash(cat:*)",
      "Read",
    ],
    answer: (stdout) => jsonField(stdout, "result"),
  }),
};
