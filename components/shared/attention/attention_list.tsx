import type { OverviewView } from "../views.ts";
import { clockTime } from "../format.ts";
import { useNow } from "../live/now.ts";
import { verdictDetail, verdictLabel, verdictTone } from "../shell/verdict.ts";
import { attentionText } from "./words.ts";
import { text } from "../words.ts";
import { Card } from "../ui/card.tsx";
import { Icon } from "../ui/icon.tsx";
import type { AttentionRow } from "./attention_rows.ts";

function Row({ row }: { row: AttentionRow }) {
  const tone = row.tone === "bad" ? "bg-bad-wash text-bad" : "bg-warn-wash text-warn";
  const outside = row.href.startsWith("http") ? { target: "_blank", rel: "noreferrer" } : {};
  return (
    <li class="flex flex-wrap items-center gap-x-3 gap-y-2 py-3 first:pt-1 last:pb-0">
      <span class={`grid size-8 shrink-0 place-items-center rounded-full ${tone}`}>
        <Icon name="alert" />
      </span>
      <div class="min-w-48 flex-1">
        <p class="font-medium">{row.title}</p>
        <p class="text-mute">{row.detail}</p>
      </div>
      <a class="btn" href={row.href} {...outside}>{row.action}</a>
    </li>
  );
}

const TONES = {
  good: "bg-good-wash text-good",
  warn: "bg-warn-wash text-warn",
  bad: "bg-bad-wash text-bad",
  stale: "bg-sunken text-mute",
};

/** Models that are served: those of the board, and those that nobody asked. */
function servedCount({ models, otherModels }: OverviewView): number {
  return models.filter(({ state }) => state === "open" || state === "busy").length + otherModels;
}

/** The first thing on the page: whether one can keep working, what is out and until when, and what still works. */
export function VerdictBanner({ overview, calm, stale, problem }: {
  overview: OverviewView;
  calm: boolean;
  /** The server cannot be reached. */
  stale: boolean;
  /** The error of the last read; empty if it succeeded. */
  problem: string;
}) {
  const { verdict, keys } = overview;
  const tone = verdictTone(verdict, stale);
  const served = servedCount(overview);
  const label = verdict.status === "ok" && calm ? attentionText.calm : verdictLabel(verdict);
  const title = stale ? text.verdict.asOf(label, clockTime(Date.parse(overview.at))) : label;
  const now = useNow();
  const detail = stale
    ? `${text.loadFailed(problem || text.unreachable)} ${text.verdict.staleDetail}`
    : verdict.status === "ok"
    ? attentionText.calmDetail(verdict.message, keys.active)
    : verdict.status === "empty"
    ? attentionText.emptyDetail
    : verdictDetail(verdict, now);
  return (
    <section
      class="card flex items-start gap-3 px-4 py-3 sm:px-5"
      aria-label={text.verdict.label}
      data-verdict={stale ? "stale" : verdict.status}
    >
      <span class={`grid size-8 shrink-0 place-items-center rounded-full ${TONES[tone]}`}>
        <Icon name={tone === "good" ? "check" : "alert"} />
      </span>
      <div class="min-w-0">
        <h2 class="text-base font-semibold tracking-tight">{title}</h2>
        <p class="break-words text-mute">
          {detail}{" "}
          {!stale && verdict.status === "degraded" && served > 0 && attentionText.servedDetail(served)}
        </p>
      </div>
    </section>
  );
}

/** Problems other than models that are out, each with a link to resolve it. */
export function AttentionList({ rows }: { rows: readonly AttentionRow[] }) {
  if (rows.length === 0) return null;
  return (
    <Card title={attentionText.title}>
      <ul class="divide-y divide-line">{rows.map((row) => <Row key={row.id} row={row} />)}</ul>
    </Card>
  );
}
