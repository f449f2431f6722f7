import type { TurnEvent } from "./turn_event.ts";

/** A change to a stream of events; keeps `turn-end` last. */
export interface EventFilter {
  push(event: TurnEvent): readonly TurnEvent[];
}

/** Keeps the first tool call of each candidate, for clients that asked for no parallel calls. */
export function createFirstToolCall(): EventFilter {
  const called = new Set<number>();
  return {
    push(event) {
      if (event.type !== "tool-call") return [event];
      if (called.has(event.candidate)) return [];
      called.add(event.candidate);
      return [event];
    },
  };
}
