import type { OverviewView } from "../components/data/views.ts";
import { untilTime } from "../components/format.ts";
import { useNow } from "../components/live/now.ts";
import { useOverview } from "../components/live/overview.ts";
import { dayText } from "../components/overview/day.ts";
import { VERDICT_CHIPS, verdictLabel, verdictTone } from "../components/shell/verdict.ts";
import { overviewText } from "../components/text/overview.ts";
import { text } from "../components/text/shell.ts";

const words = overviewText;
const MOST = 8;

type Model = OverviewView["models"][number];

function Row({ row }: { row: Model }) {
  const now = useNow();
  const until = row.until === null ? undefined : Date.parse(row.until);
  const used = row.day === null ? words.notAsked : dayText(row.day);
  return (
    <li class="grid gap-0.5 py-1.5">
      <span class="break-all font-medium">{row.model}</span>
      {row.state === "out"
        ? (
          <span class="num text-bad">
            {until === undefined || until <= now ? words.backUnknown : words.backAt(untilTime(until, now))}
          </span>
        )
        : <span class="num text-mute">{words.states[row.state]}, {used}</span>}
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
      <p class="num text-mute">{words.inFlight(calls.running, calls.waiting) || words.idle}</p>
      <ul class="divide-y divide-line">
        {models.filter(({ state }) => state !== "unavailable").slice(0, MOST).map((row) => (
          <Row key={row.model} row={row} />
        ))}
      </ul>
    </>
  );
}
