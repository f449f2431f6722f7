import { type Command, CommandError, type Context } from "../command.ts";
import { buildPages } from "../build_pages.ts";
import { firstRun, flagsOf, serveHere } from "../serve_here.ts";
import { localUrl, stopServer } from "../server_file.ts";
import { spawnServer } from "../spawn_server.ts";
import { openInBrowser } from "../open_in_browser.ts";

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

/** In the background a running server is success; in the foreground it is an error. */
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

export const restart: Command = {
  name: "restart",
  summary: "Stop the running server, then start it again in the background",
  usage: "",
  examples: [{ line: "geminitro restart", says: "After an edit of .env, for example" }],
  options: [
    { name: "port", value: "<number>", summary: "Port to listen on; default as it was started" },
    { name: "timeout", value: "<seconds>", summary: "How long to wait for running calls; default 30" },
  ],
  takes: { least: 0, most: 0 },
  async run(context) {
    const port = context.number("port");
    const { home } = await context.settings();
    // Done before the old server ends, so that the pause is short.
    await buildPages(context);
    const stopped = await stopServer(home, (context.number("timeout", 1) ?? 30) * 1_000);
    const info = await spawnServer(
      context,
      port === undefined ? stopped?.flags ?? [] : ["--port", String(port)],
    );
    context.out.json({ restarted: stopped !== undefined, pid: info.pid, url: localUrl(info) });
    const word = stopped === undefined ? "It was not running; started" : "Restarted";
    context.out.line(`${word} at ${localUrl(info)} (process ${info.pid}).`);
  },
};

export const open: Command = {
  name: "open",
  summary: "Open the dashboard in the browser",
  usage: "",
  examples: [
    { line: "geminitro open", says: "The dashboard of the running server" },
    { line: "geminitro open --print", says: "Only say its address" },
  ],
  options: [{ name: "print", summary: "Say the address and open nothing" }],
  takes: { least: 0, most: 0 },
  async run(context) {
    const info = await context.server();
    if (info === undefined) {
      throw new CommandError("GemiNitro is not running", { hint: "Start it: geminitro start" });
    }
    const host = info.host === "localhost" ? `http://localhost:${info.port}` : localUrl(info);
    const url = `${host}/dashboard`;
    const opened = !context.flag("print") && await openInBrowser(url);
    context.out.json({ url, opened });
    context.out.line(url);
    return opened || context.flag("print") ? 0 : 1;
  },
};
