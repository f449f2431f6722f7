import type { Command, Context } from "../command.ts";
import { buildPages } from "../build_pages.ts";
import { firstRun } from "../first_run.ts";
import { flagsOf, serveHere } from "../serve_here.ts";
import { localUrl } from "../server_file.ts";
import { spawnServer } from "../spawn_server.ts";
import { CommandError } from "../command_error.ts";

export const start: Command = {
  name: "start",
  summary: "Start the proxy; a first run offers what is still to be set up",
  usage: "",
  examples: [
    { line: "geminitro start", says: "Serve in this terminal; Ctrl-C ends it" },
    { line: "geminitro start --detach", says: "Serve in the background, with a log file in the data folder" },
    { line: "geminitro start --port 8080 --no-splash", says: "Another port, and no picture" },
  ],
  options: [
    { name: "port", value: "<number>", summary: "Port to listen on, instead of PORT" },
    { name: "host", value: "<address>", summary: "Address to listen on, instead of HOST" },
    { name: "detach", short: "d", summary: "Serve in the background" },
    { name: "no-splash", summary: "Start without the picture" },
    { name: "no-interactive", summary: "Ask nothing, just serve" },
  ],
  takes: { least: 0, most: 0 },
  async run(context) {
    const overrides = overridesOf(context);
    const there = await context.server();
    if (there !== undefined) return alreadyRuns(context, localUrl(there), there.pid);
    await buildPages(context);
    if (context.flag("detach")) return await detach(context, overrides);
    const after = await firstRun(context);
    return await serveHere(context, overrides, after);
  },
};

/** Flags win over the environment. */
function overridesOf(context: Context): Record<string, string> {
  const port = context.number("port");
  const host = context.text("host");
  return {
    ...(port === undefined ? {} : { PORT: String(port) }),
    ...(host === undefined ? {} : { HOST: host }),
  };
}

/** In the background, a server that runs is what was asked for; here it is not. */
function alreadyRuns(context: Context, url: string, pid: number): number {
  const { out } = context;
  const message = `GemiNitro already runs at ${url} (process ${pid}).`;
  if (!context.flag("detach")) {
    throw new CommandError(message, { code: "already_running", hint: "Stop it first: geminitro stop" });
  }
  out.json({ started: false, pid, url });
  out.line(message);
  return 0;
}

async function detach(context: Context, overrides: Record<string, string>): Promise<number> {
  const info = await spawnServer(context, flagsOf(overrides));
  const url = localUrl(info);
  context.out.json({ started: true, pid: info.pid, url });
  context.out.line(`GemiNitro runs at ${url} (process ${info.pid}). Stop it: geminitro stop`);
  return 0;
}
