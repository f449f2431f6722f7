import assert from "node:assert/strict";
import { createFirstToolCall, createStopText, type EventFilter } from "./event_filter.ts";
import type { TurnEvent } from "./turn_event.ts";

const text = (value: string): TurnEvent => ({ type: "text-delta", candidate: 0, text: value });
const end = (reason = "MAX_TOKENS"): TurnEvent => ({
  type: "turn-end",
  finishes: [{ candidate: 0, reason }],
});
const run = (filter: EventFilter, events: readonly TurnEvent[]) =>
  events.flatMap((event) => filter.push(event));
const textOf = (events: readonly TurnEvent[]) =>
  events.map((e) => e.type === "text-delta" ? e.text : "").join("");

Deno.test("createStopText() cuts at the earliest stop, wherever the deltas split it", () => {
  const whole = "one END two STOP three";
  for (let size = 1; size <= whole.length; size++) {
    const pieces = whole.match(new RegExp(`.{1,${size}}`, "g")) ?? [];
    const events = run(createStopText(["STOP", "END"]), [...pieces.map(text), end()]);
    assert.equal(textOf(events), "one ");
    assert.deepEqual(events.at(-1), end("STOP"));
  }
});

Deno.test("createStopText() gives out a held beginning that became no stop", () => {
  const events = run(createStopText(["END!"]), [text("the EN"), text("D of"), text(" EN"), end()]);
  assert.equal(textOf(events), "the END of EN");
  assert.deepEqual(events.at(-1), end());
});

Deno.test("createStopText() drops what the candidate says after its stop and leaves other candidates alone", () => {
  const call: TurnEvent = {
    type: "tool-call",
    candidate: 0,
    id: "c",
    upstreamId: false,
    name: "f",
    args: {},
  };
  const other: TurnEvent = { type: "text-delta", candidate: 1, text: "b X" };
  const events = run(createStopText(["X"]), [text("a X"), call, { ...other, text: "b" }, end()]);
  assert.deepEqual(events.map(({ type }) => type), ["text-delta", "text-delta", "turn-end"]);
});

Deno.test("createFirstToolCall() keeps the first call of each candidate", () => {
  const call = (candidate: number, id: string): TurnEvent => ({
    type: "tool-call",
    candidate,
    id,
    upstreamId: false,
    name: "f",
    args: {},
  });
  const events = run(createFirstToolCall(), [call(0, "a"), call(0, "b"), call(1, "c"), text("t")]);
  assert.deepEqual(events.map((event) => event.type === "tool-call" ? event.id : event.type), [
    "a",
    "c",
    "text-delta",
  ]);
});
