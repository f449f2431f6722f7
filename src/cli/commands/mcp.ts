import type { Command } from "../command.ts";
import { liveClient } from "../live_client.ts";

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
    const source = await liveClient(context);
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
