import { createClient } from "../../management/client.ts";
import type { Command, Context } from "../command.ts";
import type { McpSource } from "../mcp/server.ts";
import { localUrl, runningServer } from "../server_file.ts";

export const mcp: Command = {
  name: "mcp",
  summary:
    "Let agents ask the pool: quota left, which model now, last failures (MCP over standard input and output)",
  usage: "",
  examples: [
    {
      line: "geminitro mcp",
      says: "What an agent starts; geminitro install --mcp writes it into those that take MCP servers",
    },
  ],
  options: [],
  takes: { least: 0, most: 0 },
  async run(context) {
    const [{ createMcpServer }, { StdioServerTransport }] = await Promise.all([
      import("../mcp/server.ts"),
      import("@modelcontextprotocol/server/stdio"),
    ]);
    const source = await sourceOf(context);
    const server = createMcpServer({ version: context.services.version, source, now: Date.now });
    const transport = new StdioServerTransport();
    const ended = new Promise<void>((resolve) => server.server.onclose = resolve);
    await server.connect(transport);
    // The agent closes our input when it ends.
    const { default: process } = await import("node:process");
    process.stdin.once("end", () => void server.close());
    await Promise.race([ended, context.services.endSignal()]);
  },
};

/** Looks for the running server at each question; it may be started, stopped and moved while an agent is at work. */
async function sourceOf(context: Context): Promise<() => Promise<McpSource>> {
  const { home, proxyApiKey: token } = await context.settings();
  return async () => {
    const running = await runningServer(home);
    if (running === undefined) {
      throw new Error("GemiNitro is not running. Start it: geminitro start --detach");
    }
    return createClient({ base: localUrl(running), token });
  };
}
