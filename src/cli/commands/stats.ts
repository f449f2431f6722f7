import { everyItem, type LocalClient } from "../../management/client.ts";
import type { Command } from "../command.ts";
import { showStats } from "../stats_view.ts";
import { watch, WATCH_OPTIONS } from "../watch.ts";

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
      const figures = await figuresOf(client);
      out.json(plain(figures));
      showStats(figures, out, Date.now());
    });
  },
};

async function figuresOf(client: LocalClient) {
  const [quotas, caps, buckets, stats, keys, overview] = await Promise.all([
    client.quotaSummary(),
    client.capProgress(),
    everyItem(client.buckets, {}),
    client.stats(),
    client.keys(),
    client.overview(),
  ]);
  return { quotas, caps, buckets, stats, keys, overview };
}

export type Figures = Awaited<ReturnType<typeof figuresOf>>;

/** What scripts get. */
function plain({ quotas, caps, buckets, stats, overview }: Figures) {
  return { quota: { caps, buckets, poolStatus: quotas.poolStatus }, stats, overview };
}
