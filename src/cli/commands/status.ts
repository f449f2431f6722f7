import type { Command, Context } from "../command.ts";
import { localUrl } from "../server_file.ts";
import { untilText } from "../../core/mod.ts";
import type { ModelOverview } from "../../management/contract.ts";
import { span } from "../spans.ts";
import { verdictLine } from "../stats_view.ts";
import type { Style } from "../style.ts";

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
    const client = await context.client();
    const [health, overview] = await Promise.all([client.health(), client.overview()]);
    const url = localUrl(info);
    const { verdict, calls, models } = overview;
    out.json({ running: true, pid: info.pid, url, port: info.port, ...health, overview });
    const { style } = out;
    const { keys } = health;
    out.line(`${style.green("running")}  ${url}  (process ${info.pid}, version ${health.version})`);
    out.line(`state    ${verdictLine(verdict, style)}`);
    out.line(`uptime   ${span(health.uptime * 1_000)}`);
    out.line(
      `keys     ${keys.active} of ${keys.total} active, ${keys.cooldown} cooling, ${keys.disabled} disabled, ${keys.dead} dead`,
    );
    for (const { tail, remaining } of keys.cooldownKeys ?? []) {
      out.line(`         ${tail} cools for ${span(remaining * 1_000)}`);
    }
    out.line(`models   ${health.models}`);
    out.line(`calls    ${calls.running} running, ${calls.waiting} waiting`);
    for (const model of models.filter(({ state }) => state === "busy" || state === "out")) {
      out.line(`         ${lineOf(model, style)}`);
    }
  },
};

function lineOf({ model, state, reason, until }: ModelOverview, style: Style): string {
  const when = until === null ? "" : ` ${untilText(Date.parse(until), Date.now())}`;
  return `${model} ${(state === "out" ? style.red : style.yellow)(state)}${when} (${reason ?? ""})`;
}

function notRunning({ out }: Context): number {
  out.json({ running: false });
  out.line("GemiNitro is not running. Start it: geminitro start");
  return 1;
}
