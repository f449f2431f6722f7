import type { Command } from "../command.ts";

const MOST = 5_000;

export const keyUndo: Command = {
  name: "key undo",
  summary: "Put back keys that were removed within the last ten minutes",
  usage: "<undo>...",
  examples: [{ line: "geminitro key undo undo_x7Kp2Q", says: "With what key remove --dead has said" }],
  options: [],
  takes: { least: 1, most: MOST },
  async run(context) {
    const client = await context.client();
    const restored = [];
    for (const undo of context.args) restored.push(await client.restoreKey({ undo }));
    context.out.json({ restored: restored.map(({ id, tail, label }) => ({ id, tail, label })) });
    for (const { tail, label } of restored) context.out.line(`Put back ${label || tail}`);
  },
};
