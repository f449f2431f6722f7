import { durationText, untilText } from "../../core/mod.ts";
import type { Key, Overview, Problem } from "../../management/contract.ts";
import type { Command, Context } from "../command.ts";
import type { Output } from "../output.ts";
import { localUrl } from "../server_file.ts";
import { plural } from "../plural.ts";
import { verdictLine } from "../stats_view.ts";
import type { Style } from "../style.ts";
import { watch, WATCH_OPTIONS } from "../watch.ts";

export const status: Command = {
  name: "status",
  summary: "Quick health check of the server: does it serve, and if not, until when",
  usage: "",
  examples: [
    { line: "geminitro status", says: "Address, verdict, keys, problems; exit code 1 when it does not run" },
    { line: "geminitro status --line", says: "One line, for a prompt or a status bar" },
    { line: "geminitro status --watch", says: "Drawn again every two seconds until Ctrl-C" },
    { line: "geminitro status --json", says: "The same for scripts" },
  ],
  options: [
    { name: "line", summary: "One short line; nothing but the state, the keys and what is out" },
    ...WATCH_OPTIONS,
  ],
  takes: { least: 0, most: 0 },
  async run(context) {
    const info = await context.server();
    if (info === undefined) return notRunning(context);
    const client = await context.client();
    const url = localUrl(info);
    await watch(context, async (out) => {
      const [health, overview, { items: cooling }] = await Promise.all([
        client.health(),
        client.overview(),
        client.keyPage({ status: "cooldown", limit: MOST_COOLING }),
      ]);
      out.json({ running: true, pid: info.pid, url, port: info.port, ...health, overview });
      if (context.flag("line")) return out.line(shortLine(overview, out.style));
      const { style } = out;
      const { verdict, calls, problems } = overview;
      out.line(`${style.green("running")}  ${url}  (process ${info.pid}, version ${health.version})`);
      out.line(`state    ${verdictLine(verdict, style)}`);
      out.line(`uptime   ${durationText(health.uptime * 1_000)}`);
      showKeys(overview, cooling, out);
      out.line(`models   ${health.models}`);
      out.line(`calls    ${calls.running} running, ${calls.waiting} waiting`);
      showProblems(problems.filter(({ message }) => !verdict.message.includes(message)), out);
    });
  },
};

/** Cooling keys that are named one by one. */
const MOST_COOLING = 20;

function showKeys({ keys: counts }: Overview, cooling: readonly Key[], out: Output): void {
  out.line(
    `keys     ${counts.active} of ${counts.total} active, ${counts.cooldown} cooling, ` +
      `${counts.disabled} disabled, ${counts.dead} dead`,
  );
  for (const { label, tail, cooldownUntil } of cooling) {
    const until = cooldownUntil === null ? "" : ` ${untilText(Date.parse(cooldownUntil), Date.now())}`;
    out.line(`         ${label || tail} cools down${until}`);
  }
  const more = counts.cooldown - cooling.length;
  if (more > 0) {
    out.line(`         ${plural(more, "more key")} cool down: geminitro key list --status cooldown`);
  }
}

function showProblems(problems: readonly Problem[], out: Output): void {
  if (problems.length === 0) return;
  out.line();
  for (const { severity, message, link } of problems) {
    const paint = severity === "error" ? out.style.red : out.style.yellow;
    out.line(`${paint(severity.padEnd(7))}  ${message}${link === null ? "" : ` ${link}`}`);
  }
}

/** State, keys and what is out in one line; the first models by name, the others by their number. */
function shortLine({ verdict, keys, calls }: Overview, style: Style): string {
  const paint = verdict.status === "ok"
    ? style.green
    : verdict.status === "exhausted"
    ? style.red
    : style.yellow;
  const [first] = verdict.out;
  const until = verdict.until === null ? "" : ` ${untilText(Date.parse(verdict.until), Date.now())}`;
  const more = verdict.out.length > 1 ? ` and ${plural(verdict.out.length - 1, "more model")}` : "";
  return [
    paint(verdict.status),
    `${keys.active}/${keys.total} keys`,
    ...(calls.running + calls.waiting === 0 ? [] : [`${calls.running} running, ${calls.waiting} waiting`]),
    ...(first === undefined ? [] : [`${first.model}${more} out${until}`]),
  ].join(" | ");
}

function notRunning({ out }: Context): number {
  out.json({ running: false });
  out.line("GemiNitro is not running. Start it: geminitro start");
  return 1;
}
