import type { BoardCell, QuotaBoard as BoardView, SetLimit } from "../../src/management/contract.ts";
import type { ComponentChildren } from "preact";
import { ago, dateTime, percent, shortNumber, untilTime } from "../shared/format.ts";
import { attempt } from "../shared/live/attempt.ts";
import { api } from "../shared/live/browser_api.ts";
import { useNow } from "../shared/live/now.ts";
import { text } from "../shared/words.ts";
import { Dialog, Section } from "../shared/ui/dialog.tsx";
import { Figure } from "../shared/ui/figure.tsx";
import { MarkIcon } from "./mark.tsx";
import { markOf } from "./marks.ts";
import { quotasText } from "./words.ts";

const words = quotasText;

type Project = BoardView["projects"][number];

function Fact({ label, children }: { label: string; children: ComponentChildren }) {
  return (
    <div class="grid gap-0.5 sm:grid-cols-[8rem_1fr]">
      <dt class="text-mute">{label}</dt>
      <dd class="min-w-0 break-words">{children}</dd>
    </div>
  );
}

/** The reason for its state, since when and until when. */
function Why({ cell, project }: { cell: BoardCell; project: Project }) {
  const now = useNow();
  const until = cell.until === null ? undefined : Date.parse(cell.until);
  const since = cell.since === null ? undefined : Date.parse(cell.since);
  const mark = markOf(cell);
  return (
    <>
      <p class="flex items-center gap-2 text-base font-medium">
        <MarkIcon mark={mark} />
        <span class="first-letter:uppercase">{cell.why ?? words.marks[mark]}</span>
      </p>
      <dl class="grid gap-2">
        {cell.state !== "open" && (
          <Fact label={words.untilLabel}>
            {until === undefined || until <= now ? words.untilUnknown : untilTime(until, now)}
          </Fact>
        )}
        {since !== undefined && <Fact label={words.since}>{dateTime(since)} ({ago(since, now)})</Fact>}
        {cell.said !== null && <Fact label={words.said}>{cell.said}</Fact>}
        <Fact label={words.project}>
          {project.name} <span class="text-mute">({words.kinds[project.kind]})</span>
        </Fact>
        <Fact label={words.keysOf}>
          <span class="flex flex-wrap gap-x-3">
            {project.keys.map(({ id, name }) => (
              <a key={id} class="underline" href={`/dashboard/keys?focus=${encodeURIComponent(id)}`}>
                {name}
              </a>
            ))}
            {project.keyCount > project.keys.length && (
              <span class="text-mute">{words.moreKeys(project.keyCount - project.keys.length)}</span>
            )}
            <span class="text-mute">{words.keysAble(cell.keys.able, cell.keys.total)}</span>
          </span>
        </Fact>
      </dl>
    </>
  );
}

type Limit = BoardCell["limits"][number];

function amount({ kind, used, limit, left, published }: Limit): string {
  if (kind === "remaining_fraction") return percent(used);
  // Somebody else's calls count too: Google's word goes before our own count.
  if (left === 0) return limit === undefined ? words.usedUp : words.allUsed(shortNumber(limit));
  if (published !== undefined) {
    return `${shortNumber(used)} ${words.published(shortNumber(published.limit), published.date)}`;
  }
  return `${shortNumber(used)} ${limit === undefined ? `(${words.notKnown})` : words.of(shortNumber(limit))}`;
}

/** The source of a published figure: a link with a description. */
function sourceLink(source: string): ComponentChildren {
  const [href = "", ...rest] = source.split(" ");
  return (
    <>
      <a class="underline" href={href} target="_blank" rel="noreferrer">{new URL(href).hostname}</a>{" "}
      {rest.join(" ")}
    </>
  );
}

function Limits({ limits }: { limits: readonly Limit[] }) {
  const now = useNow();
  const at = (time: string | null | undefined) => {
    const ms = time === null || time === undefined ? 0 : Date.parse(time);
    return ms <= now ? "–" : untilTime(ms, now);
  };
  if (limits.length === 0) return <p class="text-mute">{words.noLimits}</p>;
  return (
    <div class="-mx-5 overflow-x-auto" tabIndex={0} role="group" aria-label={words.limitsOf}>
      <table class="grid-table">
        <thead>
          <tr>
            <th scope="col">{words.limitKind}</th>
            <th scope="col">{words.usedOfLimit}</th>
            <th scope="col">{words.resetsAt}</th>
            <th scope="col">{words.runsOut}</th>
          </tr>
        </thead>
        <tbody>
          {limits.map((limit) => (
            <tr key={limit.kind}>
              <td class="text-mute">{text.limits[limit.kind]}</td>
              <td>
                <Figure
                  kind={limit.published === undefined ? limit.origin : "published"}
                  {...(limit.asOf === undefined ? {} : { asOf: Date.parse(limit.asOf) })}
                >
                  {amount(limit)}
                </Figure>
                {limit.published !== undefined && (
                  <span class="block text-xs text-mute">{sourceLink(limit.published.source)}</span>
                )}
              </td>
              <td class="num whitespace-nowrap">{at(limit.resetsAt)}</td>
              <td class="num whitespace-nowrap">{at(limit.exhaustedAt)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

const FIELDS = [
  ["requestsPerMinute", words.rpm],
  ["tokensPerMinute", words.tpm],
  ["requestsPerDay", words.rpd],
] as const;

/** Limits of Google's as the user knows them. */
function ByHand({ cell, set, refresh }: {
  cell: BoardCell;
  set: SetLimit | undefined;
  refresh: () => Promise<void>;
}) {
  const { limitName } = cell;
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    const numbers = Object.fromEntries(FIELDS.map(([field]) => {
      const typed = String(form.get(field) ?? "").trim();
      return [field, typed === "" ? null : Number(typed)];
    }));
    const isEmpty = Object.values(numbers).every((value) => value === null);
    if (isEmpty) return await forget();
    await attempt(() => api.putLimit(limitName, numbers), words.limitSaved(limitName));
    await refresh();
  };
  const forget = async () => {
    if (set === undefined) return;
    await attempt(() => api.removeLimit(limitName), words.limitRemoved(limitName));
    await refresh();
  };
  return (
    <form key={set?.setAt ?? ""} class="grid gap-3" onSubmit={(event) => void submit(event)}>
      <p class="text-mute">{words.byHandNote}</p>
      <div class="grid gap-3 sm:grid-cols-3">
        {FIELDS.map(([field, label]) => (
          <label key={field}>
            <span class="label">{label}</span>
            <input
              class="field num"
              type="number"
              min={0}
              step={1}
              name={field}
              placeholder={words.unset}
              defaultValue={String(set?.[field] ?? "")}
            />
          </label>
        ))}
      </div>
      <div class="flex flex-wrap gap-2">
        <button type="submit" class="btn btn-primary">{text.save}</button>
        {set !== undefined && (
          <button type="button" class="btn" onClick={() => void forget()}>{words.forget}</button>
        )}
      </div>
    </form>
  );
}

/** Ends cooldowns: that of the cell's quota if Google closed it, else those of its keys. */
async function lift(cell: BoardCell, project: Project): Promise<void> {
  const scope = cell.since === null ? {} : { scope: cell.bucket };
  await Promise.all(project.keys.map(({ id }) => api.liftCooldown(id, scope)));
}

/** One cell: why, since when and until when, its limits, and what its owner can do. */
export function CellDrawer({ cell, project, set, refresh, onCap, onClose }: {
  cell: BoardCell | undefined;
  project: Project | undefined;
  set: SetLimit | undefined;
  refresh: () => Promise<void>;
  onCap: (model: string) => void;
  onClose: () => void;
}) {
  if (cell === undefined || project === undefined) return null;
  const name = `${cell.model.replace(/^group:/, "")}, ${project.name}`;
  const canLift = ["minute", "cooling", "day"].includes(markOf(cell));
  const liftIt = async () => {
    await attempt(() => lift(cell, project), words.lifted(name));
    await refresh();
  };
  return (
    <Dialog title={name} open side onClose={onClose}>
      <div class="grid gap-5">
        <div class="grid gap-2">
          <Why cell={cell} project={project} />
        </div>
        <div class="grid gap-1">
          <div class="flex flex-wrap gap-2">
            {canLift && <button type="button" class="btn" onClick={() => void liftIt()}>{words.lift}</button>}
            <button type="button" class="btn" onClick={() => onCap(cell.model)}>{words.capIt}</button>
          </div>
          {canLift && <p class="text-xs text-mute">{words.liftNote}</p>}
        </div>
        <Section title={words.limitsOf}>
          <Limits limits={cell.limits} />
        </Section>
        <Section title={words.byHand}>
          <ByHand cell={cell} set={set} refresh={refresh} />
        </Section>
      </div>
    </Dialog>
  );
}
