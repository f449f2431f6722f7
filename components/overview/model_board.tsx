import type { ModelRow, OverviewView } from "../shared/views.ts";
import { percent, shortNumber, untilTime } from "../shared/format.ts";
import { api, messageOf } from "../shared/live/browser_api.ts";
import { useNow } from "../shared/live/now.ts";
import { showToast } from "../shared/live/toasts.ts";
import { overviewText } from "./words.ts";
import { text } from "../shared/words.ts";
import { Card, Empty } from "../shared/ui/card.tsx";
import { Figure } from "../shared/ui/figure.tsx";
import { leftTone, Meter } from "../shared/ui/meter.tsx";
import { dayLimit, dayText, standingText } from "../shared/models/standing.ts";

const words = overviewText;
/** One set of widths for the head and all rows: a row never moves its cells by what is in them. */
const COLUMNS =
  "md:grid-cols-[minmax(0,1.5fr)_minmax(0,1.1fr)_minmax(0,0.9fr)_minmax(0,0.8fr)_minmax(0,1.4fr)]";
const TONES = { open: "chip-good", busy: "chip-warn", out: "chip-bad", unavailable: "" };

/** Used of the limit of the day, over all projects. What is not known is not zero; what is only published is dashed. */
function Day({ row }: { row: ModelRow }) {
  const { day, model } = row;
  if (day === null) return <span class="text-mute">{standingText.notAsked}</span>;
  const limit = dayLimit(day);
  const published = day.unknownProjects > 0 ? day.published : null;
  const left = limit === undefined ? 1 : limit === 0 ? 0 : ((day.left ?? 0) + (published?.left ?? 0)) / limit;
  return (
    <div class="grid gap-1">
      <span>
        <Figure kind={limit === undefined ? "unknown" : published === null ? "measured" : "published"}>
          {dayText(day)}
        </Figure>
      </span>
      {limit !== undefined && (
        <Meter
          share={1 - left}
          tone={leftTone(left)}
          dashed={published !== null}
          label={`${model}: ${words.shareUsed(percent(1 - left))}${
            published === null ? "" : `, ${words.published(published.date)}`
          }`}
        />
      )}
      {published !== null
        ? (
          <a
            class="text-xs text-mute underline decoration-dotted underline-offset-4"
            href={published.source.split(" ")[0] ?? ""}
            target="_blank"
            rel="noreferrer"
            title={published.source}
          >
            {words.published(published.date)}
          </a>
        )
        : day.unknownProjects > 0 && day.limit !== null && (
          <span class="text-xs text-mute">{words.unknownProjects(day.unknownProjects)}</span>
        )}
    </div>
  );
}

/** From now to the reset: served, then the band in which it runs out, then nothing. */
function Strip({ runway, model }: { runway: Runway; model: string }) {
  const span = Math.max(1, runway.to - runway.from);
  const at = (time: number) => Math.max(0, Math.min(100, (time - runway.from) / span * 100));
  const early = at(runway.early ?? runway.to);
  const late = at(runway.late ?? runway.to);
  const parts = [
    { fill: "fill-good-fill", from: 0, to: early },
    { fill: "fill-warn-fill", from: early, to: late },
    { fill: "fill-bad-fill", from: late, to: 100 },
  ];
  return (
    <svg
      class="block h-1.5 w-full overflow-hidden rounded-full bg-sunken"
      role="img"
      aria-label={words.runwayLabel(model)}
    >
      {parts.filter(({ from, to }) => to > from).map(({ fill, from, to }) => (
        <rect key={fill} x={`${from}%`} width={`${to - from}%`} height="100%" class={fill} />
      ))}
    </svg>
  );
}

/** Until when: back at, runs out at, or lasts until the reset. */
function When({ row }: { row: ModelRow }) {
  const now = useNow();
  const runway = runwayOf(row, now);
  if (row.state === "out") {
    const until = row.until === null ? undefined : Date.parse(row.until);
    return (
      <span class="text-bad">
        {until === undefined || until <= now
          ? standingText.backUnknown
          : standingText.backAt(untilTime(until, now))}
      </span>
    );
  }
  if (runway === undefined) return <span class="text-mute max-md:hidden">–</span>;
  return (
    <div class="grid gap-1">
      <Strip runway={runway} model={row.model} />
      {runway.early === undefined || runway.late === undefined
        ? <span class="text-xs text-mute">{words.lastsUntil(untilTime(runway.to, now))}</span>
        : (
          <span class="text-xs text-warn">
            <Figure kind="forecast">
              {words.runsOut(untilTime(runway.early, now), untilTime(runway.late, now))}
            </Figure>
          </span>
        )}
    </div>
  );
}

/** Adds a fallback behind those that the model has, and offers to take it back. */
async function fallBack(model: string, to: string): Promise<void> {
  try {
    const known = (await api.fallbacks()).find((one) => one.model === model);
    await api.putFallback(model, { to: [...known?.to ?? [], to] });
    const undo = async () => {
      await (known === undefined ? api.removeFallback(model) : api.putFallback(model, { to: known.to }));
      showToast(words.fallBackUndone(model), { tone: "good" });
    };
    const run = () => void undo().catch((error) => showToast(messageOf(error), { tone: "bad" }));
    showToast(words.fellBack(model, to), { tone: "good", ms: 15_000, action: { label: text.undo, run } });
  } catch (error) {
    showToast(messageOf(error), { tone: "bad" });
  }
}

/** What to do about a model that is out. */
function Remedies({ row, open, refresh }: {
  row: ModelRow;
  open: string | undefined;
  refresh: () => Promise<void>;
}) {
  if (row.state !== "out") return null;
  if (row.fallback !== null) {
    return <p class="text-xs text-mute md:col-span-full">{words.fallsBack(row.fallback)}</p>;
  }
  return (
    <div class="flex flex-wrap gap-2 md:col-span-full">
      {open !== undefined && (
        <button
          type="button"
          class="btn btn-small"
          onClick={() => void fallBack(row.model, open).then(refresh)}
        >
          {words.fallBack(open)}
        </button>
      )}
      <a class="btn btn-small" href="/dashboard/models#names">{words.makeAlias}</a>
      <a class="btn btn-small" href="/dashboard/keys?add">{words.addKey}</a>
    </div>
  );
}

function Row({ row, open, refresh }: {
  row: ModelRow;
  open: string | undefined;
  refresh: () => Promise<void>;
}) {
  const load = standingText.inFlight(row.running, row.waiting);
  const rate = row.perMinute > 0 ? words.rate(shortNumber(row.perMinute)) : "";
  return (
    <li
      class={`grid items-start gap-x-6 gap-y-2 px-4 py-3 sm:px-5 ${COLUMNS}`}
      data-model={row.model}
    >
      <div class="flex min-w-0 flex-wrap items-center gap-x-3 gap-y-1">
        <span class="min-w-0 font-medium break-all">{row.model}</span>
        <span class={`chip ${TONES[row.state]}`}>{standingText.states[row.state]}</span>
      </div>
      <div class="num">
        <Day row={row} />
      </div>
      <p class="num text-xs text-mute">
        {[load, rate].filter(Boolean).join(", ") || standingText.idle}
        <br />
        {words.keysAble(row.keys.able, row.keys.total)}
      </p>
      <p class="num text-xs text-mute">
        <span class="me-1 md:hidden">{words.projects}:</span>
        {row.projects === null ? "–" : words.projectsOpen(row.projects.open, row.projects.total)}
      </p>
      <div class="num">
        <When row={row} />
      </div>
      <Remedies row={row} open={open} refresh={refresh} />
    </li>
  );
}

/** When the days of the models begin again, where they do so together. */
function Reset({ models }: { models: readonly ModelRow[] }) {
  const now = useNow();
  const ends = new Set(models.flatMap(({ day }) => day?.resetsAt ?? []));
  const [at] = ends;
  return (
    <>{at === undefined || ends.size > 1 ? words.boardNote : words.resets(untilTime(Date.parse(at), now))}</>
  );
}

/** Every model that is out, was asked or has a known limit: the worst first. */
export function ModelBoard({ overview, refresh }: { overview: OverviewView; refresh: () => Promise<void> }) {
  const { models, otherModels } = overview;
  const shown = models.filter(({ state }) => state !== "unavailable");
  const open = models.find(({ state }) => state === "open")?.model;
  return (
    <Card
      title={words.board}
      note={<Reset models={shown} />}
      action={<a class="btn btn-quiet btn-small" href="/dashboard/quotas">{words.allQuotas}</a>}
      flush
    >
      {shown.length === 0 && otherModels === 0
        ? <Empty icon="quotas" title={words.boardEmpty}>{words.boardEmptyDetail}</Empty>
        : (
          <ul class="divide-y divide-line">
            {shown.length > 0 && (
              <li
                class={`hidden gap-x-6 px-4 pb-2 text-xs text-mute sm:px-5 md:grid ${COLUMNS}`}
                aria-hidden="true"
              >
                {[words.model, words.today, words.now, words.projects, words.untilWhen].map((head) => (
                  <span key={head}>{head}</span>
                ))}
              </li>
            )}
            {shown.map((row) => <Row key={row.model} row={row} open={open} refresh={refresh} />)}
          </ul>
        )}
      {otherModels > 0 && (
        <p class="border-t border-line px-4 py-2 text-xs text-mute sm:px-5">
          <a class="hover:underline" href="/dashboard/models">
            {words.others(otherModels, shown.length > 0)}
          </a>
        </p>
      )}
    </Card>
  );
}

/** What is known of one model's day: from now to its reset. Times are epoch milliseconds. */
interface Runway {
  readonly from: number;
  readonly to: number;
  /** Between these two the day runs out at the present rate; absent when it lasts until the reset. */
  readonly early?: number;
  readonly late?: number;
}

const MINUTE_MS = 60_000;
/** The rate is that of so many minutes. */
const RATE_MINUTES = 10;
/** Nineteen of twenty times the true rate lies within so many standard deviations of a count. */
const DEVIATIONS = 1.96;

/** The day of a model, with the span in which it runs out; undefined where no limit or reset is known. */
export function runwayOf({ day, state, perMinute }: ModelRow, now: number): Runway | undefined {
  if (day === null || day.left === null || day.resetsAt === null || day.unknownProjects > 0) return undefined;
  const to = Date.parse(day.resetsAt);
  if (to <= now) return undefined;
  if (state === "out" || day.left <= 0) return { from: now, to, early: now, late: now };
  const calls = perMinute * RATE_MINUTES;
  if (calls <= 0) return { from: now, to };
  // Calls come like drops of rain: a count of n is uncertain by its root.
  const spread = DEVIATIONS / Math.sqrt(calls);
  const early = now + day.left / (perMinute * (1 + spread)) * MINUTE_MS;
  if (early >= to) return { from: now, to };
  const slowest = perMinute * (1 - spread);
  const late = slowest <= 0 ? to : Math.min(to, now + day.left / slowest * MINUTE_MS);
  return { from: now, to, early, late };
}
