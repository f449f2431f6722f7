import { effect } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { api } from "../shared/live/browser_api.ts";
import { connection, listen } from "../shared/live/live_events.ts";
import { freshCall, readRecentCalls, type RecentCall, type ShortCall } from "./read_overview.ts";

/** Calls that may end between the making of a page and its first event. */
const MOST_MISSED = 30;

/**
 * Gives finished calls as they come, together once a frame however many; at first those that ended after the page, which shows `known`,
 * was made and before its events began.
 */
export function useFreshCalls(
  known: readonly RecentCall[],
  onCalls: (calls: readonly RecentCall[]) => void,
): void {
  useEffect(() => {
    let waiting: RecentCall[] = [];
    let seen: Set<string> | undefined = new Set(known.map(({ id }) => id));
    const flush = () => {
      const calls = waiting;
      waiting = [];
      onCalls(calls);
    };
    const take = (call: RecentCall) => {
      if (seen?.has(call.id)) return;
      seen?.add(call.id);
      if (waiting.length === 0) requestAnimationFrame(flush);
      waiting.push(call);
    };
    const catchUp = async () => {
      const missed = await readRecentCalls(api, MOST_MISSED).catch(() => []);
      missed.toReversed().forEach(take);
      seen = undefined;
    };
    const stopCatching = effect(() => {
      if (connection.value === "live" && seen !== undefined) void catchUp();
    });
    const stopListening = listen("request", (data) => take(freshCall(data as ShortCall)));
    return () => {
      stopCatching();
      stopListening();
    };
  }, []);
}
