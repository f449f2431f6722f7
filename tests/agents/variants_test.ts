/** Agents in the settings of their users beside the plain one: other providers, sub-agents, auto mode, long runs with compaction. */
import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import type { JsonObject } from "../../src/core/mod.ts";
import type { Answerer, ReplyPlan } from "../../src/sim/mod.ts";
import { proxyUnderTest, type UnderTest } from "../support/proxy_under_test.ts";
import { type AgentHome, agentHome, AGENTS_DIR } from "./agent_home.ts";

const MODEL = "gemini-3.6-flash";
const PROMPT =
  "Read the file marker.txt in the current directory with one of your tools, then answer with exactly its content.";
const STEPS = 40;
const TIMEOUT_MS = 240_000;

interface Variant {
  readonly name: string;
  readonly command: "codex" | "claude";
  /** The agent's own configuration, by path in the home folder. */
  readonly files: (url: string) => Readonly<Record<string, string>>;
  readonly env?: (url: string) => Readonly<Record<string, string>>;
  readonly args: (prompt: string) => readonly string[];
}

const codexArgs = (prompt: string) => [
  "exec",
  "--skip-git-repo-check",
  "--dangerously-bypass-approvals-and-sandbox",
  "--ephemeral",
  prompt,
];
const provider = (url: string) =>
  `[model_providers.g]\nname = "G"\nbase_url = "${url}/v1"\nwire_api = "responses"\n` +
  `experimental_bearer_token = "geminitro"\n`;
const own = (top: string, more = "") => (url: string) => ({
  ".codex/config.toml": `model_provider = "g"\n${top}${more}${provider(url)}`,
});
const builtIn = (top: string) => (url: string) => ({
  ".codex/config.toml": `model = "gpt-5.5"\nopenai_base_url = "${url}/v1"\n${top}`,
  ".codex/auth.json": '{"OPENAI_API_KEY":"geminitro"}',
});
const COMPACT = "model_auto_compact_token_limit = 24000\n";
const claudeEnv = (more: Readonly<Record<string, string>>) => (url: string) => ({
  ANTHROPIC_BASE_URL: url,
  ANTHROPIC_AUTH_TOKEN: "geminitro",
  ANTHROPIC_MODEL: MODEL,
  ANTHROPIC_DEFAULT_HAIKU_MODEL: MODEL,
  CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
  CLAUDE_CODE_AUTO_MODE_SERVER: "0",
  DISABLE_AUTOUPDATER: "1",
  ...more,
});
const claudeArgs =
  (...more: readonly string[]) => (prompt: string) => ["-p", prompt, "--output-format", "json", ...more];

const READERS: readonly Variant[] = [
  {
    name: "Codex with multi_agent_v2",
    command: "codex",
    files: own(`model = "${MODEL}"\n`, "[features]\nmulti_agent_v2 = true\n"),
    args: codexArgs,
  },
  {
    name: "Codex with an alias of a GPT name",
    command: "codex",
    files: own('model = "gpt-5.5"\n'),
    args: codexArgs,
  },
  { name: "Codex with openai_base_url", command: "codex", files: builtIn(""), args: codexArgs },
  {
    name: "Claude Code in auto mode",
    command: "claude",
    files: () => ({}),
    env: claudeEnv({}),
    args: claudeArgs("--permission-mode", "auto"),
  },
];

const LONG: readonly Variant[] = [
  {
    name: "Codex, a provider of its own",
    command: "codex",
    files: own(`model = "${MODEL}"\n${COMPACT}`),
    args: codexArgs,
  },
  { name: "Codex with openai_base_url", command: "codex", files: builtIn(COMPACT), args: codexArgs },
  {
    name: "Claude Code",
    command: "claude",
    files: () => ({}),
    env: claudeEnv({ CLAUDE_CODE_MAX_CONTEXT_TOKENS: "60000", CLAUDE_AUTOCOMPACT_PCT_OVERRIDE: "60" }),
    args: claudeArgs("--allowedTools", "Bash(*)", "--max-turns", "60"),
  },
];

/** What agents and this proxy ask for where a conversation is to be summed up. */
const SUMMARY_REGEXP =
  /task is to create a detailed summary|CONTEXT CHECKPOINT COMPACTION|Summarize this conversation for yourself/i;

/** A model that runs one command a turn, until it has run all of them. */
function steps(count: { steps: number; summaries: number }): Answerer {
  const plan = (text: string, calls: ReplyPlan["calls"] = []): ReplyPlan => ({ text, calls, thought: "" });
  return ({ request }) => {
    const contents = request["contents"] as { parts: { text?: string }[] }[];
    const words = contents.at(-1)?.parts.map(({ text }) => text ?? "").join(" ") ?? "";
    if (SUMMARY_REGEXP.test(words)) {
      count.summaries++;
      return plan(`SUMMARY after step ${count.steps}.`);
    }
    const tools = request["tools"] as { functionDeclarations?: { name: string }[] }[] | undefined;
    const tool = (tools?.[0]?.functionDeclarations ?? []).find(({ name }) =>
      name === "exec_command" || name === "Bash"
    );
    if (tool === undefined) return plan("ok");
    if (count.steps >= STEPS) return plan(`DONE-${STEPS}`);
    const command = `echo step ${++count.steps}; seq 1 700 | tr '\\n' ' '`;
    const args: JsonObject = tool.name === "Bash" ? { command, description: "step" } : { cmd: command };
    return plan("", [{ name: tool.name, args }]);
  };
}

async function run(t: UnderTest, home: AgentHome, variant: Variant, prompt: string): Promise<string> {
  const { system, folder } = home;
  for (const [path, text] of Object.entries(variant.files(t.url))) {
    await Deno.mkdir(dirname(join(system.home, path)), { recursive: true });
    await Deno.writeTextFile(join(system.home, path), text);
  }
  const work = join(folder, "work");
  await Deno.mkdir(work);
  await Deno.writeTextFile(join(work, "marker.txt"), "MARKER-77\n");
  const git = await system.which("git");
  if (git !== undefined) await system.run(git, ["init", "-q"], { cwd: work, env: {}, timeoutMs: 10_000 });
  const command = (await system.which(variant.command))!;
  const { stdout, stderr } = await system.run(command, [...variant.args(prompt)], {
    cwd: work,
    env: { OPENAI_API_KEY: "geminitro", ...variant.env?.(t.url) },
    timeoutMs: TIMEOUT_MS,
  });
  return stdout + stderr;
}

async function prepared(): Promise<UnderTest> {
  const t = await proxyUnderTest({ env: { LOG_LEVEL: "warn" } });
  const put = await t.proxy.services.admin.putAlias("gpt-5.5", MODEL);
  assert.ok(put.ok);
  return t;
}

async function generateCalls(t: UnderTest) {
  const page = await t.proxy.services.admin.requests({}, { limit: 200 });
  assert.ok(page.ok);
  return page.value.items.filter(({ operation }) => operation === "generate");
}

/** Every generating call was served at its first try. */
async function assertServed(t: UnderTest): Promise<void> {
  let calls: Awaited<ReturnType<typeof generateCalls>> = [];
  for (const deadline = Date.now() + 10_000; calls.length === 0 && Date.now() < deadline;) {
    calls = await generateCalls(t);
    if (calls.length === 0) await new Promise((done) => setTimeout(done, 50));
  }
  assert.ok(calls.length > 0, "no call is on record");
  assert.deepEqual(calls.filter(({ outcome, attempts }) => outcome !== "ok" || attempts.length !== 1), []);
}

for (const variant of [...READERS, ...LONG]) {
  await using probe = await agentHome();
  const installed = await probe.system.which(variant.command) !== undefined;
  if (!installed) console.log(`skipped: ${variant.command} is not installed below ${AGENTS_DIR}`);
  const isLong = LONG.includes(variant);

  Deno.test({
    name: isLong
      ? `${variant.name} does ${STEPS} steps over compactions, each call served at once`
      : `${variant.name} finishes a task with a tool call`,
    ignore: !installed,
    async fn() {
      await using t = await prepared();
      await using home = await agentHome();
      if (!isLong) {
        assert.match(await run(t, home, variant, PROMPT), /MARKER-77/);
        return await assertServed(t);
      }
      const count = { steps: 0, summaries: 0 };
      t.simulator.control.answer(steps(count));
      const output = await run(t, home, variant, "Run forty commands, one after another, then say DONE.");
      assert.match(output, new RegExp(`DONE-${STEPS}`), output.slice(-2_000));
      assert.equal(count.steps, STEPS);
      assert.ok(count.summaries > 0, "nothing was compacted");
      await assertServed(t);
    },
  });
}
