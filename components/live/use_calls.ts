import { type Signal, useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { callRecord } from "../data/traffic_views.ts";
import type { CallRecord } from "../data/views.ts";
import { listen } from "./live_events.ts";

/** Events come singly or as a list, as the server coalesces them. */
function recordsOf(data: unknown): readonly CallRecord[] {
  return (Array.isArray(data) ? data : [data]).map(callRecord).filter((row) => row !== undefined);
}

/** Finished calls, newest first and at most `most`; new ones arrive together, once a frame. */
export function useCalls(
  initial: readonly CallRecord[],
  most: number,
  onNew?: (calls: readonly CallRecord[]) => void,
): Signal<readonly CallRecord[]> {
  const calls = useSignal(initial);
  useEffect(() => {
    let waiting: CallRecord[] = [];
    const flush = () => {
      const known = new Set(calls.value.map((call) => call.id));
      const fresh = waiting.filter((call) => !known.has(call.id));
      waiting = [];
      calls.value = [...fresh.reverse(), ...calls.value].slice(0, most);
      onNew?.(fresh);
    };
    return listen("request", (data) => {
      if (waiting.length === 0) requestAnimationFrame(flush);
      waiting.push(...recordsOf(data).slice(-most));
      if (waiting.length > most) waiting = waiting.slice(-most);
    });
  }, []);
  return calls;
}
