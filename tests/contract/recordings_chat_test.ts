import assert from "node:assert/strict";
import { isObject, type JsonObject } from "../../src/core/mod.ts";
import { createSegmenter, foldTurn, isEmptyTurn, type TurnEvent } from "../../src/gemini/mod.ts";
import { chunksOf, collectChat, counter, decodeChat, encodeChat } from "../support/chat_fixture.ts";
import { generateRecordings, partsOf, type Recording } from "../support/recordings.ts";

const recordings = generateRecordings();
const FINISHES = new Set(["stop", "length", "tool_calls", "content_filter"]);

function chunks({ body }: Recording, size = Infinity): unknown[] {
  return chunksOf(body, size);
}

function segmented(values: readonly unknown[]) {
  const segmenter = createSegmenter({ newId: counter() });
  const events = values.flatMap((value) => segmenter.push(value));
  return { events, end: segmenter.end(), error: segmenter.error };
}

/** Whether the body says how it ended; some quoted excerpts do not. */
function saysItsEnd(values: readonly unknown[]): boolean {
  const text = JSON.stringify(values);
  return text.includes('"finishReason"') || /"blockReason":"(?!BLOCKE?D?_REASON_UNSPECIFIED)/.test(text);
}

function turn(recording: Recording): TurnEvent[] | undefined {
  const values = chunks(recording);
  const { events, end } = segmented(values);
  if (!saysItsEnd(values)) {
    assert.equal(end.ok, false);
    return undefined;
  }
  assert.ok(end.ok, `${recording.file}: ${JSON.stringify(end)}`);
  return [...events, ...end.events];
}

/** Visible text by a plain walk over the recorded parts. */
function recordedText(values: readonly unknown[], thought: boolean): string {
  return partsOf(values).filter((part) => (part["thought"] === true) === thought)
    .map((part) => typeof part["text"] === "string" ? part["text"] : "").join("");
}

/** Calls that were left to the client. */
function recordedCalls(values: readonly unknown[]): number {
  const parts = partsOf(values);
  const run = parts.filter((part) => isObject(part["functionResponse"])).length;
  const named = parts.filter((part) =>
    isObject(part["functionCall"]) && part["functionCall"]["name"] !== undefined
  );
  return named.length - run;
}

function textOf(events: readonly TurnEvent[], type: "text-delta" | "thought-delta"): string {
  return events.map((event) => event.type === type ? event.text : "").join("");
}

function recordedUsage(values: readonly unknown[]): Record<string, number> {
  const last: Record<string, number> = {};
  for (const value of values) {
    if (!isObject(value) || !isObject(value["usageMetadata"])) continue;
    for (const [key, count] of Object.entries(value["usageMetadata"])) {
      if (typeof count === "number") last[key] = count;
    }
  }
  return last;
}

Deno.test("recordings: there are many of them", { ignore: recordings.length === 0 }, () => {
  assert.ok(recordings.length >= 80, `only ${recordings.length}`);
});

for (const recording of recordings) {
  Deno.test(`recording ${recording.file}: text, calls, usage and finish arrive in a chat completion`, () => {
    const values = chunks(recording);
    const events = turn(recording);
    if (events === undefined) return;
    assert.equal(textOf(events, "text-delta"), recordedText(values, false));
    assert.equal(textOf(events, "thought-delta"), recordedText(values, true));
    const calls = events.filter(({ type }) => type === "tool-call");
    assert.equal(calls.length, recordedCalls(values));
    checkReply(
      encodeChat(events, decodeChat({ stream_options: { include_usage: true } }).context),
      values,
      events,
    );
  });
}

function checkReply(
  { reply, frames }: { reply: JsonObject; frames: JsonObject[] },
  values: readonly unknown[],
  events: readonly TurnEvent[],
): void {
  const usage = reply["usage"] as unknown as Record<string, number>;
  const counts = recordedUsage(values);
  const prompt = (counts["promptTokenCount"] ?? 0) + (counts["toolUsePromptTokenCount"] ?? 0);
  const completion = (counts["candidatesTokenCount"] ?? 0) + (counts["thoughtsTokenCount"] ?? 0);
  assert.deepEqual([usage["prompt_tokens"], usage["completion_tokens"]], [prompt, completion]);
  const choices = reply["choices"] as unknown as {
    message: Record<string, unknown>;
    finish_reason: string;
  }[];
  for (const choice of choices) {
    assert.ok(FINISHES.has(choice.finish_reason), choice.finish_reason);
    if (choice.message["tool_calls"] !== undefined) assert.notEqual(choice.finish_reason, "stop");
  }
  const streamed = collectChat(
    frames.filter((frame) => (frame["choices"] as unknown as unknown[]).length > 0),
  );
  assert.deepEqual(streamed.map(normal), choices.map(normal));
  assert.deepEqual(frames.at(-1)?.["usage"], reply["usage"]);
  assert.equal(typeof isEmptyTurn(events), "boolean");
}

/** Empty and missing content mean the same to a client that collects a stream; signatures of texts come as they do. */
function normal(choice: unknown): unknown {
  const { message, ...rest } = structuredClone(choice) as { message: Record<string, unknown> };
  if (message["content"] === null) message["content"] = "";
  delete message["audio"];
  return { ...rest, message };
}

Deno.test("recordings: folding the events changes nothing that a client sees", {
  ignore: recordings.length === 0,
}, () => {
  for (const recording of recordings) {
    const events = turn(recording);
    if (events === undefined) continue;
    const { context } = decodeChat({});
    assert.deepEqual(
      encodeChat(foldTurn(events).events, context).reply,
      encodeChat(events, context).reply,
      recording.file,
    );
  }
});

Deno.test("recordings: pieces of 1, 7 and 64 bytes give the same events", {
  ignore: recordings.length === 0,
}, () => {
  for (const recording of recordings) {
    const whole = segmented(chunks(recording)).events;
    for (const size of [1, 7, 64]) {
      assert.deepEqual(segmented(chunks(recording, size)).events, whole, recording.file);
    }
  }
});

Deno.test("recordings: the error after a finished answer does not spoil it", {
  ignore: recordings.length === 0,
}, () => {
  const recording = recordings.find(({ file }) => file.includes("mid-stream-503"));
  assert.ok(recording);
  const events = turn(recording);
  assert.ok(events);
  assert.equal(textOf(events, "text-delta"), "Okay");
  const cut = segmented(chunks(recording).filter((value) => !JSON.stringify(value).includes("STOP")));
  assert.equal(cut.error?.status, 503);
  assert.deepEqual(cut.end, { ok: false, reason: "truncated" });
});
