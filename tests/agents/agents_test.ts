import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import {
  AGENTS,
  type AgentSystem,
  applyPlan,
  homeRecords,
  type Plan,
  planInstall,
  planUninstall,
  testInstall,
} from "../../src/agents/mod.ts";
import { proxyUnderTest, type UnderTest } from "../support/proxy_under_test.ts";
import { agentHome, AGENTS_DIR } from "./agent_home.ts";

const MODEL = "gemini-2.5-flash";

/** What a run needs beside the registration; none of it tells the agent of the proxy. */
const RUN_ENV: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  opencode: {
    OPENCODE_DISABLE_AUTOUPDATE: "1",
    OPENCODE_DISABLE_MODELS_FETCH: "1",
    OPENCODE_DISABLE_LSP_DOWNLOAD: "1",
    OPENCODE_DISABLE_DEFAULT_PLUGINS: "1",
  },
  continue: { CONTINUE_TELEMETRY_ENABLED: "0", CONTINUE_CLI_AUTO_UPDATED: "true" },
  claude: { DISABLE_AUTOUPDATER: "1" },
  // Droid wants an account of its own; offline any word will do.
  droid: { FACTORY_API_KEY: "placeholder" },
};

/** Configurations of users who already work with another provider. */
const OWN_FILES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  opencode: { ".config/opencode/opencode.jsonc": '{\n  // mine\n  "model": "openai/gpt-5.5",\n}\n' },
  claude: { ".claude/settings.json": '{\n  "model": "opus"\n}\n' },
  codex: { ".codex/config.toml": 'model = "gpt-5.5" # mine\n' },
  gemini: { ".gemini/settings.json": '{ "security": { "auth": { "selectedType": "oauth-personal" } } }\n' },
  aider: { ".aider.conf.yml": "model: gpt-4o # mine\nopenai-api-key: sk-users-own-key-0000\n" },
  kimi: {
    ".kimi-code/config.toml": 'default_model = "k3"\n[providers.moonshot]\ntype = "kimi"\n' +
      'base_url = "https://api.moonshot.example/v1"\napi_key = "sk-users-own-key-0000"\n' +
      '[models.k3]\nprovider = "moonshot"\nmodel = "kimi-k3"\nmax_context_size = 262144\n',
  },
  pi: {
    ".pi/agent/settings.json": '{ "defaultProvider": "anthropic", "defaultModel": "claude-sonnet-5" }\n',
  },
};

const DIALECTS: Readonly<Record<string, string>> = {
  openai_chat: "openai_chat",
  openai_responses: "openai_responses",
  anthropic_messages: "anthropic_messages",
  gemini: "native_gemini",
};

for (const { id, name, command, testable, wire } of AGENTS) {
  if (!testable || command === undefined) continue;
  await using probe = await agentHome();
  const isInstalled = await probe.system.which(command) !== undefined;
  if (!isInstalled) console.log(`skipped: ${name} is not installed below ${AGENTS_DIR}`);

  Deno.test({
    name: `${id} finishes a task with a tool call after install alone`,
    ignore: !isInstalled,
    fn: () => runAgent(id, name, command, wire, {}),
  });

  const own = OWN_FILES[id];
  if (own === undefined) continue;
  Deno.test({
    name: `${id} does so too when another provider is its user's default`,
    ignore: !isInstalled,
    fn: () => runAgent(id, `${name}, another default`, command, wire, own),
  });
}

async function runAgent(
  id: string,
  name: string,
  command: string,
  wire: string,
  own: Readonly<Record<string, string>>,
): Promise<void> {
  await using proxy = await proxyUnderTest({ env: { LOG_LEVEL: "warn" } });
  await using home = await agentHome(RUN_ENV[id]);
  const { system } = home;
  for (const [path, text] of Object.entries(own)) {
    await Deno.mkdir(dirname(join(system.home, path)), { recursive: true });
    await Deno.writeTextFile(join(system.home, path), text);
  }
  const records = homeRecords(system, join(home.folder, "geminitro"));
  const request = { baseUrl: proxy.url, apiKey: "geminitro", models: [{ id: MODEL }] };
  const plan = await planInstall(id, request, system, records);
  assert.ok(plan.ok, JSON.stringify(plan));
  assert.deepEqual(await applyPlan(plan.value, system, records), { ok: true, value: undefined });
  const tested = await testInstall(id, { model: MODEL, env: plan.value.env ?? {} }, system);
  assert.ok(tested.ok);
  assert.equal(tested.value.outcome, "ok", `${tested.value.reason}\n${tested.value.output}`);
  assert.deepEqual(await dialectsOf(proxy), [DIALECTS[wire]]);
  console.log(`| ${name} | ${await versionOf(command, system, home.folder)} | ${wire} | ok |`);
  const undo = await planUninstall(id, system, records);
  assert.ok(undo.ok && (await applyPlan(undo.value, system, records)).ok);
  await assertGone(plan.value, proxy, system);
}

/** The client APIs that the agent used, once its calls are on record. */
async function dialectsOf(proxy: UnderTest): Promise<readonly string[]> {
  for (const deadline = Date.now() + 10_000;;) {
    const page = await proxy.proxy.services.admin.requests({}, { limit: 100 });
    assert.ok(page.ok);
    const found = [...new Set(page.value.items.map(({ dialect }) => dialect))];
    if (found.length > 0 || Date.now() > deadline) return found;
    await new Promise((done) => setTimeout(done, 50));
  }
}

async function versionOf(command: string, system: AgentSystem, cwd: string): Promise<string> {
  const { stdout, stderr } = await system.run((await system.which(command))!, ["--version"], {
    cwd,
    env: {},
    timeoutMs: 30_000,
  });
  return /\d+\.\d+\.\d+/.exec(stdout + stderr)?.[0] ?? "unknown";
}

/** Agents write into their files too, so that only our own part can be told to be gone. */
async function assertGone(plan: Plan, proxy: UnderTest, system: AgentSystem): Promise<void> {
  for (const { path } of plan.edits) {
    const text = new TextDecoder().decode(await system.read(path) ?? new Uint8Array());
    assert.ok(!text.includes(new URL(proxy.url).host), `${path} still names the proxy`);
  }
}
