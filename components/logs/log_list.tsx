import type { LogEntry } from "./log_lines.ts";
import { useSignal } from "@preact/signals";
import type { VNode } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { clockTime } from "../shared/format.ts";
import { logsText } from "./words.ts";
import { fieldsText, type LogLine } from "./log_lines.ts";

const words = logsText;
const LEVEL_TONES: Readonly<Record<string, string>> = {
  debug: "text-mute",
  info: "text-soft",
  warn: "text-warn",
  error: "text-bad",
};
/** Kinds are distinguished by name: green, amber and red are reserved for outcomes. */
const KIND_TONES: Readonly<Record<string, string>> = { request: "chip-accent", alert: "chip-bad" };

/** An alert about something good is not coloured as an alarm. */
function kindTone({ kind, level }: LogEntry): string {
  return kind === "alert" && level === "info" ? "chip-good" : KIND_TONES[kind] ?? "";
}

function Line({ line }: { line: LogLine }) {
  const { entry, times } = line;
  const fields = fieldsText(entry);
  return (
    <li class="grid grid-cols-[4.6rem_1fr] items-baseline gap-x-3 px-4 py-1 hover:bg-sunken/60 sm:grid-cols-[4.6rem_4.5rem_1fr]">
      <time class="num text-xs text-mute" dateTime={new Date(entry.at).toISOString()}>
        {clockTime(entry.at)}
      </time>
      <span class="hidden sm:block">
        <span class={`chip ${kindTone(entry)}`}>{entry.kind}</span>
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

/** Lines that are in the page at once; more come while one scrolls up. */
const AT_ONCE = 150;

let lastKey = 0;
const drawn = new WeakMap<LogEntry, { readonly times: number; readonly line: VNode }>();

/** A line as it was drawn before: Preact skips what is the same, so a new line costs one line and not all of them. */
function drawnLine(line: LogLine): VNode {
  const known = drawn.get(line.entry);
  if (known?.times === line.times) return known.line;
  const fresh = <Line key={known?.line.key ?? ++lastKey} line={line} />;
  drawn.set(line.entry, { times: line.times, line: fresh });
  return fresh;
}

/** The lines, the newest at the foot; it stays there until the reader scrolls up. Only the last of them are in the page. */
export function LogList({ lines }: { lines: readonly LogLine[] }) {
  const box = useRef<HTMLDivElement>(null);
  const atFoot = useRef(true);
  const most = useSignal(AT_ONCE);
  const before = useRef<number | undefined>(undefined);
  useEffect(() => {
    const element = box.current;
    if (element && atFoot.current) element.scrollTop = element.scrollHeight;
  }, [lines.at(-1)?.entry]);
  useLayoutEffect(() => {
    const element = box.current;
    if (element && before.current !== undefined) element.scrollTop += element.scrollHeight - before.current;
    before.current = undefined;
  }, [most.value]);
  const onScroll = () => {
    const element = box.current;
    if (!element) return;
    atFoot.current = element.scrollHeight - element.scrollTop - element.clientHeight < 40;
    if (atFoot.current) most.value = AT_ONCE;
    else if (element.scrollTop < 200 && most.value < lines.length) {
      before.current = element.scrollHeight;
      most.value += AT_ONCE;
    }
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
      <ol>{lines.slice(-most.value).map(drawnLine)}</ol>
    </div>
  );
}
