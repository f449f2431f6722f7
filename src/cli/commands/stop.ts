import type { Command } from "../command.ts";
import { stopServer } from "../stop_server.ts";

export const stop: Command = {
  name: "stop",
  summary: "Stop the running server; calls that run are let end first",
  usage: "",
  examples: [{ line: "geminitro stop", says: "Stop the server of this data folder, and no other process" }],
  options: [{ name: "timeout", value: "<seconds>", summary: "How long to wait for it; default 30" }],
  takes: { least: 0, most: 0 },
  async run(context) {
    const patience = (context.number("timeout", 1) ?? 30) * 1_000;
    const stopped = await stopServer((await context.settings()).home, patience);
    context.out.json({
      stopped: stopped !== undefined,
      ...(stopped === undefined ? {} : { pid: stopped.pid }),
    });
    context.out.line(
      stopped === undefined ? "GemiNitro is not running." : `Stopped GemiNitro (process ${stopped.pid}).`,
    );
  },
};
