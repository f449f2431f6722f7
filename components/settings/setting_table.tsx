import type { SettingRow as Row, Settings as SettingsView } from "../../src/management/contract.ts";
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { api, messageOf } from "../shared/live/browser_api.ts";
import { showToast } from "../shared/live/toasts.ts";
import { text } from "../shared/words.ts";
import { Card, Problem } from "../shared/ui/card.tsx";
import { Dialog } from "../shared/ui/dialog.tsx";
import { changed, type Draft, type DraftLine, draftLines, matchingSettings } from "./draft.ts";
import { SettingRow } from "./setting_row.tsx";
import { settingsText } from "./words.ts";

const words = settingsText;
const UNDO_MS = 30_000;

function Lines({ lines }: { lines: readonly DraftLine[] }) {
  return (
    <ul class="divide-y divide-line">
      {lines.map(({ row, before, after }) => (
        <li key={row.variable} class="grid gap-1 py-2.5">
          <p class="flex flex-wrap items-center gap-2">
            <span class="font-mono text-xs font-medium break-all">{row.variable}</span>
            <span class={`chip ${row.applies === "now" ? "chip-good" : "chip-warn"}`}>
              {words.applies[row.applies]}
            </span>
          </p>
          <p class="num break-all text-bad">
            <span aria-hidden="true">−</span> {before || words.unset}
          </p>
          <p class="num break-all text-good">
            <span aria-hidden="true">+</span> {after || words.unset}
          </p>
        </li>
      ))}
    </ul>
  );
}

interface ReviewProps {
  readonly lines: readonly DraftLine[];
  readonly onClose: () => void;
  readonly onSave: () => Promise<string>;
}

/** What would be written, before it is. */
function Review({ lines, onClose, onSave }: ReviewProps) {
  const problem = useSignal("");
  const isBusy = useSignal(false);
  const save = async () => {
    isBusy.value = true;
    problem.value = await onSave();
    isBusy.value = false;
  };
  return (
    <Dialog title={words.review} open onClose={onClose}>
      <p class="mb-2 text-mute">{words.reviewLead}</p>
      <Lines lines={lines} />
      {problem.value && <Problem>{problem.value}</Problem>}
      <div class="mt-4 flex justify-end gap-2">
        <button type="button" class="btn" onClick={onClose}>{text.cancel}</button>
        <button type="button" class="btn btn-primary" disabled={isBusy.value} onClick={() => void save()}>
          {text.save}
        </button>
      </div>
    </Dialog>
  );
}

/** Takes a change back, and offers to take that back too. */
async function undo(id: string, refresh: () => Promise<void>): Promise<void> {
  try {
    notifySaved(words.undone, (await api.changeSettings({ undo: id })).undo, refresh);
  } catch (error) {
    showToast(messageOf(error), { tone: "bad", ms: 10_000 });
  }
  await refresh();
}

function notifySaved(message: string, id: string | undefined, refresh: () => Promise<void>): void {
  const action = id === undefined ? {} : { action: { label: text.undo, run: () => void undo(id, refresh) } };
  showToast(message, { tone: "good", ms: UNDO_MS, ...action });
}

/** Empty HTML leaves what the server wrote as it is: the browser compares none when it takes a page over. */
const AS_WRITTEN = { __html: "" };

/** The settings of one group, folded away while nobody looks for them; until it is first opened they cost the browser nothing. */
function Group({ title, rows, draft, open, onType }: {
  title: string;
  rows: readonly Row[];
  draft: Draft;
  open: boolean;
  onType: (row: Row, text: string | null) => void;
}) {
  const wasOpened = useSignal(typeof document === "undefined");
  const list = "divide-y divide-line";
  return (
    <details
      class="border-b border-line last:border-b-0"
      open={open}
      onToggle={(event) => wasOpened.value ||= event.currentTarget.open}
    >
      <summary class="py-2.5 font-medium">
        {title} <span class="num ms-1 text-xs font-normal text-mute">{rows.length}</span>
      </summary>
      {wasOpened.value || open
        ? (
          <div key="rows" class={list}>
            {rows.map((row) => (
              <SettingRow
                key={row.variable}
                row={row}
                typed={draft[row.variable]}
                onType={(typed) => onType(row, typed)}
              />
            ))}
          </div>
        )
        // deno-lint-ignore react-no-danger -- it is empty, and nothing is ever put into it
        : <div key="written" class={list} dangerouslySetInnerHTML={AS_WRITTEN} />}
    </details>
  );
}

/** Every setting, found by a word, changed after a look at what would be written. */
export function SettingTable(
  { settings, refresh }: { settings: SettingsView; refresh: () => Promise<void> },
) {
  const typed = useSignal("");
  // A link may name the setting that it is about.
  useEffect(() => void (typed.value = new URLSearchParams(location.search).get("q") ?? ""), []);
  const onlySet = useSignal(false);
  const draft = useSignal<Draft>({});
  const seen = useSignal("");
  const isOpen = useSignal(false);
  const { table } = settings;
  const wanted = table.filter(({ origin, variable }) =>
    !onlySet.value || origin !== "default" || variable in draft.value
  );
  const groups = [...Map.groupBy(matchingSettings(wanted, typed.value), ({ group }) => group)];
  const lines = draftLines(table, draft.value);
  const waiting = table.filter(({ next }) => next !== undefined).length;
  const type = (row: Row, value: string | null) => {
    if (lines.length === 0) seen.value = settings.updatedAt;
    draft.value = changed(draft.value, row, value);
  };
  const save = async (): Promise<string> => {
    try {
      const saved = await api.changeSettings({ variables: draft.value, updatedAt: seen.value });
      const isNow = lines.every(({ row }) => row.applies === "now");
      [draft.value, isOpen.value] = [{}, false];
      notifySaved(isNow ? words.savedNow : words.savedLater, saved.undo, refresh);
      await refresh();
      return "";
    } catch (error) {
      return messageOf(error);
    }
  };
  return (
    <Card id="all" title={words.all} note={words.allNote}>
      <div class="flex flex-wrap items-center gap-3">
        <input
          class="field flex-1 max-sm:basis-full sm:max-w-sm"
          type="search"
          aria-label={words.find}
          placeholder={words.find}
          value={typed}
          onInput={(event) => typed.value = event.currentTarget.value}
        />
        <label class="flex items-center gap-2">
          <input
            type="checkbox"
            class="size-4 accent-(--accent)"
            checked={onlySet.value}
            onChange={(event) => onlySet.value = event.currentTarget.checked}
          />
          {words.onlySet}
        </label>
        {waiting > 0 && <span class="chip chip-warn">{words.waiting(waiting)}</span>}
      </div>
      {groups.length === 0 && <p class="py-6 text-mute">{words.nothing}</p>}
      {groups.map(([title, rows]) => (
        <Group
          key={title}
          title={title}
          rows={rows}
          draft={draft.value}
          open={typed.value !== "" || onlySet.value ||
            rows.some(({ variable, next }) => variable in draft.value || next !== undefined)}
          onType={type}
        />
      ))}
      {lines.length > 0 && (
        <div class="sticky bottom-0 -mx-4 mt-2 flex flex-wrap items-center gap-3 border-t border-line bg-panel px-4 py-3 sm:-mx-5 sm:px-5">
          <p role="status">{words.unsavedCount(lines.length)}</p>
          <button type="button" class="btn ms-auto" onClick={() => draft.value = {}}>{words.discard}</button>
          <button type="button" class="btn btn-primary" onClick={() => isOpen.value = true}>
            {words.review}
          </button>
        </div>
      )}
      {isOpen.value && <Review lines={lines} onClose={() => isOpen.value = false} onSave={save} />}
    </Card>
  );
}
