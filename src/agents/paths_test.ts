import assert from "node:assert/strict";
import { knownAgent } from "./agents.ts";
import type { AgentSystem } from "./contract.ts";
import type { InstallFacts } from "./known_agent.ts";

const FACTS: InstallFacts = {
  root: "http://127.0.0.1:7536",
  v1: "http://127.0.0.1:7536/v1",
  apiKey: "geminitro",
  models: [{ id: "gemini-2.5-flash" }],
  defaultModel: { id: "gemini-2.5-flash" },
  scope: "global",
  projectDir: "/src/app",
};

function machine(os: AgentSystem["os"], env: Record<string, string> = {}): AgentSystem {
  const never = () => Promise.reject(new Error("not asked for"));
  return {
    os,
    env,
    home: os === "windows" ? "C:\\Users\\ann" : "/home/ann",
    now: () => 0,
    read: never,
    exists: () => Promise.resolve(false),
    write: never,
    remove: never,
    makeFolder: never,
    removeEmptyFolder: never,
    which: () => Promise.resolve(undefined),
    run: never,
    scratch: never,
  };
}

async function paths(agent: string, system: AgentSystem, facts = FACTS): Promise<readonly string[]> {
  return (await knownAgent(agent)!.files(facts, system)).map(({ path }) => path);
}

Deno.test("files() names the places that each system uses", async () => {
  const windows = machine("windows", { APPDATA: "C:\\Users\\ann\\AppData\\Roaming" });
  assert.deepEqual(await paths("opencode", windows), ["C:\\Users\\ann\\.config\\opencode\\opencode.json"]);
  assert.deepEqual(await paths("codex", windows), [
    "C:\\Users\\ann\\.codex\\config.toml",
    "C:\\Users\\ann\\.codex\\geminitro.config.toml",
  ]);
  assert.deepEqual(await paths("zed", windows), ["C:\\Users\\ann\\AppData\\Roaming\\Zed\\settings.json"]);
  assert.equal(
    (await paths("goose", windows))[1],
    "C:\\Users\\ann\\AppData\\Roaming\\Block\\goose\\config\\config.yaml",
  );
  assert.deepEqual(await paths("crush", windows), ["C:\\Users\\ann\\.config\\crush\\crushrc"]);
  assert.deepEqual(await paths("zed", machine("darwin", { XDG_CONFIG_HOME: "/x" })), [
    "/home/ann/.config/zed/settings.json",
  ]);
  assert.deepEqual(await paths("zed", machine("linux", { XDG_CONFIG_HOME: "/x" })), ["/x/zed/settings.json"]);
});

Deno.test("files() follows each agent's own variable", async () => {
  const cases: readonly (readonly [string, Record<string, string>, string])[] = [
    ["codex", { CODEX_HOME: "/c" }, "/c/config.toml"],
    ["claude", { CLAUDE_CONFIG_DIR: "/c" }, "/c/settings.json"],
    ["gemini", { GEMINI_CLI_HOME: "/g" }, "/g/.gemini/.env"],
    ["continue", { CONTINUE_GLOBAL_DIR: "/c" }, "/c/config.yaml"],
    ["kimi", { KIMI_CODE_HOME: "/k" }, "/k/config.toml"],
    ["pi", { PI_CODING_AGENT_DIR: "/p" }, "/p/models.json"],
    ["cline", { CLINE_DIR: "/c" }, "/c/data/settings/providers.json"],
    ["opencode", { XDG_CONFIG_HOME: "/x" }, "/x/opencode/opencode.json"],
  ];
  for (const [agent, env, path] of cases) {
    assert.equal((await paths(agent, machine("linux", env)))[0], path, agent);
  }
  assert.deepEqual(await paths("opencode", machine("linux"), { ...FACTS, scope: "project" }), [
    "/src/app/opencode.json",
  ]);
});
