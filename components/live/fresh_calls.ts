import { useEffect } from "preact/hooks";
import { freshCall, type ShortCall } from "../data/rows.ts";
import type { CallRecord } from "../data/views.ts";
import { listen } from "./live_events.ts";

/** Gives finished calls in their short form, together once a frame however many come. */
export function useFreshCalls(onCalls: (calls: readonly CallRecord[]) => void): void {
  useEffect(() => {
    let waiting: CallRecord[] = [];
    const flush = () => {
      const calls = waiting;
      waiting = [];
      onCalls(calls);
    };
    return listen("request", (data) => {
      if (waiting.length === 0) requestAnimationFrame(flush);
      waiting.push(freshCall(data as ShortCall));
    });
  }, []);
}
