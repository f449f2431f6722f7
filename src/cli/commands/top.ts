import type { Command } from "../command.ts";
import { usageError } from "../command_error.ts";
import { liveClient } from "../live_client.ts";

const USUAL_SECONDS = 1;

export const top: Command = {
  name: "top",
  summary: "Watch models, keys and live calls on the full screen",
  usage: "",
  examples: [
    { line: "geminitro top", says: "Tab goes to the next list, arrows scroll it, q ends" },
    { line: "geminitro top --interval 5", says: "Looked at every five seconds" },
  ],
  options: [{
    name: "interval",
    value: "<seconds>",
    summary: `Between two looks; default ${USUAL_SECONDS}`,
  }],
  takes: { least: 0, most: 0 },
  async run(context) {
    const { terminal } = context.services;
    if (!terminal.input || !terminal.output || context.json) {
      throw usageError(
        "top needs a terminal",
        "geminitro status --watch and geminitro now --json say the same without one.",
      );
    }
    const pauseMs = (context.number("interval", 1) ?? USUAL_SECONDS) * 1_000;
    const open = await liveClient(context);
    // Said before the screen is taken.
    await open();
    const { showTop } = await import("../top/screen.ts");
    await showTop({ open, pauseMs, style: context.out.style });
  },
};
