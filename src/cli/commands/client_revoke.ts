import type { Command } from "../command.ts";

export const clientRevoke: Command = {
  name: "client revoke",
  summary: "End a client's token at once",
  usage: "<name or id>",
  examples: [{ line: "geminitro client revoke laptop", says: "Its figures stay" }],
  options: [],
  takes: { least: 1, most: 1 },
  async run(context) {
    const client = await (await context.client()).revokeClient(context.args[0] ?? "");
    context.out.json(client);
    context.out.line(`Revoked the token of ${client.name}`);
  },
};
