import type { OverviewView } from "../components/shared/views.ts";
import { useEffect, useRef } from "preact/hooks";
import { useNow } from "../components/shared/live/now.ts";
import { useOverview } from "../components/shared/live/overview.ts";
import {
  VERDICT_CHIPS,
  verdictDetail,
  verdictLabel,
  verdictTone,
} from "../components/shared/shell/verdict.ts";
import { text } from "../components/shared/words.ts";

const ICONS = {
  good: "/favicon.svg",
  warn: "/favicon-warn.svg",
  bad: "/favicon-bad.svg",
  stale: "/favicon-warn.svg",
};

/** The verdict on every page: a pill that leads to the Overview, the window's title and its icon, a notice where it was chosen. */
export default function Verdict({ initial }: { initial: OverviewView | undefined }) {
  const { overview, stale } = useOverview(initial);
  const title = useRef<string | undefined>(undefined);
  const told = useRef<string | undefined>(undefined);
  const tone = overview === undefined ? "good" : verdictTone(overview.verdict, stale);
  const label = overview === undefined ? "" : verdictLabel(overview.verdict, stale);
  const now = useNow();
  const detail = stale ? text.verdict.staleDetail : overview ? verdictDetail(overview.verdict, now) : "";
  useEffect(() => {
    title.current ??= document.title;
    document.title = tone === "good" ? title.current : `${label} · ${title.current}`;
    document.querySelector("link[rel=icon]")?.setAttribute("href", ICONS[tone]);
    if (tone === "stale") return;
    const isWorse = told.current !== undefined && told.current !== label && tone !== "good";
    told.current = label;
    if (isWorse) {
      void import("../components/shared/live/notify.ts").then(({ notify }) => notify(label, detail));
    }
  }, [tone, label]);
  if (overview === undefined) return null;
  return (
    <a
      href="/dashboard"
      class={`chip ${VERDICT_CHIPS[tone]} justify-center hover:underline`}
      title={detail}
      data-verdict={stale ? "stale" : overview.verdict.status}
    >
      <span class="sr-only">{text.verdict.label}:</span>
      <span class="size-1.5 rounded-full bg-current" aria-hidden="true" />
      {label}
    </a>
  );
}
