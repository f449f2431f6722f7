import type { Command } from "../command.ts";
import { usageError } from "../command_error.ts";

export const sim: Command = {
  name: "sim",
  summary: "Serve the Gemini simulator alone, for tests and trials",
  usage: "",
  examples: [
    { line: "geminitro sim --port 8787", says: "Then GEMINI_API_URL=http://127.0.0.1:8787 geminitro start" },
    { line: "geminitro sim --latency 300 --speed 80", says: "Answer after 300 ms at 80 tokens a second" },
  ],
  options: [
    { name: "port", value: "<number>", summary: "Port to listen on; default any free one" },
    { name: "seed", value: "<number>", summary: "The same seed gives the same bytes; default 1" },
    { name: "latency", value: "<ms>", summary: "Milliseconds before every reply; default 0" },
    {
      name: "speed",
      value: "<tokens>",
      summary: "Tokens a second of streams; default as fast as they are read",
    },
    { name: "no-quota", summary: "Count no quota" },
    { name: "no-agent", summary: "Answer prompts about files with plain text instead of tool calls" },
  ],
  takes: { least: 0, most: 0 },
  async run(context) {
    const { serveSimulator, sampleProjects } = await import("../../sim/mod.ts");
    const port = context.number("port") ?? 0;
    if (port > 65_535) throw usageError("--port must be at most 65535");
    const seed = context.number("seed");
    const speed = context.number("speed", 1);
    const asked = context.services.endSignal();
    const projects = sampleProjects();
    const simulator = serveSimulator({
      port,
      projects,
      ...(seed === undefined ? {} : { seed }),
      ...(speed === undefined ? {} : { tokensPerSecond: speed }),
      latencyMs: context.number("latency") ?? 0,
      quota: !context.flag("no-quota"),
      agentMode: !context.flag("no-agent"),
    });
    context.out.json({ url: simulator.url });
    context.out.line(`The simulator listens at ${simulator.url}`);
    // Made-up keys of the simulator, not secrets of anybody.
    context.out.once(`Its keys: ${projects.flatMap(({ keys }) => keys).join(", ")}`);
    await asked;
    await simulator.close();
  },
};
