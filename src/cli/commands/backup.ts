import type { Command } from "../command.ts";
import { CommandError } from "../command_error.ts";

export const backup: Command = {
  name: "backup",
  summary: "Write today's backup now; the server does it by itself each hour in which something changed",
  usage: "",
  examples: [{
    line: "geminitro backup",
    says: "Says the file's name; give it to geminitro import to restore",
  }],
  options: [],
  takes: { least: 0, most: 0 },
  async run(context) {
    const report = await (await context.client()).backUp();
    context.out.json(report);
    if (report.file === null) {
      throw new CommandError("There is nothing to back up yet", { code: "nothing_there" });
    }
    context.out.line(`Wrote ${report.file}`);
    context.out.line(
      "It can be opened with the master key alone: secret.key, or GEMINITRO_MASTER_KEY. Keep both.",
    );
  },
};
