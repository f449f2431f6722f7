import { api } from "../shared/live/browser_api.ts";
import { type LogEntry, readLogs } from "./log_lines.ts";
import { type Signal, useSignal } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import { listen } from "../shared/live/live_events.ts";
import { paced } from "../shared/live/resource.ts";

const MOST = 1_000;
/** Lines that come within this time are drawn together. */
const TOGETHER_MS = 250;

export interface LiveLogs {
  readonly entries: Signal<readonly LogEntry[]>;
  readonly paused: Signal<boolean>;
  /** Lines that came while paused. */
  readonly waiting: Signal<number>;
  toggle(): void;
}

const mark = ({ at, kind, message }: LogEntry) => `${at} ${kind} ${message}`;

/**
 * The lines read from the server, between those that are older and those that came since. A line that is shown already stays the same object,
 * so that it is not drawn again.
 */
export function merged(shown: readonly LogEntry[], read: readonly LogEntry[]): readonly LogEntry[] {
  const known = Map.groupBy(shown, mark);
  const lines = read.map((entry) => known.get(mark(entry))?.shift() ?? entry);
  const rest = shown.filter((entry) => known.get(mark(entry))?.includes(entry));
  const [oldest, newest] = [lines.at(0)?.at ?? Infinity, lines.at(-1)?.at ?? -Infinity];
  const before = rest.filter(({ at }) => at < oldest);
  const since = rest.filter(({ at }) => at >= newest && at >= oldest);
  return [...before, ...lines, ...since].slice(-MOST);
}

/** The last thousand lines, oldest first; while paused, new ones wait. */
export function useLogs(initial: readonly LogEntry[]): LiveLogs {
  const entries = useSignal(initial);
  const paused = useSignal(false);
  const waiting = useSignal(0);
  const held = useSignal<readonly LogEntry[]>([]);
  const show = (fresh: readonly LogEntry[]) => entries.value = [...entries.peek(), ...fresh].slice(-MOST);
  const stale = useSignal(false);
  const again = useMemo(() =>
    paced(async () => {
      if (paused.peek()) return void (stale.value = true);
      // A failed read is repeated at the next event.
      const fresh = await readLogs(api).catch(() => undefined);
      if (fresh !== undefined) entries.value = merged(entries.peek(), fresh);
    }), []);
  useEffect(() => {
    let pending: LogEntry[] = [];
    const flush = () => {
      if (paused.peek()) {
        held.value = [...held.peek(), ...pending].slice(-MOST);
        waiting.value = held.peek().length;
      } else show(pending);
      pending = [];
    };
    const onLog = (value: unknown) => {
      if (pending.length === 0) setTimeout(flush, TOGETHER_MS);
      pending.push(value as LogEntry);
    };
    const stops = [listen("log", onLog), listen("stale", again.poke), again.stop];
    return () => stops.forEach((stop) => stop());
  }, []);
  const toggle = () => {
    paused.value = !paused.value;
    if (paused.value) return;
    show(held.value);
    [held.value, waiting.value] = [[], 0];
    if (stale.value) again.poke();
    stale.value = false;
  };
  return { entries, paused, waiting, toggle };
}
