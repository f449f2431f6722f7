import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { KeyRow } from "../data/views.ts";
import { ago, keyName, shortNumber } from "../format.ts";
import { useNow } from "../live/now.ts";
import { text } from "../text/shell.ts";
import { keysText } from "../text/keys.ts";
import { Countdown } from "../ui/figure.tsx";
import { StatusChip } from "../ui/status_chip.tsx";
import { type KeyLine, windowOf } from "../views/key_lines.ts";

const words = keysText;
/** As high as the rows' own class says. */
const LINE_PX = 36;

function ProjectLine({ line }: { line: Extract<KeyLine, { kind: "project" }> }) {
  return (
    <tr class="h-[36px] bg-sunken/60">
      <th scope="rowgroup" colSpan={8} class="max-w-0 truncate !text-sm">
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

function Why({ row }: { row: KeyRow }) {
  if (row.status === "cooldown" && row.cooldownUntil !== undefined) {
    return (
      <span class="text-xs text-mute">
        {words.until} <Countdown until={row.cooldownUntil} />
      </span>
    );
  }
  return row.reason && row.status === "dead"
    ? <span class="truncate text-xs text-mute">{row.reason}</span>
    : null;
}

interface Selecting {
  readonly selected: ReadonlySet<string>;
  readonly onSelect: (ids: readonly string[], on: boolean) => void;
}

function KeyLineRow(
  { row, onOpen, selected, onSelect }: Selecting & { row: KeyRow; onOpen: (key: KeyRow) => void },
) {
  const now = useNow();
  return (
    <tr class="h-[36px] hover:bg-sunken/40">
      <td class="max-w-0 max-sm:w-full sm:w-[26%]">
        <span class="flex items-center gap-3">
          <input
            type="checkbox"
            class="size-4 shrink-0 accent-(--accent)"
            aria-label={words.select(keyName(row))}
            checked={selected.has(row.id)}
            onChange={(event) => onSelect([row.id], event.currentTarget.checked)}
          />
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
        </span>
      </td>
      <td class="max-sm:whitespace-nowrap sm:w-[26%] sm:max-w-0">
        <span class="flex items-center gap-2 overflow-hidden">
          <StatusChip status={row.status} />
          <span class="hidden min-w-0 overflow-hidden sm:flex">
            <Why row={row} />
          </span>
        </span>
      </td>
      <td class="hidden md:table-cell">{row.tier}</td>
      <td class="end hidden sm:table-cell">
        {row.inFlight}
        {row.slots ? <span class="ms-1 text-mute">/ {row.slots}</span> : null}
      </td>
      <td class="end hidden lg:table-cell">{row.models.length}</td>
      <td class="end hidden md:table-cell whitespace-nowrap">
        {shortNumber(row.requests)}
      </td>
      <td class={`end hidden md:table-cell ${row.errors > 0 ? "text-bad" : "text-mute"}`}>
        {shortNumber(row.errors)}
      </td>
      <td class="end hidden whitespace-nowrap text-mute xl:table-cell">
        {row.lastUsed === undefined ? text.never : ago(row.lastUsed, now)}
      </td>
    </tr>
  );
}

function HeadRow({ ids, selected, onSelect }: Selecting & { ids: readonly string[] }) {
  return (
    <tr>
      <th scope="col">
        <span class="flex items-center gap-3">
          <input
            type="checkbox"
            class="size-4 shrink-0 accent-(--accent)"
            aria-label={words.selectAll}
            checked={ids.length > 0 && ids.every((id) => selected.has(id))}
            onChange={(event) => onSelect(ids, event.currentTarget.checked)}
          />
          {words.name}
        </span>
      </th>
      <th scope="col">{words.status}</th>
      <th scope="col" class="hidden md:table-cell">{words.tier}</th>
      <th scope="col" class="end hidden sm:table-cell">{words.use}</th>
      <th scope="col" class="end hidden lg:table-cell">{words.models}</th>
      <th scope="col" class="end hidden md:table-cell">{words.requests}</th>
      <th scope="col" class="end hidden md:table-cell">{words.errors}</th>
      <th scope="col" class="end hidden xl:table-cell">{words.lastUsed}</th>
    </tr>
  );
}

function Gap({ height }: { height: number }) {
  if (height === 0) return null;
  return (
    <tr aria-hidden="true">
      <td colSpan={8} height={height} class="!border-0 !p-0" />
    </tr>
  );
}

/** Projects and keys. Only the lines in sight are in the page, so that a thousand keys scroll like ten. */
export function KeyTable(
  { lines, onOpen, ...selecting }: Selecting & { lines: readonly KeyLine[]; onOpen: (key: KeyRow) => void },
) {
  const ids = lines.flatMap((line) => line.kind === "key" ? [line.key.id] : []);
  const box = useRef<HTMLDivElement>(null);
  const view = useSignal({ top: 0, height: 900 });
  const measure = () => {
    const element = box.current;
    if (element) view.value = { top: element.scrollTop, height: element.clientHeight };
  };
  useEffect(() => {
    measure();
    addEventListener("resize", measure);
    return () => removeEventListener("resize", measure);
  }, []);
  const range = windowOf(lines.length, LINE_PX, view.value.top, view.value.height);
  return (
    <div
      ref={box}
      class="card max-h-[calc(100dvh-13rem)] min-h-40 overflow-auto"
      onScroll={measure}
      tabIndex={0}
      role="region"
      aria-label={words.title}
    >
      <table class="grid-table" aria-rowcount={lines.length + 1}>
        <thead class="sticky top-0 z-10 bg-panel">
          <HeadRow ids={ids} {...selecting} />
        </thead>
        <tbody>
          <Gap height={range.before} />
          {lines.slice(range.first, range.last).map((line) =>
            line.kind === "project"
              ? <ProjectLine key={line.accounts ? "accounts" : `project-${line.project}`} line={line} />
              : <KeyLineRow key={line.key.id} row={line.key} onOpen={onOpen} {...selecting} />
          )}
          <Gap height={range.after} />
        </tbody>
      </table>
    </div>
  );
}
