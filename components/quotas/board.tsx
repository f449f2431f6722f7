import type { BoardCell, QuotaBoard as BoardView } from "../../src/management/contract.ts";
import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useRef } from "preact/hooks";
import { percent, shortNumber, untilTime } from "../shared/format.ts";
import { Card, Empty } from "../shared/ui/card.tsx";
import { Countdown } from "../shared/ui/figure.tsx";
import { Icon } from "../shared/ui/icon.tsx";
import { DashedBar, leftTone } from "../shared/ui/meter.tsx";
import {
  type BoardLayout,
  type BoardRow,
  cellFrom,
  layoutOf,
  type Line,
  type RowGroup,
} from "./board_view.ts";
import { Legend, MarkIcon } from "./mark.tsx";
import { dayLimit, limitOf, markOf, publishedLeft, shareLeft } from "./marks.ts";
import { quotasText } from "./words.ts";

const words = quotasText;
const FILL = { good: "fill-good-fill", warn: "fill-warn-fill", bad: "fill-bad-fill" } as Readonly<
  Record<string, string>
>;

/** Used of the day, as a bar, dashed while unknown; its figures are beside it or in the name of the cell. */
function DayBar({ left, dashed }: { left: number | undefined; dashed: boolean }) {
  const used = left === undefined ? undefined : 1 - left;
  if (used === undefined || dashed) {
    return (
      <svg class="board-bar block h-1.5 w-full" aria-hidden="true">
        <DashedBar share={used} tone={leftTone(left ?? 1)} />
      </svg>
    );
  }
  return (
    <svg class="board-bar block h-1.5 w-full rounded-full bg-sunken" aria-hidden="true">
      <rect width={`${used * 100}%`} height="100%" rx="3" class={FILL[leftTone(1 - used)]} />
    </svg>
  );
}

/** How much of the minute is used: a disc that fills. */
function MinuteDot({ used }: { used: number | undefined }) {
  if (used === undefined) return <span class="size-3" />;
  const angle = Math.min(0.9999, used) * 2 * Math.PI;
  const [x, y] = [8 + 6 * Math.sin(angle), 8 - 6 * Math.cos(angle)];
  return (
    <svg viewBox="0 0 16 16" class="size-3 shrink-0" aria-hidden="true">
      <circle cx="8" cy="8" r="7" class="fill-none stroke-edge" stroke-width="1.5" />
      {used > 0 && (
        <path
          d={`M8 8V2A6 6 0 ${angle > Math.PI ? 1 : 0} 1 ${x.toFixed(2)} ${y.toFixed(2)}Z`}
          class="fill-soft"
        />
      )}
    </svg>
  );
}

function dayWords(cell: BoardCell): string {
  const day = dayLimit(cell);
  if (day === undefined) return "";
  if (day.kind === "remaining_fraction") return words.shareUsed(percent(day.used));
  if (day.left === 0) return words.usedUp;
  const used = shortNumber(day.used);
  if (day.published !== undefined) return words.todayPublished(used, shortNumber(day.published.limit));
  return day.limit === undefined ? words.todayUnknown(used) : words.today(used, shortNumber(day.limit));
}

/** Everything that a cell shows, as one sentence. */
function labelOf(cell: BoardCell, row: Line, column: Line, now: number): string {
  const minute = limitOf(cell, "requests_per_minute");
  const until = cell.until === null ? undefined : Date.parse(cell.until);
  return [
    `${row.name}, ${column.name}: ${words.marks[markOf(cell)]}`,
    cell.state !== "open" && until !== undefined && until > now ? words.until(untilTime(until, now)) : "",
    dayWords(cell),
    minute?.limit === undefined ? "" : words.thisMinute(shortNumber(minute.used), shortNumber(minute.limit)),
  ].filter(Boolean).join(", ");
}

/** True when its bar is based on no limit of this project. */
function isDashed(cell: BoardCell): boolean {
  const day = dayLimit(cell);
  return day === undefined || shareLeft(day) === undefined;
}

function figures(cell: BoardCell): ComponentChildren {
  if (cell.state !== "open" && cell.until !== null) return <Countdown until={Date.parse(cell.until)} />;
  const day = dayLimit(cell);
  if (day === undefined) return "";
  if (day.kind === "remaining_fraction") return percent(day.used);
  const used = shortNumber(day.used);
  if (day.published !== undefined) return `${used}/${shortNumber(day.published.limit)}?`;
  return day.limit === undefined ? `${used}/?` : `${used}/${shortNumber(day.limit)}`;
}

function CellFace({ cell, compact }: { cell: BoardCell; compact: boolean }) {
  const day = dayLimit(cell);
  const minute = limitOf(cell, "requests_per_minute");
  const used = minute?.limit === undefined || minute.limit === 0 ? undefined : minute.used / minute.limit;
  return (
    <>
      <MarkIcon mark={markOf(cell)} />
      <DayBar
        left={day === undefined ? undefined : shareLeft(day) ?? publishedLeft(day)}
        dashed={isDashed(cell)}
      />
      {!compact && <span class="num w-19 shrink-0 truncate text-end text-xs text-soft">{figures(cell)}</span>}
      {!compact && <MinuteDot used={used} />}
    </>
  );
}

/** The name of a project or model; a group opens to the models in it. */
function LineName({ line }: { line: Line }) {
  if (line.members.length === 0) {
    return (
      <span class="block truncate" title={line.name}>
        {line.name}
        {line.keys > 1 && <span class="ms-1.5 font-normal text-mute">{words.keyCount(line.keys)}</span>}
      </span>
    );
  }
  return (
    <details>
      <summary class="truncate" title={line.name}>{line.name}</summary>
      <ul class="py-1 font-normal text-mute" aria-label={words.members(line.members.length)}>
        {line.members.map((model) => <li key={model} class="truncate" title={model}>{model}</li>)}
      </ul>
    </details>
  );
}

interface GridState {
  readonly at: readonly [row: number, column: number];
  readonly now: number;
  readonly onOpen: (cell: BoardCell) => void;
  readonly onFocus: (row: number, column: number) => void;
}

function Row({ row, index, layout, grid }: {
  row: BoardRow;
  index: number;
  layout: BoardLayout;
  grid: GridState;
}) {
  const [atRow, atColumn] = grid.at;
  return (
    <tr role="row">
      <th role="rowheader" scope="row">
        <LineName line={row} />
      </th>
      {row.cells.map((cell, column) => {
        const head = layout.columns[column]!;
        return (
          <td role="gridcell" key={head.id}>
            {cell === undefined ? <span class="sr-only">{words.marks.absent}</span> : (
              <button
                type="button"
                class="board-cell"
                data-cell={`${index} ${column}`}
                data-mark={markOf(cell)}
                tabIndex={atRow === index && atColumn === column ? 0 : -1}
                onClick={() => grid.onOpen(cell)}
                onFocus={() => grid.onFocus(index, column)}
              >
                <span class="sr-only">{labelOf(cell, row, head, grid.now)}</span>
                <span class="board-label" aria-hidden="true">{head.name}</span>
                <CellFace cell={cell} compact={layout.compact} />
              </button>
            )}
          </td>
        );
      })}
    </tr>
  );
}

function GroupHead({ group, layout, closed, onToggle }: {
  group: RowGroup;
  layout: BoardLayout;
  closed: boolean;
  onToggle: () => void;
}) {
  const count = layout.rowsAre === "projects"
    ? words.projectCount(group.rows.length)
    : words.modelCount(group.rows.length);
  return (
    <tr role="row" class="board-group">
      <th role="rowheader" scope="rowgroup" colSpan={layout.columns.length + 1}>
        <button type="button" class="flex items-center gap-2" aria-expanded={!closed} onClick={onToggle}>
          <Icon name="chevron" class={closed ? "-rotate-90" : ""} />
          {words.sources[group.id] ?? group.id}
          <span class="font-normal text-mute">{count}, {words.closedOf(group.closed, group.cells)}</span>
        </button>
      </th>
    </tr>
  );
}

function Grid({ layout, onOpen, now }: {
  layout: BoardLayout;
  onOpen: (cell: BoardCell) => void;
  now: number;
}) {
  const table = useRef<HTMLTableElement>(null);
  const at = useSignal<readonly [number, number]>([0, 0]);
  const folded = useSignal<ReadonlySet<string>>(new Set());
  const toggle = (id: string) => {
    const next = new Set(folded.value);
    if (!next.delete(id)) next.add(id);
    folded.value = next;
  };
  const rows = layout.groups.flatMap(({ id, rows }) => folded.value.has(id) ? [] : rows);
  const there = rows.map((row) => row.cells.map((cell) => cell !== undefined));
  // The board changes while it is read: the tab stop is always an existing cell.
  const [row, column] = at.value;
  const first = there.findIndex((cells) => cells.includes(true));
  const place: readonly [number, number] = there[row]?.[column] === true
    ? at.value
    : [first, there[first]?.indexOf(true) ?? 0];
  const move = (event: KeyboardEvent) => {
    const next = (event.target as Element).closest("[data-cell]") === null
      ? undefined
      : cellFrom(place, event, there);
    if (next === undefined) return;
    event.preventDefault();
    table.current?.querySelector<HTMLElement>(`[data-cell="${next.join(" ")}"]`)?.focus();
  };
  const grid = { at: place, now, onOpen, onFocus: (r: number, c: number) => at.value = [r, c] };
  let index = 0;
  return (
    <table
      ref={table}
      role="grid"
      class={`board ${layout.compact ? "board-compact" : ""}`}
      aria-label={words.board}
      onKeyDown={move}
    >
      <thead role="rowgroup">
        <tr role="row">
          <th role="columnheader" scope="col">
            {layout.rowsAre === "projects" ? words.project : words.model}
          </th>
          {layout.columns.map((line) => (
            <th role="columnheader" scope="col" key={line.id}>
              <LineName line={line} />
            </th>
          ))}
        </tr>
      </thead>
      {layout.groups.map((group) => {
        const closed = folded.value.has(group.id);
        return (
          <tbody role="rowgroup" key={group.id}>
            {layout.groups.length > 1 && (
              <GroupHead
                group={group}
                layout={layout}
                closed={closed}
                onToggle={() => toggle(group.id)}
              />
            )}
            {!closed &&
              group.rows.map((row) => (
                <Row key={row.id} row={row} index={index++} layout={layout} grid={grid} />
              ))}
          </tbody>
        );
      })}
    </table>
  );
}

/** Every model in every project: what is left, until when what is closed stays closed; a cell opens to say why. */
export function QuotaBoard({ board, filter, filtered, onOpen }: {
  board: BoardView;
  filter: ComponentChildren;
  filtered: boolean;
  onOpen: (cell: BoardCell) => void;
}) {
  const layout = layoutOf(board);
  const marks = new Set(board.cells.map(markOf));
  const left = [
    board.left.models > 0 ? words.modelCount(board.left.models) : "",
    board.left.projects > 0 ? words.projectCount(board.left.projects) : "",
  ].filter(Boolean).join(", ");
  return (
    <Card title={words.board} note={words.boardNote} action={filter} flush>
      {board.cells.length === 0
        ? filtered
          ? <Empty icon="search" title={words.nothing}>{words.nothingDetail}</Empty>
          : <Empty icon="quotas" title={words.empty}>{words.emptyDetail}</Empty>
        : <Grid layout={layout} onOpen={onOpen} now={Date.parse(board.at)} />}
      <div class="grid gap-1 border-t border-line px-4 py-2 text-xs text-mute empty:hidden sm:px-5">
        {marks.size > 0 && <Legend shown={marks} />}
        {board.cells.some(isDashed) && <p>{words.dashed}</p>}
        {left !== "" && <p>{words.leftOff(left)}</p>}
        {!filtered && board.idle.length > 0 && (
          <p>
            <a class="hover:underline" href="/dashboard/models">{words.idle(board.idle.length)}</a>
          </p>
        )}
      </div>
    </Card>
  );
}
