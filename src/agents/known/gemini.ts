import { jsonField, type KnownAgent, plainServer } from "../known_agent.ts";
import { join } from "../places.ts";
import type { AgentSystem } from "../contract.ts";

/** GEMINI_CLI_HOME replaces the user's home folder, not `.gemini` in it. */
function folder(system: AgentSystem): string {
  return join(system, system.env["GEMINI_CLI_HOME"] || system.home, ".gemini");
}

/**
 * Gemini CLI reads address and key from `~/.gemini/.env`, and needs `selectedType` in its settings: without it
 * the address alone makes it choose another kind of login and give up.
 */
export const gemini: KnownAgent = {
  id: "gemini",
  name: "Gemini CLI",
  wire: "gemini",
  command: "gemini",
  scopes: ["global"],
  traces: (system) => [folder(system)],
  files: ({ root, apiKey, defaultModel }, system) =>
    Promise.resolve([
      {
        path: join(system, folder(system), ".env"),
        format: "env",
        changes: [
          { kind: "put", path: ["GEMINI_API_KEY"], value: apiKey },
          { kind: "put", path: ["GOOGLE_GEMINI_BASE_URL"], value: root },
        ],
      },
      {
        path: join(system, folder(system), "settings.json"),
        format: "jsonc",
        changes: [
          { kind: "put", path: ["security", "auth", "selectedType"], value: "gemini-api-key" },
          { kind: "default", path: ["model", "name"], value: defaultModel.id },
        ],
      },
    ]),
  notes:
    () => ["Gemini CLI reads this in trusted folders only; it asks for trust at its first start in a folder"],
  mcp: {
    file: (system) => join(system, folder(system), "settings.json"),
    format: "jsonc",
    path: ["mcpServers", "geminitro"],
    value: plainServer,
  },
  headless: (model, prompt) => ({
    args: ["-m", model, "--approval-mode", "yolo", "--output-format", "json", "-p", prompt],
    env: { GEMINI_CLI_TRUST_WORKSPACE: "true", GEMINI_SANDBOX: "false" },
    answer: (stdout) => jsonField(stdout, "response"),
  }),
};
