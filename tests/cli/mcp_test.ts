/** `geminitro mcp` through the official client, as an agent starts it; and `install --mcp` in the agents' own files. */
import { Client } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import assert from "node:assert/strict";
import { join } from "node:path";
import { CliHome, denoCache, KEYS, PROGRAM } from "./cli_process.ts";

interface Answer {
  readonly structuredContent?: Record<string, unknown>;
  readonly content: readonly { readonly text: string }[];
  readonly isError?: boolean;
}

/** Connects as an agent does, and closes the process afterwards. */
async function withAgent(
  cli: CliHome,
  task: (ask: (tool: string, input?: object) => Promise<Answer>, agent: Client) => Promise<void>,
) {
  const [command = "", ...before] = PROGRAM;
  const transport = new StdioClientTransport({
    command,
    args: [...before, "mcp"],
    env: cli.env(),
    stderr: "inherit",
  });
  const agent = new Client({ name: "test-agent", version: "1.0.0" });
  await agent.connect(transport);
  try {
    await task(async (name, input = {}) => {
      const answer = await agent.callTool({ name, arguments: { ...input } }) as unknown as Answer;
      cli.searchSecrets(JSON.stringify(answer), name);
      return answer;
    }, agent);
  } finally {
    await agent.close();
  }
}

Deno.test({
  name:
    "an agent asks the pool: tools, quota, which model, keys, failures; read-only, without secrets, also while no server runs",
  // The client's transport keeps timers of its own after close().
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    await using cli = await CliHome.open();
    await cli.good(["key", "add", ...KEYS.slice(0, 2)]);
    await withAgent(cli, async (ask, agent) => {
      const { tools } = await agent.listTools();
      assert.deepEqual(tools.map(({ name }) => name).sort(), [
        "calls_now",
        "keys_state",
        "last_failures",
        "quota_left",
        "which_model",
      ]);
      assert.ok(tools.every(({ annotations }) => annotations?.readOnlyHint === true));
      const stopped = await ask("quota_left");
      assert.ok(
        stopped.isError && /not running.*start --detach/.test(stopped.content[0]!.text),
        JSON.stringify(stopped),
      );

      await cli.good(["start", "--detach"]);
      const { url } = await cli.json<{ url: string }>(["status"]);
      const chat = async (model: string) => {
        const reply = await fetch(`${url}/v1/chat/completions`, {
          method: "POST",
          headers: { authorization: "Bearer geminitro", "content-type": "application/json" },
          body: JSON.stringify({ model, messages: [{ role: "user", content: "hello" }] }),
        });
        await reply.body?.cancel();
        return reply.status;
      };
      assert.equal(await chat("gemini-2.5-flash"), 200);
      assert.equal(await chat("no-such-model"), 404);

      const quota = await ask("quota_left", { model: "gemini-2.5-flash" });
      const [model] = quota.structuredContent!["models"] as Record<string, unknown>[];
      assert.deepEqual([model?.["model"], model?.["state"]], ["gemini-2.5-flash", "open"]);
      const which = await ask("which_model", {
        candidates: ["gemini-2.5-flash", "gemini-2.5-pro"],
        calls: 3,
      });
      assert.equal(which.structuredContent!["use"], "gemini-2.5-flash");
      const keys = await ask("keys_state");
      assert.equal((keys.structuredContent!["keys"] as unknown[]).length, 2);
      // Records are written in batches.
      let failures: Record<string, unknown>[] = [];
      for (let look = 0; look < 50 && failures.length === 0; look++) {
        await new Promise((resolve) => setTimeout(resolve, 100));
        failures = (await ask("last_failures")).structuredContent!["failures"] as Record<string, unknown>[];
      }
      assert.deepEqual([failures[0]?.["model"], failures[0]?.["outcome"]], ["no-such-model", "refused"]);
      const wrong = await ask("which_model", { calls: -1 });
      assert.ok(wrong.isError);
    });
    await cli.good(["stop"]);
  },
});

Deno.test("install --mcp writes the server into agents' own files, keeps what is there, and uninstall takes it out", async () => {
  await using cli = await CliHome.open();
  await cli.good(["key", "add", KEYS[0]!]);
  const home = join(cli.folder, "user");
  await Deno.mkdir(home);
  const env = { HOME: home, USERPROFILE: home, DENO_DIR: denoCache() };
  const claude = join(home, ".claude.json");
  const before = `{"mcpServers":{"mine":{"command":"x"}},"numStartups":3}\n`;
  await Deno.writeTextFile(claude, before);
  const agents = ["claude", "codex", "gemini", "qwen", "opencode"];
  await cli.good(["install", ...agents, "--mcp", "--yes"], { env });
  const read = (path: string) => Deno.readTextFile(join(home, path));
  const { mcpServers, numStartups } = JSON.parse(await read(".claude.json"));
  assert.equal(numStartups, 3);
  assert.deepEqual(Object.keys(mcpServers), ["mine", "geminitro"]);
  assert.equal(mcpServers.geminitro.args.at(-1), "mcp");
  assert.match(await read(".codex/config.toml"), /\[mcp_servers\.geminitro\]/);
  assert.equal(JSON.parse(await read(".gemini/settings.json")).mcpServers.geminitro.args.at(-1), "mcp");
  assert.equal(JSON.parse(await read(".qwen/settings.json")).mcpServers.geminitro.args.at(-1), "mcp");
  assert.equal(JSON.parse(await read(".config/opencode/opencode.json")).mcp.geminitro.command.at(-1), "mcp");
  // Installed again without the word, it stays.
  await cli.good(["install", "claude", "--yes"], { env });
  assert.ok(JSON.parse(await read(".claude.json")).mcpServers.geminitro);
  await cli.good(["uninstall", ...agents, "--yes"], { env });
  assert.equal(await Deno.readTextFile(claude), before);
});
