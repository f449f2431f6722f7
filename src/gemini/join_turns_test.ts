import assert from "node:assert/strict";
import type { Usage } from "../core/mod.ts";
import { joinTurns } from "./join_turns.ts";
import type { TurnEvent } from "./turn_event.ts";
import { NO_USAGE } from "./usage.ts";

const turn = (text: string, usage: Partial<Usage>): TurnEvent[] => [
  { type: "turn-start" },
  { type: "text-delta", candidate: 0, text },
  { type: "usage", usage: { ...NO_USAGE, ...usage } },
  { type: "turn-end", finishes: [{ candidate: 0, reason: "STOP" }] },
];

Deno.test("edge 32: joinTurns() makes the turns of parallel calls the choices of one", () => {
  const joined = joinTurns([
    turn("a", { promptTokens: 5, candidatesTokens: 1, totalTokens: 6 }),
    turn("b", { promptTokens: 5, candidatesTokens: 2, thoughtsTokens: 3, totalTokens: 10 }),
  ]);
  assert.deepEqual(joined.map((event) => "candidate" in event ? event.candidate : event.type), [
    "turn-start",
    0,
    1,
    "usage",
    "turn-end",
  ]);
  assert.deepEqual(joined.at(-2), {
    type: "usage",
    usage: { ...NO_USAGE, promptTokens: 5, candidatesTokens: 3, thoughtsTokens: 3, totalTokens: 11 },
  });
  assert.deepEqual(joined.at(-1), {
    type: "turn-end",
    finishes: [{ candidate: 0, reason: "STOP" }, { candidate: 1, reason: "STOP" }],
  });
});
