import { backText, durationText, untilText } from "../../core/mod.ts";
import type { Call, Key, Overview, Problem } from "../../management/contract.ts";
import { type Command, type Context, usageError } from "../command.ts";
import type { Output } from "../output.ts";
import { liveClient, localUrl } from "../server_file.ts";
import { showCooling, showStats, verdictLine } from "../stats_view.ts";
import { plural, type Style } from "../style.ts";
import { watch, WATCH_OPTIONS } from "../watch.ts";
import { everyItem, type LocalClient } from "../../management/client.ts";

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

/** Most keys in cooldown that are listed one by one. */
const MOST_COOLING = 20;

function showKeys({ keys: counts }: Overview, cooling: readonly Key[], out: Output): void {
  out.line(
    `keys     ${counts.active} of ${counts.total} active, ${counts.cooldown} cooling, ` +
      `${counts.disabled} disabled, ${counts.dead} dead`,
  );
  showCooling(counts.cooldown, cooling, out, "         ");
}

function showProblems(problems: readonly Problem[], out: Output): void {
  if (problems.length === 0) return;
  out.line();
  for (const { severity, message, link } of problems) {
    const paint = severity === "error" ? out.style.red : out.style.yellow;
    out.line(`${paint(severity.padEnd(7))}  ${message}${link === null ? "" : ` ${link}`}`);
  }
}

/** State, keys and the models that are out, in one line; the first by name, the rest as a count. */
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

export const stats: Command = {
  name: "stats",
  summary: "Quota use first, then requests, keys, models and the last seven days",
  usage: "",
  examples: [
    { line: "geminitro stats", says: "All figures at once" },
    { line: "geminitro stats --watch", says: "Drawn again every two seconds until Ctrl-C" },
    { line: "geminitro stats --json", says: "For scripts; with --watch one object a line" },
  ],
  options: WATCH_OPTIONS,
  takes: { least: 0, most: 0 },
  async run(context) {
    const client = await context.client();
    await watch(context, async (out) => {
      if (context.json) return out.json(await plain(client));
      showStats(await figuresOf(client), out, Date.now());
    });
  },
};

/** Most keys that get a row, the busiest first. */
const MOST_BUSY = 8;

/** Reads the figures to show, bounded for any number of keys and buckets; scripts get up to 2,000 buckets too. */
async function figuresOf(client: LocalClient) {
  const [caps, board, stats, { items: busiest }, { items: cooling }, overview] = await Promise.all([
    client.capProgress(),
    client.board({}),
    client.stats(),
    client.keyPage({ order: "requests", limit: MOST_BUSY }),
    client.keyPage({ status: "cooldown", limit: MOST_COOLING }),
    client.overview(),
  ]);
  return { caps, board, stats, busiest, cooling, overview };
}

export type Figures = Awaited<ReturnType<typeof figuresOf>>;

/** Buckets in the JSON; `geminitro limit list` finds the others by name. */
const MOST_BUCKETS = 2_000;

/** The JSON for scripts. */
async function plain(client: LocalClient) {
  const [{ poolStatus }, caps, buckets, stats, overview] = await Promise.all([
    client.quotaSummary(),
    client.capProgress(),
    everyItem(client.buckets, {}, MOST_BUCKETS + 1),
    client.stats(),
    client.overview(),
  ]);
  const shown = buckets.slice(0, MOST_BUCKETS);
  return {
    quota: { caps, buckets: shown, bucketsComplete: shown.length === buckets.length, poolStatus },
    stats,
    overview,
  };
}

export const now: Command = {
  name: "now",
  summary: "Show the calls that are served or wait right now, and what the waiting ones wait for",
  usage: "",
  examples: [
    { line: "geminitro now", says: "The longest first" },
    { line: "geminitro now --watch", says: "Drawn again every two seconds until Ctrl-C" },
  ],
  options: WATCH_OPTIONS,
  takes: { least: 0, most: 0 },
  async run(context) {
    const client = await context.client();
    await watch(context, async (out) => {
      const { items } = await client.calls();
      out.json(items);
      if (items.length === 0) return out.line("No call is running or waiting.");
      const sorted = [...items].sort((a, b) => b.ageMs - a.ageMs);
      out.table(CALL_HEAD, sorted.map((call) => callRow(call, Date.now())));
      out.line(`\n${plural(items.length, "call")}`);
    });
  },
};

export const CALL_HEAD = ["AGENT", "MODEL", "STATE", "SINCE", "KEY", "TOKENS", "WAITS FOR"];

/** A call in flight as a row. */
export function callRow(
  { agent, model, state, ageMs, key, outputTokens, waiting }: Call,
  time: number,
): readonly string[] {
  const until = waiting?.until ?? null;
  return [
    agent,
    model,
    state,
    durationText(ageMs),
    key ?? "-",
    outputTokens === null ? "-" : String(outputTokens),
    waiting === null
      ? ""
      : [waiting.message, ...(until === null ? [] : [backText(Date.parse(until), time)])].join(", "),
  ];
}

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
    // Reports a failure before the screen is taken over.
    await open();
    const { showTop } = await import("../top/screen.ts");
    await showTop({ open, pauseMs, style: context.out.style });
  },
};
