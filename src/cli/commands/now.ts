import { backText, durationText } from "../../core/mod.ts";
import type { Call } from "../../management/contract.ts";
import type { Command } from "../command.ts";
import { plural } from "../plural.ts";
import { watch, WATCH_OPTIONS } from "../watch.ts";

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
