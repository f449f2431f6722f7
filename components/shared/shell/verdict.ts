import type { OverviewView } from "../views.ts";
import { listed, untilTime } from "../format.ts";
import { text } from "../words.ts";

/** Models that are named in one sentence. */
const MOST_NAMED = 4;

type Verdict = OverviewView["verdict"];
/** `stale`: nobody knows. */
export type VerdictTone = "good" | "warn" | "bad" | "stale";

/** The colours of the verdict where it is a chip. */
export const VERDICT_CHIPS: Readonly<Record<VerdictTone, string>> = {
  good: "chip-good",
  warn: "chip-warn",
  bad: "chip-bad",
  stale: "",
};

/** The verdict in a few words: the same on the pill, in the window's title and on the Overview. */
export function verdictLabel({ status, out }: Verdict, stale = false): string {
  const words = text.verdict;
  if (stale) return words.stale;
  if (status === "ok" || status === "empty" || status === "exhausted") return words[status];
  return out.length > 0 ? words.out(out.length) : words.trouble;
}

/**
 * What is out, until when in the reader's zone, and why: models that are out alike stand together. The API's own sentence, which
 * knows the machine's zone alone, where it is about something else.
 */
export function verdictDetail({ message, out }: Verdict, now: number): string {
  if (out.length === 0) return `${message}.`;
  return [...Map.groupBy(out, ({ until, why }) => `${until} ${why}`).values()].map((alike) => {
    const [{ until, why } = { until: null, why: "" }] = alike;
    const at = until === null ? 0 : Date.parse(until);
    const when = at <= now ? "" : untilTime(at, now);
    return text.verdict.outUntil(
      listed(alike.map(({ model }) => model), MOST_NAMED),
      alike.length,
      when,
      why,
    );
  }).join(" ");
}

export function verdictTone({ status }: Verdict, stale = false): VerdictTone {
  if (stale) return "stale";
  return status === "ok" ? "good" : status === "degraded" ? "warn" : "bad";
}
