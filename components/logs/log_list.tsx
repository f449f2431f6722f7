import { useEffect, useRef } from "preact/hooks";
import { clockTime } from "../format.ts";
import { logsText } from "../text/logs.ts";
import { fieldsText, type LogLine } from "../views/log_lines.ts";

const words = logsText;
const LEVEL_TONES: Readonly<Record<string, string>> = {
  debug: "text-mute",
  info: "text-soft",
  warn: "text-warn",
  error: "text-bad",
};
const KIND_TONES: Readonly<Record<string, string>> = {
  request: "chip-accent",
  pool: "chip-warn",
  key: "chip-good",
  alert: "chip-bad",
};

function Line({ line }: { line: LogLine }) {
  const { entry, times } = line;
  const fields = fieldsText(entry);
  return (
    <li class="grid grid-cols-[4.6rem_1fr] items-baseline gap-x-3 px-4 py-1 hover:bg-sunken/60 sm:grid-cols-[4.6rem_4.5rem_1fr]">
      <time class="num text-xs text-mute" dateTime={new Date(entry.at).toISOString()}>
        {clockTime(entry.at)}
      </time>
      <span class="hidden sm:block">
        <span class={`chip ${KIND_TONES[entry.kind] ?? ""}`}>{entry.kind}</span>
      </span>
      <span class={`min-w-0 break-words ${LEVEL_TONES[entry.level] ?? ""}`}>
        {entry.level === "warn" || entry.level === "error"
          ? <strong class="me-1 font-semibold">{words.levels[entry.level]}:</strong>
          : null}
        {entry.message}
        {times > 1 && <span class="chip num ms-2">{words.times(times)}</span>}
        {fields !== "" && <span class="block text-xs break-words text-mute">{fields}</span>}
      </span>
    </li>
  );
}

/** The lines, the newest at the foot; it stays there until the reader scrolls up. */
export function LogList({ lines }: { lines: readonly LogLine[] }) {
  const box = useRef<HTMLDivElement>(null);
  const atFoot = useRef(true);
  useEffect(() => {
    const element = box.current;
    if (element && atFoot.current) element.scrollTop = element.scrollHeight;
  }, [lines.at(-1)?.entry]);
  const onScroll = () => {
    const element = box.current;
    if (element) atFoot.current = element.scrollHeight - element.scrollTop - element.clientHeight < 40;
  };
  return (
    <div
      ref={box}
      class="card h-[calc(100dvh-15rem)] min-h-60 overflow-y-auto py-2"
      role="log"
      aria-label={words.list}
      tabIndex={0}
      onScroll={onScroll}
    >
      <ol>{lines.map((line, index) => <Line key={`${line.entry.at}-${index}`} line={line} />)}</ol>
    </div>
  );
}
