import assert from "node:assert/strict";
import { join } from "node:path";
import { proxyUnderTest } from "../support/proxy_under_test.ts";
import { AGENTS_DIR, SCRIPTS } from "./agent_home.ts";

/** The scripts' own code for an agent that is not installed. */
const ABSENT = 77;

const aider = join(AGENTS_DIR, "aider/venv/bin/aider");

/** Script, and the variables that choose another wire API. */
const RUNS: readonly (readonly [string, Readonly<Record<string, string>>])[] = [
  ["opencode", {}],
  ["opencode", { OPENCODE_NPM: "@ai-sdk/openai" }],
  ["opencode", { OPENCODE_NPM: "@ai-sdk/anthropic" }],
  ["opencode", { OPENCODE_NPM: "@ai-sdk/google" }],
  ["claude", {}],
  ["codex", {}],
  ["gemini", {}],
  ["continue", {}],
  ["kimi", {}],
  ["kimi", { KIMI_TYPE: "openai_responses" }],
  ["kimi", { KIMI_TYPE: "anthropic" }],
  ["kimi", { KIMI_TYPE: "google-genai" }],
  ["aider", { AIDER_BIN: aider }],
];

const present = await isThere(SCRIPTS);
if (!present) console.log(`skipped: no scripts at ${SCRIPTS}; set GEMINITRO_SHARED`);

for (const [agent, env] of RUNS) {
  const variant = Object.entries(env).filter(([name]) => name !== "AIDER_BIN").map((pair) => pair.join("="))
    .join();
  const isAbsent = agent === "aider" ? !await isThere(aider) : !await isThere(join(AGENTS_DIR, agent));
  if (present && isAbsent) console.log(`skipped: ${agent} is not installed below ${AGENTS_DIR}`);
  Deno.test({
    name: `run-${agent}.sh ends well against the proxy${variant === "" ? "" : ` with ${variant}`}`,
    ignore: !present || isAbsent,
    async fn() {
      await using proxy = await proxyUnderTest({ env: { LOG_LEVEL: "warn" } });
      const { code, stdout, stderr } = await new Deno.Command(join(SCRIPTS, `run-${agent}.sh`), {
        env: {
          ...env,
          BASE_URL: `${proxy.url}/v1`,
          API_KEY: "geminitro",
          MODEL: "gemini-2.5-flash",
          AGENTS_DIR,
          TIMEOUT_S: "150",
        },
        stdin: "null",
      }).output();
      const text = new TextDecoder();
      assert.notEqual(code, ABSENT, `${agent} is only half installed below ${AGENTS_DIR}`);
      assert.equal(code, 0, text.decode(stdout) + text.decode(stderr));
    },
  });
}

async function isThere(path: string): Promise<boolean> {
  try {
    await Deno.stat(path);
    return true;
  } catch {
    return false;
  }
}
