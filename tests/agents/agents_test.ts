import assert from "node:assert/strict";
import { join } from "node:path";
import {
  AGENTS,
  applyPlan,
  homeRecords,
  planInstall,
  planUninstall,
  testInstall,
} from "../../src/agents/mod.ts";
import { proxyUnderTest } from "../support/proxy_under_test.ts";
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

for (const { id, name, command, testable, wire } of AGENTS) {
  if (!testable || command === undefined) continue;
  await using probe = await agentHome();
  const path = await probe.system.which(command);
  if (path === undefined) console.log(`skipped: ${name} is not installed below ${AGENTS_DIR}`);
  Deno.test({
    name: `${id} finishes a task with a tool call after install alone`,
    ignore: path === undefined,
    sanitizeOps: false,
    sanitizeResources: false,
    async fn() {
      await using proxy = await proxyUnderTest({ env: { LOG_LEVEL: "warn" } });
      await using home = await agentHome(RUN_ENV[id]);
      const { system } = home;
      const records = homeRecords(system, join(home.folder, "geminitro"));
      const request = { baseUrl: proxy.url, apiKey: "geminitro", models: [{ id: MODEL }] };
      const plan = await planInstall(id, request, system, records);
      assert.ok(plan.ok, JSON.stringify(plan));
      assert.deepEqual(await applyPlan(plan.value, system, records), { ok: true, value: undefined });
      const tested = await testInstall(id, { model: MODEL, env: plan.value.env ?? {} }, system);
      assert.ok(tested.ok);
      assert.equal(tested.value.outcome, "ok", `${tested.value.reason}\n${tested.value.output}`);
      const version = await system.run(path!, ["--version"], {
        cwd: home.folder,
        env: {},
        timeoutMs: 30_000,
      });
      const number = /\d+\.\d+[\w.-]*/.exec(version.stdout + version.stderr)?.[0] ?? "?";
      const page = await proxy.proxy.rooms.admin.requests({}, { limit: 100 });
      assert.ok(page.ok);
      const dialects = [...new Set(page.value.requests.map(({ dialect }) => dialect))].join(", ");
      console.log(`| ${name} | ${number} | ${wire} (${dialects}) | ok, ${tested.value.seconds} s |`);
      const undo = await planUninstall(id, system, records);
      assert.ok(undo.ok && (await applyPlan(undo.value, system, records)).ok);
    },
  });
}
