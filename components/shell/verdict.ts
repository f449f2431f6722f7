import type { OverviewView } from "../data/views.ts";
import { text } from "../text/shell.ts";

type Verdict = OverviewView["verdict"];
export type VerdictTone = "good" | "warn" | "bad";

/** The verdict in a few words: the same on the pill, in the window's title and on the Overview. */
export function verdictLabel({ status, out }: Verdict): string {
  const words = text.verdict;
  if (status === "ok" || status === "empty" || status === "exhausted") return words[status];
  return out.length > 0 ? words.out(out.length) : words.trouble;
}

export function verdictTone({ status }: Verdict): VerdictTone {
  return status === "ok" ? "good" : status === "degraded" ? "warn" : "bad";
}
