import type { KeyRow } from "../shared/views.ts";
import { keyName, shortNumber } from "../shared/format.ts";
import { text } from "../shared/words.ts";
import { keysText } from "./words.ts";
import { Ago, Countdown } from "../shared/ui/figure.tsx";
import { StatusChip } from "../shared/ui/status_chip.tsx";
import { DayBar, Sparkline } from "./key_figures.tsx";
import type { KeyLine } from "./key_lines.ts";
import { type Activity, useActivity } from "./use_keys.ts";
import { keyFormText } from "../shared/keys/words.ts";

const words = keysText;
const COLUMNS = 10;

function ProjectLine({ line }: { line: Extract<KeyLine, { kind: "project" }> }) {
  return (
    <tr class="bg-sunken/60">
      <th scope="rowgroup" colSpan={COLUMNS} class="max-w-0 truncate !text-sm">
        <span class="font-semibold text-ink">
          {line.accounts ? words.accounts : line.project || words.noProject}
        </span>
        <span class="ms-3 text-mute max-sm:hidden">
          {line.accounts
            ? words.accountsNote
            : line.project === ""
            ? words.noProjectNote
            : words.projectNote(line.active, line.keys)}
        </span>
      </th>
    </tr>
  );
}

/** What rests and when it is back, or why the key is dead. */
function Why({ row }: { row: KeyRow }) {
  if (row.status === "dead") {
    return row.reason === ""
      ? null
      : <span class="line-clamp-2 text-xs text-mute xl:line-clamp-1" title={row.reason}>{row.reason}</span>;
  }
  const [first] = row.cooldowns;
  const until = row.cooldownUntil ?? first?.until;
  if (first === undefined && until === undefined) return null;
  return (
    <span class="text-xs text-mute">
      {first && words.resting(first.kind, first.scope, row.cooldowns.length)}{" "}
      {until !== undefined && (
        <span class="whitespace-nowrap">
          {words.until} <Countdown until={until} />
        </span>
      )}
    </span>
  );
}

interface Selecting {
  readonly selected: ReadonlyMap<string, KeyRow>;
  readonly onSelect: (keys: readonly KeyRow[], on: boolean) => void;
}

function Tags({ row }: { row: KeyRow }) {
  if (row.tags.length === 0) return null;
  return (
    <span class="flex flex-wrap gap-1" aria-label={words.tags}>
      {row.tags.map((tag) => <span key={tag} class="chip max-w-full truncate text-xs">{tag}</span>)}
    </span>
  );
}

function Name({ row, project, onOpen, selected, onSelect }: Selecting & {
  row: KeyRow;
  /** Said where no line above says it. */
  project: string;
  onOpen: (key: KeyRow) => void;
}) {
  return (
    <span class="flex items-start gap-3">
      <input
        type="checkbox"
        class="mt-0.5 size-4 shrink-0 accent-(--accent)"
        aria-label={words.select(keyName(row))}
        checked={selected.has(row.id)}
        onChange={(event) => onSelect([row], event.currentTarget.checked)}
      />
      <span class="grid min-w-0 gap-1">
        <button
          type="button"
          class="block w-full truncate text-start font-medium hover:underline"
          onClick={() => onOpen(row)}
        >
          {keyName(row)}
          {row.source !== "api_key" && (
            <span class="ms-2 text-xs font-normal text-mute">
              {words.sources[row.source] ?? row.source}
            </span>
          )}
        </button>
        {project !== "" && <span class="truncate text-xs text-mute">{project}</span>}
        <Tags row={row} />
      </span>
    </span>
  );
}

function KeyLineRow({ row, project, activity, onOpen, ...selecting }: Selecting & {
  row: KeyRow;
  project: string;
  activity: Activity | undefined;
  onOpen: (key: KeyRow) => void;
}) {
  const name = keyName(row);
  return (
    <tr class="hover:bg-sunken/40">
      <td class="max-w-0 max-sm:w-full sm:w-[24%]">
        <Name row={row} project={project} onOpen={onOpen} {...selecting} />
      </td>
      <td class="max-sm:whitespace-nowrap sm:w-[30%] sm:max-w-0">
        <span class="flex flex-wrap items-center gap-x-2 xl:flex-nowrap">
          <StatusChip status={row.status} />
          <span class="hidden min-w-0 sm:inline">
            <Why row={row} />
          </span>
        </span>
      </td>
      <td class="hidden md:table-cell">
        <DayBar name={name} day={activity?.day} />
      </td>
      <td>
        <Sparkline name={name} activity={activity} />
      </td>
      <td class="hidden 2xl:table-cell">{row.tier}</td>
      <td class="end hidden xl:table-cell">
        {row.inFlight}
        {row.slots ? <span class="ms-1 text-mute">/ {row.slots}</span> : null}
      </td>
      <td class="end hidden 2xl:table-cell">{row.modelCount}</td>
      <td class="end hidden lg:table-cell whitespace-nowrap">
        {shortNumber(row.requests)}
      </td>
      <td class={`end hidden lg:table-cell ${row.errors > 0 ? "text-bad" : "text-mute"}`}>
        {shortNumber(row.errors)}
        {row.retried > 0 && (
          <span class="ms-1 text-mute" title={words.retriedNote(row.retried)}>
            +{shortNumber(row.retried)}
            <span class="sr-only">({words.retriedNote(row.retried)})</span>
          </span>
        )}
      </td>
      <td class="end hidden whitespace-nowrap text-mute xl:table-cell">
        {row.lastUsed !== undefined
          ? <Ago at={row.lastUsed} />
          : row.requests > 0
          ? <span title={words.usedBeforeNote}>{words.usedBefore}</span>
          : text.never}
      </td>
    </tr>
  );
}

function HeadRow({ keys, selected, onSelect }: Selecting & { keys: readonly KeyRow[] }) {
  return (
    <tr>
      <th scope="col">
        <span class="flex items-center gap-3">
          <input
            type="checkbox"
            class="size-4 shrink-0 accent-(--accent)"
            aria-label={words.selectAll}
            checked={keys.length > 0 && keys.every(({ id }) => selected.has(id))}
            onChange={(event) => onSelect(keys, event.currentTarget.checked)}
          />
          {words.name}
        </span>
      </th>
      <th scope="col">{words.status}</th>
      <th scope="col" class="hidden md:table-cell">{words.day}</th>
      <th scope="col" class="whitespace-nowrap">{words.hours}</th>
      <th scope="col" class="hidden 2xl:table-cell">{keyFormText.tier}</th>
      <th scope="col" class="end hidden xl:table-cell">{words.use}</th>
      <th scope="col" class="end hidden 2xl:table-cell">{words.models}</th>
      <th scope="col" class="end hidden lg:table-cell">{words.requests}</th>
      <th scope="col" class="end hidden lg:table-cell">{words.errors}</th>
      <th scope="col" class="end hidden xl:table-cell">{words.lastUsed}</th>
    </tr>
  );
}

/** A page of keys under their projects where they are ordered by them, each with its day and its last 24 hours. */
export function KeyTable(
  { lines, onOpen, ...selecting }: Selecting & {
    lines: readonly KeyLine[];
    onOpen: (key: KeyRow) => void;
  },
) {
  const keys = lines.flatMap((line) => line.kind === "key" ? [line.key] : []);
  const grouped = lines.some(({ kind }) => kind === "project");
  const activity = useActivity(keys.map(({ id }) => id));
  return (
    <div class="overflow-x-auto" tabIndex={0} role="region" aria-label={words.title}>
      <table class="grid-table">
        <thead>
          <HeadRow keys={keys} {...selecting} />
        </thead>
        <tbody>
          {lines.map((line) =>
            line.kind === "project"
              ? <ProjectLine key={line.accounts ? "accounts" : `project-${line.project}`} line={line} />
              : (
                <KeyLineRow
                  key={line.key.id}
                  row={line.key}
                  project={grouped ? "" : line.key.project}
                  activity={activity.get(line.key.id)}
                  onOpen={onOpen}
                  {...selecting}
                />
              )
          )}
        </tbody>
      </table>
    </div>
  );
}
