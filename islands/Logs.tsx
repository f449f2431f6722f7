import type { LogEntry } from "../components/logs/log_lines.ts";
import { useSignal } from "@preact/signals";
import { keepInAddress } from "../components/shared/live/address.ts";
import { copyText } from "../components/shared/live/clipboard.ts";
import { LogList } from "../components/logs/log_list.tsx";
import { useLogs } from "../components/logs/use_logs.ts";
import { logsText } from "../components/logs/words.ts";
import { Empty } from "../components/shared/ui/card.tsx";
import { Icon } from "../components/shared/ui/icon.tsx";
import { filterLogs, type LogFilter, logLines, logText } from "../components/logs/log_lines.ts";

const words = logsText;

function save(entries: readonly LogEntry[]): void {
  const url = URL.createObjectURL(new Blob([logText(entries)], { type: "text/plain" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = "geminitro.log";
  link.click();
  URL.revokeObjectURL(url);
}

/** The log as it is written. */
export default function Logs({ logs, initial }: { logs: readonly LogEntry[]; initial: LogFilter }) {
  const { entries, paused, waiting, toggle } = useLogs(logs);
  const filter = useSignal(initial);
  const fold = useSignal(true);
  const change = (next: Partial<LogFilter>) => {
    filter.value = { ...filter.value, ...next };
    for (const [name, value] of Object.entries(next)) keepInAddress(name === "words" ? "q" : name, value);
  };
  const all = entries.value;
  const shown = filterLogs(all, filter.value);
  const kinds = [...new Set([...all.map(({ kind }) => kind), filter.value.kind])].filter(Boolean).sort();
  return (
    <>
      <div class="mb-4 flex flex-wrap items-center gap-2">
        <input
          type="search"
          class="field !w-64 max-sm:!w-full"
          placeholder={words.filter}
          aria-label={words.filter}
          value={filter.value.words}
          onInput={(event) => change({ words: event.currentTarget.value })}
        />
        <select
          class="field !w-auto"
          aria-label={words.level}
          value={filter.value.level}
          onChange={(event) => change({ level: event.currentTarget.value })}
        >
          {Object.entries(words.levels).map(([level, name]) => (
            <option key={level} value={level}>{name}</option>
          ))}
        </select>
        <select
          class="field !w-auto"
          aria-label={words.kind}
          value={filter.value.kind}
          onChange={(event) => change({ kind: event.currentTarget.value })}
        >
          <option value="">{words.anyKind}</option>
          {kinds.map((kind) => <option key={kind} value={kind}>{kind}</option>)}
        </select>
        <label class="flex items-center gap-2 px-1 text-soft">
          <input
            type="checkbox"
            class="size-4 accent-(--accent)"
            checked={fold.value}
            onChange={() => fold.value = !fold.value}
          />
          {words.collapse}
        </label>
        <span class="num text-mute">{words.lines(shown.length, all.length)}</span>
        <div class="ms-auto flex gap-2">
          <button type="button" class="btn" aria-pressed={paused.value} onClick={toggle}>
            <Icon name={paused.value ? "play" : "pause"} />
            {paused.value ? words.resume(waiting.value) : words.pause}
          </button>
          <button
            type="button"
            class="btn"
            onClick={() => void copyText(logText(shown), words.copied(shown.length))}
          >
            <Icon name="copy" />
            {words.copy}
          </button>
          <button type="button" class="btn" onClick={() => save(shown)}>
            <Icon name="download" />
            {words.download}
          </button>
        </div>
      </div>
      {shown.length === 0
        ? (
          <div class="card">
            <Empty icon="logs" title={all.length === 0 ? words.empty : words.nothing}>
              {all.length === 0 ? words.emptyDetail : ""}
            </Empty>
          </div>
        )
        : <LogList lines={logLines(shown, fold.value)} />}
    </>
  );
}
