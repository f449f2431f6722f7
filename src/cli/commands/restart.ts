import type { Command } from "../command.ts";
import { buildPages } from "../build_pages.ts";
import { localUrl } from "../server_file.ts";
import { spawnServer } from "../spawn_server.ts";
import { stopServer } from "../stop_server.ts";

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
    // Before the old one ends: the pause stays short.
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
