import type { Finish, TurnEvent } from "./turn_event.ts";

/** A whole turn: its events in order with equal neighbours joined, and how each candidate ended. */
export interface FoldedTurn {
  readonly events: readonly TurnEvent[];
  readonly finishes: readonly Finish[];
}

type Delta = Extract<TurnEvent, { type: "text-delta" | "thought-delta" }>;

/**
 * Folds a stream of events into a turn. Unsigned deltas of one kind and candidate that follow each other are joined;
 * a signed one stays alone, as its signature belongs to its own text. Of the usage reports only the last remains.
 */
export function foldTurn(events: readonly TurnEvent[]): FoldedTurn {
  const folded: TurnEvent[] = [];
  let run: Delta[] = [];
  let usage: TurnEvent | undefined;
  let finishes: readonly Finish[] = [];
  const closeRun = () => {
    if (run.length > 0) folded.push(joinDeltas(run));
    run = [];
  };
  for (const event of events) {
    if (event.type === "usage") {
      usage = event;
      continue;
    }
    if (isDelta(event)) {
      if (!joins(run, event)) closeRun();
      run.push(event);
      continue;
    }
    closeRun();
    if (event.type === "turn-end") {
      finishes = event.finishes;
      if (usage !== undefined) folded.push(usage);
      usage = undefined;
    }
    folded.push(event);
  }
  closeRun();
  if (usage !== undefined) folded.push(usage);
  return { events: folded, finishes };
}

function isDelta(event: TurnEvent): event is Delta {
  return event.type === "text-delta" || event.type === "thought-delta";
}

function joins(run: readonly Delta[], next: Delta): boolean {
  const last = run.at(-1);
  return last !== undefined && last.type === next.type && last.candidate === next.candidate &&
    last.signature === undefined && next.signature === undefined;
}

function joinDeltas(run: readonly Delta[]): Delta {
  const first = run[0] as Delta;
  return run.length === 1 ? first : { ...first, text: run.map(({ text }) => text).join("") };
}
