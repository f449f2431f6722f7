import type { Command } from "../command.ts";
import { CommandError } from "../command_error.ts";
import { openInBrowser } from "../open_in_browser.ts";
import { localUrl } from "../server_file.ts";

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
