import { readWorstKeys } from "../components/shared/keys/worst_keys.ts";
import type { KeyGlanceRow, OverviewView } from "../components/shared/views.ts";
import { ago } from "../components/shared/format.ts";
import { api } from "../components/shared/live/browser_api.ts";
import { useNow } from "../components/shared/live/now.ts";
import { useOverview } from "../components/shared/live/overview.ts";
import { useResource } from "../components/shared/live/resource.ts";
import { AttentionList, VerdictBanner } from "../components/shared/attention/attention_list.tsx";
import { type ProblemGroup, readProblems } from "../components/problems/groups.ts";
import { linkOf, remedyOf } from "../components/problems/remedies.ts";
import { RemedyPress } from "../components/problems/remedy_press.tsx";
import { problemsText } from "../components/problems/words.ts";
import { callReasons, refusalRemedies } from "../components/shared/calls/words.ts";
import { text } from "../components/shared/words.ts";
import { Card, Empty, Problem } from "../components/shared/ui/card.tsx";
import { attentionRows } from "../components/shared/attention/attention_rows.ts";
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { chooseNotice, wantsNotice } from "../components/shared/live/notify.ts";

const words = problemsText;
const HOUR_MS = 3_600_000;
const NAMES_SHOWN = 3;

export interface ProblemsProps {
  readonly overview: OverviewView;
  readonly keys: readonly KeyGlanceRow[];
  readonly groups: readonly ProblemGroup[];
}

function Affected({ label, names }: { label: string; names: readonly string[] }) {
  if (names.length === 0) return null;
  const more = names.length > NAMES_SHOWN ? ` +${names.length - NAMES_SHOWN}` : "";
  return <span class="min-w-0 break-words">{label}: {names.slice(0, NAMES_SHOWN).join(", ")}{more}</span>;
}

function Group({ group }: { group: ProblemGroup }) {
  const now = useNow();
  const { reason, status, count, more, first, last } = group;
  const remedy = remedyOf(group);
  const link = linkOf(group);
  const title = status === undefined ? callReasons[reason] ?? reason : words.refusals[status];
  const isOver = now - last > HOUR_MS;
  const tone = isOver ? "" : reason === "refused" ? "chip-refused" : "chip-bad";
  return (
    <li class="grid gap-1.5 px-4 py-3 sm:px-5" data-reason={reason}>
      <div class="flex flex-wrap items-center gap-x-3 gap-y-1">
        <span class="inline-block font-medium first-letter:uppercase">
          {title ?? words.refused}
        </span>
        <span class={`chip num ${tone}`}>{words.times(count, more)}</span>
        {isOver && <span class="chip chip-good">{words.fixed}</span>}
        <span class="num ms-auto text-xs text-mute">
          {first === last
            ? ago(last, now)
            : `${words.first} ${ago(first, now)}, ${words.last} ${ago(last, now)}`}
        </span>
      </div>
      {group.message !== "" && <p class="break-words text-soft">{group.message}</p>}
      <p class="flex flex-wrap gap-x-4 text-xs text-mute">
        <Affected label={words.agents} names={group.agents} />
        <Affected label={words.models} names={group.models} />
        <Affected label={words.keys} names={group.keys} />
      </p>
      <div class="flex flex-wrap items-center gap-2">
        <span class="min-w-48 flex-1 text-mute max-sm:basis-full">
          {status === undefined
            ? words.remedies[reason]
            : refusalRemedies[status]?.[0] ?? words.remedies[reason]}
        </span>
        {link && <a class="btn btn-small" href={link.href}>{words.links[link.label]}</a>}
        <a class="btn btn-small" href={`/dashboard/requests?class=${reason}&span=86400000`}>{words.see}</a>
      </div>
      {remedy && <RemedyPress key={JSON.stringify(remedy)} remedy={remedy} />}
    </li>
  );
}

/** Current problems, and those of the last day; resolved ones stay until the day ends. */
export default function Problems(props: ProblemsProps) {
  const { overview, problem, stale } = useOverview(props.overview);
  const groups = useResource(props.groups, () => readProblems(api, Date.now()), ["request"], 5_000);
  const keys = useResource(props.keys, () => readWorstKeys(api), ["stats_update"], 3_000);
  const rows = attentionRows(overview, keys.value.value);
  return (
    <div class="grid gap-4 lg:gap-5">
      {groups.problem.value && !stale && <Problem>{text.loadFailed(groups.problem.value)}</Problem>}
      <VerdictBanner overview={overview} calm={rows.length === 0} stale={stale} problem={problem} />
      <AttentionList rows={rows} />
      <NoticeChoice />
      <Card title={words.day} note={words.dayNote} flush>
        {groups.value.value.length === 0
          ? <Empty icon="check" title={words.none}>{words.noneDetail}</Empty>
          : (
            <ul class="divide-y divide-line">
              {groups.value.value.map((group) => (
                <Group key={`${group.reason} ${group.status}`} group={group} />
              ))}
            </ul>
          )}
      </Card>
    </div>
  );
}

/** A switch for the browser's notifications; absent where the browser has none. */
function NoticeChoice() {
  const isOn = useSignal(false);
  const refused = useSignal(false);
  const can = useSignal(false);
  useEffect(() => {
    can.value = "Notification" in globalThis;
    if (can.value) isOn.value = wantsNotice();
  }, []);
  const choose = async (on: boolean) => {
    isOn.value = await chooseNotice(on);
    refused.value = on && !isOn.value;
  };
  if (!can.value) return null;
  return (
    <div class="flex flex-wrap items-center gap-x-4 gap-y-1">
      <label class="flex items-center gap-2">
        <input
          type="checkbox"
          class="size-4 accent-(--accent)"
          checked={isOn.value}
          onChange={(event) => void choose(event.currentTarget.checked)}
        />
        {words.notify}
      </label>
      {refused.value && <span class="text-bad" role="alert">{words.notifyRefused}</span>}
    </div>
  );
}
