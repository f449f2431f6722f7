import type { Usage } from "../core/mod.ts";
import type { Finish, TurnEvent } from "./turn_event.ts";

/** The same event for another candidate, for calls whose turns become the choices of one reply. */
export function withCandidate(event: TurnEvent, candidate: number): TurnEvent {
  if (event.type === "turn-end") {
    return { ...event, finishes: event.finishes.map((finish) => ({ ...finish, candidate })) };
  }
  return "candidate" in event ? { ...event, candidate } : event;
}

/**
 * Joins the turns of parallel calls for one request into one turn of several candidates, in their order. What was
 * generated adds up; the prompt was asked once by the client and counts once.
 */
export function joinTurns(turns: readonly (readonly TurnEvent[])[]): TurnEvent[] {
  const joined: TurnEvent[] = [];
  const finishes: Finish[] = [];
  const usages: Usage[] = [];
  let block: Extract<TurnEvent, { type: "turn-end" }>["block"];
  turns.forEach((events, candidate) => {
    const usage = events.findLast((event) => event.type === "usage");
    if (usage?.type === "usage") usages.push(usage.usage);
    for (const event of events) {
      const moved = withCandidate(event, candidate);
      if (moved.type === "turn-end") {
        finishes.push(...moved.finishes);
        block ??= moved.block;
      } else if (moved.type !== "usage" && (moved.type !== "turn-start" || candidate === 0)) {
        joined.push(moved);
      }
    }
  });
  const [first, ...others] = usages;
  if (first !== undefined) joined.push({ type: "usage", usage: others.reduce(addGenerated, first) });
  joined.push({ type: "turn-end", finishes, ...(block === undefined ? {} : { block }) });
  return joined;
}

function addGenerated(sum: Usage, next: Usage): Usage {
  const generated = next.candidatesTokens + next.thoughtsTokens;
  return {
    ...sum,
    candidatesTokens: sum.candidatesTokens + next.candidatesTokens,
    thoughtsTokens: sum.thoughtsTokens + next.thoughtsTokens,
    totalTokens: sum.totalTokens + generated,
  };
}
