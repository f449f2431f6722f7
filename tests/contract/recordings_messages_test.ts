import type Anthropic from "@anthropic-ai/sdk";
import assert from "node:assert/strict";
import { anthropicMessages, type MessagesContext } from "../../src/dialects/anthropic_messages/mod.ts";
import { createToolNames, type TurnEvent } from "../../src/gemini/mod.ts";
import { collectMessage, parseFrames } from "../support/anthropic_client.ts";
import { chunksOf } from "../support/chat_fixture.ts";
import { call, encodeInput, segment, streamWith, text, thought, turn } from "../support/dialect_calls.ts";
import { generateRecordings } from "../support/recordings.ts";
import { recordedOutput, shapeProblems } from "../support/shape.ts";

const recordings = generateRecordings();
const CONTEXT: MessagesContext = {
  model: "claude-x",
  names: createToolNames([]),
  thinking: "shown",
  signedThoughts: false,
  webSearch: true,
  empty: false,
};
const REASONS = new Set(["end_turn", "max_tokens", "tool_use", "refusal"]);

const joined = (events: readonly TurnEvent[], type: "text-delta" | "thought-delta") =>
  events.map((event) => event.type === type && event.candidate === 0 ? event.text : "").join("");
const has = (events: readonly TurnEvent[], type: TurnEvent["type"]) =>
  events.some((event) => event.type === type);

function message(events: readonly TurnEvent[], context = CONTEXT): Anthropic.Message {
  return anthropicMessages.encodeReply(events, encodeInput(context)) as unknown as Anthropic.Message;
}

for (const recording of recordings) {
  Deno.test(`recording ${recording.file}: a message holds its text, thoughts and calls, streamed or not`, () => {
    const events = segment(chunksOf(recording.body));
    if (events === undefined) return;
    const frames = parseFrames(streamWith(anthropicMessages, events, CONTEXT));
    const whole = message(events);
    if (frames.at(-1)?.event === "error") {
      assert.match(JSON.stringify(events.at(-1)), /MALFORMED|UNEXPECTED|TOO_MANY/);
      return;
    }
    assert.deepEqual(collectMessage(frames), JSON.parse(JSON.stringify(whole)));
    assert.ok(REASONS.has(String(whole.stop_reason)));
    const told = whole.content.map((block) => block.type === "text" ? block.text : "").join("");
    if (has(events, "media") || has(events, "code")) {
      assert.ok(told.length > joined(events, "text-delta").length);
    } else assert.equal(told, joined(events, "text-delta"));
    const thoughts = whole.content.map((block) => block.type === "thinking" ? block.thinking : "").join("");
    assert.equal(thoughts, joined(events, "thought-delta"));
    const calls = events.filter((event) => event.type === "tool-call" && event.candidate === 0);
    assert.equal(whole.content.filter(({ type }) => type === "tool_use").length, calls.length);
    assert.ok(Number.isInteger(whole.usage.input_tokens) && Number.isInteger(whole.usage.output_tokens));
  });
}

function recordedFrames(name: string) {
  const body = recordedOutput(name);
  if (body === undefined) return [];
  return body.split(/\r?\n\r?\n/).flatMap((frame) => {
    const data = /^data: (.*)$/m.exec(frame)?.[1];
    return data === undefined ? [] : [JSON.parse(data) as Record<string, unknown>];
  });
}

/** The first frame of each kind: type, and the type of its block or delta. */
function byKind(frames: readonly Record<string, unknown>[]): Map<string, Record<string, unknown>> {
  const kinds = new Map<string, Record<string, unknown>>();
  for (const frame of frames) {
    const inner = (frame.content_block ?? frame.delta ?? {}) as { type?: string };
    const kind = `${frame.type} ${inner.type ?? ""}`;
    if (!kinds.has(kind)) kinds.set(kind, frame);
  }
  return kinds;
}

for (const name of ["an-stream-parallel-tools", "an-stream-redacted-thinking", "an-stream-tool-no-args"]) {
  Deno.test(`messages: frames have the keys and types of the recorded ${name}`, () => {
    const events = turn([
      call("f", {}, "c0", "AAAA"),
      text("t"),
      call("f", { a: 1 }, "c1"),
      call("f", {}, "c2"),
    ]);
    const ours = byKind(parseFrames(streamWith(anthropicMessages, events, CONTEXT)).map(({ data }) => data));
    for (const [kind, frame] of byKind(recordedFrames(name))) {
      assert.ok(ours.has(kind), `no frame of kind ${kind}`);
      assert.deepEqual(shapeProblems(frame, ours.get(kind), new Set()), [], kind);
    }
  });
}

for (const name of ["an-max-tokens", "an-stop-sequence"]) {
  Deno.test(`messages: a whole message has the keys and types of the recorded ${name}`, () => {
    const body = recordedOutput(name);
    if (body === undefined) return;
    const ours = message(turn([text("t")], "MAX_TOKENS"));
    assert.deepEqual(shapeProblems(JSON.parse(body), JSON.parse(JSON.stringify(ours)), new Set()), []);
  });
}

for (const name of ["an-err-400", "an-err-401"]) {
  Deno.test(`messages : errors have the keys and types of the recorded ${name}`, () => {
    const body = recordedOutput(name);
    if (body === undefined) return;
    const failure = {
      class: "invalid_request",
      status: Number(name.slice(-3)),
      message: "No.",
      scope: "request",
    } as const;
    const ours = anthropicMessages.encodeFailure(failure, "req_1");
    const recorded = JSON.parse(body);
    assert.deepEqual(shapeProblems(recorded, ours.body, new Set()), []);
    assert.equal((ours.body.error as { type: string }).type, recorded.error.type);
    assert.equal(ours.status, failure.status);
  });
}

Deno.test("messages: the SDK's own types describe what is sent", () => {
  const events = turn([thought("t"), text("a"), call("f", { a: 1 }, "c", "AAAA")]);
  const whole = JSON.parse(JSON.stringify(message(events)));
  // The type of each literal below is checked by the compiler, its value against what is sent.
  const usage: Anthropic.Usage = {
    input_tokens: 0,
    output_tokens: 0,
    output_tokens_details: { thinking_tokens: 0 },
    cache_creation: { ephemeral_1h_input_tokens: 0, ephemeral_5m_input_tokens: 0 },
    cache_creation_input_tokens: 0,
    cache_read_input_tokens: 0,
    inference_geo: null,
    server_tool_use: null,
    service_tier: "standard",
    speed: null,
  };
  const expected: Anthropic.Message = {
    id: "msg_abc123",
    type: "message",
    role: "assistant",
    model: "claude-x",
    container: null,
    diagnostics: null,
    content: [
      { type: "thinking", thinking: "t", signature: whole.content[0].signature },
      { type: "text", text: "a", citations: null },
      { type: "redacted_thinking", data: whole.content[2].data },
      { type: "tool_use", id: "c", name: "f", input: { a: 1 }, caller: { type: "direct" } },
    ],
    stop_reason: "tool_use",
    stop_sequence: null,
    stop_details: null,
    usage,
  };
  assert.deepEqual(whole, expected);
});
