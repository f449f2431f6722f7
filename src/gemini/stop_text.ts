import type { EventFilter } from "./event_filter.ts";
import type { TurnEvent } from "./turn_event.ts";

interface Tail {
  /** Text that may be the beginning of a stop string. */
  held: string;
  stopped: boolean;
}

/**
 * Cuts each candidate's text before the earliest of `stops`, also when one is spread over several deltas, and ends that
 * candidate there as Gemini does: with reason STOP and the stop string left out.
 */
export function createStopText(stops: readonly string[]): EventFilter {
  const tails = new Map<number, Tail>();
  const tailOf = (candidate: number) => {
    const tail = tails.get(candidate) ?? { held: "", stopped: false };
    tails.set(candidate, tail);
    return tail;
  };
  const release = (candidate: number): TurnEvent[] => {
    const tail = tailOf(candidate);
    const text = tail.held;
    tail.held = "";
    return text === "" ? [] : [{ type: "text-delta", candidate, text }];
  };
  return {
    push(event) {
      if (event.type === "turn-end") {
        const rest = [...tails.keys()].flatMap(release);
        return [...rest, endStopped(event, tails)];
      }
      if (!("candidate" in event)) return [event];
      const tail = tailOf(event.candidate);
      if (tail.stopped) return [];
      if (event.type !== "text-delta") return [...release(event.candidate), event];
      const text = cut(tail, event.text, stops);
      if (text !== "") return [{ ...event, text }];
      return event.signature === undefined
        ? []
        : [{ type: "signature", candidate: event.candidate, signature: event.signature }];
    },
  };
}

/** What may be given out of the text so far. */
function cut(tail: Tail, text: string, stops: readonly string[]): string {
  const whole = tail.held + text;
  const found = stops.map((stop) => whole.indexOf(stop)).filter((at) => at >= 0);
  if (found.length > 0) {
    tail.stopped = true;
    tail.held = "";
    return whole.slice(0, Math.min(...found));
  }
  const keep = Math.max(0, ...stops.map((stop) => openEnd(whole, stop)));
  tail.held = whole.slice(whole.length - keep);
  return whole.slice(0, whole.length - keep);
}

/** How many characters at the end of the text could begin the stop string. */
function openEnd(text: string, stop: string): number {
  for (let length = Math.min(stop.length - 1, text.length); length > 0; length--) {
    if (text.endsWith(stop.slice(0, length))) return length;
  }
  return 0;
}

function endStopped(
  event: Extract<TurnEvent, { type: "turn-end" }>,
  tails: ReadonlyMap<number, Tail>,
): TurnEvent {
  const finishes = event.finishes.map((finish) =>
    tails.get(finish.candidate)?.stopped === true ? { candidate: finish.candidate, reason: "STOP" } : finish
  );
  return { ...event, finishes };
}
