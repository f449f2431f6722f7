import type { Failure, Usage } from "../core/mod.ts";
import type { Finish, TurnEvent } from "../gemini/mod.ts";
import type { TurnSource, TurnStep } from "./turn_source.ts";

/**
 * Joins several turns of one candidate each into one turn of several, for models with one choice per call: the
 * events are renumbered, usage is added up, and the turn ends when all have ended or one has failed.
 */
export function joinTurns(turns: readonly TurnSource[]): TurnSource {
  const reads = new Map<number, Promise<{ index: number; step: TurnStep }>>();
  const usages: Usage[] = [];
  const finishes: Finish[] = [];
  let started = false;

  const readNext = (index: number) =>
    reads.set(index, turns[index]!.read().then((step) => ({ index, step })));
  turns.forEach((_, index) => readNext(index));

  function take(index: number, event: TurnEvent, out: TurnEvent[]): void {
    if (event.type === "usage") usages[index] = event.usage;
    else if (event.type === "turn-end") finishes.push(...endsOf(index, event));
    else if (event.type !== "turn-start") out.push({ ...event, candidate: index });
    else if (!started) {
      started = true;
      out.push(event);
    }
  }

  const cancel = () => turns.forEach((turn) => turn.cancel());
  return {
    async read() {
      const { index, step } = await Promise.race(reads.values());
      reads.delete(index);
      const events: TurnEvent[] = [];
      for (const event of step.events) take(index, event, events);
      if (isFailure(step.state)) {
        cancel();
        return { events, state: step.state };
      }
      if (step.state === "more") readNext(index);
      if (reads.size > 0) return { events, state: "more" };
      finishes.sort((a, b) => a.candidate - b.candidate);
      return {
        events: [...events, { type: "usage", usage: sum(usages) }, { type: "turn-end", finishes }],
        state: "end",
      };
    },
    cancel,
  };
}

function isFailure(state: TurnStep["state"]): state is Failure {
  return typeof state === "object";
}

/** A refused prompt leaves a choice without content: `filter`, as the other choices may have passed. */
function endsOf(index: number, end: Extract<TurnEvent, { type: "turn-end" }>): readonly Finish[] {
  if (end.block) return [{ candidate: index, reason: "PROHIBITED_CONTENT" }];
  return end.finishes.map((finish) => ({ ...finish, candidate: index }));
}

/** Sums usage; the prompt counts for each call, since each is billed. */
function sum(usages: readonly Usage[]): Usage {
  const total = (
    field:
      | "promptTokens"
      | "cachedTokens"
      | "candidatesTokens"
      | "thoughtsTokens"
      | "toolUseTokens"
      | "totalTokens",
  ) => usages.reduce((count, usage) => count + (usage?.[field] ?? 0), 0);
  return {
    promptTokens: total("promptTokens"),
    cachedTokens: total("cachedTokens"),
    candidatesTokens: total("candidatesTokens"),
    thoughtsTokens: total("thoughtsTokens"),
    toolUseTokens: total("toolUseTokens"),
    totalTokens: total("totalTokens"),
  };
}
