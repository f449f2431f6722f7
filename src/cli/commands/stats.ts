import type { Command, Context } from "../command.ts";
import type { LocalClient } from "../../management/client.ts";
import { interrupted } from "../interrupted.ts";
import { statsLines } from "../stats_view.ts";

export const stats: Command = {
  name: "stats",
  summary: "Quota use first, then requests, keys, models and the last seven days",
  usage: "",
  examples: [
    { line: "geminitro stats", says: "All figures at once" },
    { line: "geminitro stats --watch", says: "Drawn anew every two seconds until Ctrl-C" },
    { line: "geminitro stats --json", says: "For scripts; with --watch one object a line" },
  ],
  options: [
    { name: "watch", short: "w", summary: "Go on showing them" },
    { name: "interval", value: "<seconds>", summary: "Between two pictures of --watch; default 2" },
  ],
  takes: { least: 0, most: 0 },
  async run(context) {
    const client = await context.client();
    if (!context.flag("watch")) return show(await figuresOf(client), context);
    const pause = (context.number("interval", 1) ?? 2) * 1_000;
    const ending = interrupted(context);
    while (!ending.aborted) {
      draw(await figuresOf(client), context);
      await waitFor(pause, ending);
    }
  },
};

async function figuresOf(client: LocalClient) {
  const [quotas, caps, buckets, stats, keys, overview] = await Promise.all([
    client.quotaSummary(),
    client.capProgress(),
    client.buckets(),
    client.stats(),
    client.keys(),
    client.overview(),
  ]);
  return { quotas, caps, buckets, stats, keys, overview };
}

export type Figures = Awaited<ReturnType<typeof figuresOf>>;

function show(figures: Figures, { out }: Context): void {
  out.json(plain(figures));
  for (const line of statsLines(figures, out.style, Date.now())) out.line(line);
}

/** What scripts get. */
function plain({ quotas, caps, buckets, stats, overview }: Figures) {
  return { quota: { caps, buckets, poolStatus: quotas.poolStatus }, stats, overview };
}

function draw(figures: Figures, context: Context): void {
  const { out, services } = context;
  if (context.json) return services.write(`${JSON.stringify(plain(figures))}\n`);
  const picture = statsLines(figures, out.style, Date.now()).join("\n");
  // Home, then what is below: nothing flickers as it would when all is cleared first.
  out.frame(services.terminal.output ? `\x1b[H\x1b[J${picture}\n` : `${picture}\n\n`);
}

function waitFor(ms: number, ending: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    ending.addEventListener("abort", () => (clearTimeout(timer), resolve()), { once: true });
  });
}
