import { type Signal, useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { LogEntry } from "../data/views.ts";
import { configuration } from "../live/configuration.ts";
import { listen } from "../live/live_events.ts";

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

/** The last thousand lines, oldest first; while paused, new ones wait. */
export function useLogs(initial: readonly LogEntry[]): LiveLogs {
  const entries = useSignal(initial);
  const paused = useSignal(false);
  const waiting = useSignal(0);
  const held = useSignal<readonly LogEntry[]>([]);
  const show = (fresh: readonly LogEntry[]) => entries.value = [...entries.peek(), ...fresh].slice(-MOST);
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
    const reload = () => void configuration.logs().then((fresh) => entries.value = fresh, () => {});
    const stops = [listen("log", onLog), listen("reconnected", reload)];
    return () => stops.forEach((stop) => stop());
  }, []);
  const toggle = () => {
    paused.value = !paused.value;
    if (paused.value) return;
    show(held.value);
    [held.value, waiting.value] = [[], 0];
  };
  return { entries, paused, waiting, toggle };
}
