import type { Command, Context } from "../command.ts";
import { localUrl } from "../server_file.ts";
import { plural, span } from "../spans.ts";

export const status: Command = {
  name: "status",
  summary: "Quick health check of the server",
  usage: "",
  examples: [
    { line: "geminitro status", says: "Address, version, keys; exit code 1 when it does not run" },
    { line: "geminitro status --json", says: "The same for scripts" },
  ],
  options: [],
  takes: { least: 0, most: 0 },
  async run(context) {
    const info = await context.server();
    if (info === undefined) return notRunning(context);
    const { out } = context;
    const health = await (await context.door()).health();
    const url = localUrl(info);
    out.json({ running: true, pid: info.pid, url, port: info.port, ...health });
    const { style } = out;
    const { keys } = health;
    out.line(`${style.green("running")}  ${url}  (process ${info.pid}, version ${health.version})`);
    out.line(`uptime   ${span(health.uptime * 1_000)}`);
    out.line(
      `keys     ${keys.active} of ${keys.total} active, ${keys.cooldown} cooling, ${keys.disabled} disabled, ${keys.dead} dead`,
    );
    for (const { tail, remaining } of keys.cooldownKeys ?? []) {
      out.line(`         ${tail} cools for ${span(remaining * 1_000)}`);
    }
    out.line(`models   ${health.models}`);
    out.line(`queue    ${plural(health.queue.length, "call")} waiting`);
  },
};

function notRunning({ out }: Context): number {
  out.json({ running: false });
  out.line("GemiNitro is not running. Start it: geminitro start");
  return 1;
}
