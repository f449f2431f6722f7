import type { OverviewView } from "../components/shared/views.ts";
import { untilTime } from "../components/shared/format.ts";
import { useNow } from "../components/shared/live/now.ts";
import { useOverview } from "../components/shared/live/overview.ts";
import { dayText, standingText } from "../components/shared/models/standing.ts";
import { VERDICT_CHIPS, verdictLabel, verdictTone } from "../components/shared/shell/verdict.ts";
import { text } from "../components/shared/words.ts";

const MOST = 8;

type Model = OverviewView["models"][number];

function Row({ row }: { row: Model }) {
  const now = useNow();
  const until = row.until === null ? undefined : Date.parse(row.until);
  const used = row.day === null ? standingText.notAsked : dayText(row.day);
  return (
    <li class="grid gap-0.5 py-1.5">
      <span class="break-all font-medium">{row.model}</span>
      {row.state === "out"
        ? (
          <span class="num text-bad">
            {until === undefined || until <= now
              ? standingText.backUnknown
              : standingText.backAt(untilTime(until, now))}
          </span>
        )
        : <span class="num text-mute">{standingText.states[row.state]}, {used}</span>}
    </li>
  );
}

/** The verdict and the models in a window of 240 px, to keep beside the editor. */
export default function Mini({ initial }: { initial: OverviewView }) {
  const { overview, problem, stale } = useOverview(initial);
  const { verdict, models, calls } = overview;
  return (
    <>
      <p>
        <a
          class={`chip ${VERDICT_CHIPS[verdictTone(verdict, stale)]} hover:underline`}
          href="/dashboard"
          data-verdict={stale ? "stale" : verdict.status}
        >
          <span class="sr-only">{text.verdict.label}:</span> {verdictLabel(verdict, stale)}
        </a>
      </p>
      {problem !== "" && <p role="alert" class="text-bad">{text.loadFailed(problem)}</p>}
      <p class="num text-mute">{standingText.inFlight(calls.running, calls.waiting) || standingText.idle}</p>
      <ul class="divide-y divide-line">
        {models.filter(({ state }) => state !== "unavailable").slice(0, MOST).map((row) => (
          <Row key={row.model} row={row} />
        ))}
      </ul>
    </>
  );
}
