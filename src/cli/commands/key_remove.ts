import type { Command } from "../command.ts";

export const keyRemove: Command = {
  name: "key remove",
  summary: "Remove a key by its last 6 or more characters, or its id",
  usage: "<fragment>",
  examples: [{ line: "geminitro key remove x7Kp2Q", says: "Remove the key that ends with x7Kp2Q" }],
  options: [],
  takes: { least: 1, most: 1 },
  async run(context) {
    const removed = await (await context.client()).removeKey(context.args[0] ?? "");
    const { id, tail, label, revoked, note } = removed;
    const name = label || (revoked === undefined ? `...${tail.replace(/^\.+/, "")}` : tail);
    context.out.json({ removed: { id, tail, label, ...(revoked === undefined ? {} : { revoked }) } });
    context.out.line(`Removed ${name}${note === undefined ? "" : `. ${note}`}`);
  },
};
