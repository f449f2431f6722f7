import type OpenAI from "openai";
import assert from "node:assert/strict";
import { openaiResponses, type ResponsesContext } from "../../src/dialects/openai_responses/mod.ts";
import type { TurnEvent } from "../../src/gemini/mod.ts";
import { chunksOf } from "../support/chat_fixture.ts";
import {
  call,
  decodeWith,
  encodeInput,
  segment,
  streamWith,
  text,
  thought,
  turn,
} from "../support/dialect_calls.ts";
import { generateRecordings } from "../support/recordings.ts";
import { collectResponse, parseFrames } from "../support/responses_client.ts";
import { recordedOutput, shapeProblems } from "../support/shape.ts";

const recordings = generateRecordings();
const { context: CONTEXT } = decodeWith(openaiResponses, {
  model: "gpt-x",
  input: "hi",
  store: false,
  include: ["reasoning.encrypted_content"],
  tools: [{
    type: "function",
    name: "get_file",
    description: null,
    parameters: { type: "object", properties: {}, additionalProperties: false },
    strict: false,
  }],
});
const STATUSES = new Set(["completed", "incomplete", "failed"]);

type Item = OpenAI.Responses.ResponseOutputItem;

const joined = (events: readonly TurnEvent[], type: "text-delta" | "thought-delta") =>
  events.map((event) => event.type === type && event.candidate === 0 ? event.text : "").join("");

function response(
  events: readonly TurnEvent[],
  context: ResponsesContext = CONTEXT,
): OpenAI.Responses.Response {
  return openaiResponses.encodeReply(events, encodeInput(context)) as unknown as OpenAI.Responses.Response;
}

const messageText = (item: Item) =>
  item.type === "message"
    ? item.content.map((part) => part.type === "output_text" ? part.text : "").join("")
    : "";
const summaryText = (item: Item) =>
  item.type === "reasoning" ? item.summary.map((part) => part.text).join("") : "";

for (const recording of recordings) {
  Deno.test(`recording ${recording.file}: a response holds its text, thoughts and calls, streamed or not`, () => {
    const events = segment(chunksOf(recording.body));
    if (events === undefined) return;
    const whole = response(events);
    const streamed = collectResponse(parseFrames(streamWith(openaiResponses, events, CONTEXT)));
    assert.deepEqual(streamed, JSON.parse(JSON.stringify(whole)));
    assert.ok(STATUSES.has(String(whole.status)));
    assert.equal(whole.output.map(messageText).join(""), joined(events, "text-delta"));
    assert.equal(whole.output.map(summaryText).join(""), joined(events, "thought-delta"));
    const calls = events.filter((event) => event.type === "tool-call" && event.candidate === 0);
    assert.equal(whole.output.filter(({ type }) => type === "function_call").length, calls.length);
    const usage = whole.usage;
    assert.equal((usage?.input_tokens ?? 0) + (usage?.output_tokens ?? 0), usage?.total_tokens ?? 0);
  });
}

/** What only OpenAI can say: its moderation, billing and caches. */
const OPENAI_ONLY = new Set([
  "moderation",
  "billing",
  "prompt_cache_retention",
  "tool_usage",
  "reasoning.context",
  "reasoning.mode",
]);
const inEvents = new Set([
  ...[...OPENAI_ONLY].map((path) => `response.${path}`),
  "obfuscation",
  "item.encrypted_content",
]);

Deno.test("responses: a whole response has the keys and types of the recorded one", () => {
  const body = recordedOutput("rs-reasoning-encrypted");
  if (body === undefined) return;
  const ours = JSON.parse(JSON.stringify(response(turn([call("get_file", {}, "c", "AAAA")]))));
  const recorded = JSON.parse(body);
  assert.deepEqual(shapeProblems(recorded, ours, OPENAI_ONLY), []);
  for (const [position, item] of recorded.output.entries()) {
    assert.deepEqual(shapeProblems(item, ours.output[position], new Set()), []);
  }
});

for (const name of ["rs-stream-incomplete", "rs-stream-reasoning-encrypted"]) {
  Deno.test(`responses: frames have the keys and types of the recorded ${name}`, () => {
    const body = recordedOutput(name);
    if (body === undefined) return;
    const events = name.endsWith("incomplete")
      ? turn([text("a")], "MAX_TOKENS")
      : turn([thought("t"), text("a")]);
    const ours = byKind(parseFrames(streamWith(openaiResponses, events, CONTEXT)));
    const recorded = byKind(
      body.split("\n\n").flatMap((frame) => {
        const data = /^data: (.*)$/m.exec(frame)?.[1];
        return data === undefined ? [] : [JSON.parse(data)];
      }),
    );
    for (const [kind, frame] of recorded) {
      assert.ok(ours.has(kind), `no frame of kind ${kind}`);
      assert.deepEqual(shapeProblems(frame, ours.get(kind), inEvents), [], kind);
    }
  });
}

function byKind(frames: readonly Record<string, unknown>[]): Map<string, Record<string, unknown>> {
  const kinds = new Map<string, Record<string, unknown>>();
  for (const frame of frames) {
    const kind = `${frame.type} ${(frame.item as { type?: string } | undefined)?.type ?? ""}`;
    if (!kinds.has(kind)) kinds.set(kind, frame);
  }
  return kinds;
}

Deno.test("responses: the SDK's own types describe what is sent", () => {
  const whole = JSON.parse(
    JSON.stringify(response(turn([thought("t"), text("a"), call("get_file", { a: 1 }, "c", "AAAA")]))),
  );
  // The type of each literal below is checked by the compiler, its value against what is sent.
  const output: OpenAI.Responses.ResponseOutputItem[] = [
    {
      id: "rs_abc123_0",
      type: "reasoning",
      summary: [{ type: "summary_text", text: "t" }],
      content: [],
      encrypted_content: whole.output[0].encrypted_content,
    },
    {
      id: "msg_abc123_1",
      type: "message",
      status: "completed",
      role: "assistant",
      content: [{ type: "output_text", text: "a", annotations: [], logprobs: [] }],
    },
    {
      id: "rs_abc123_2",
      type: "reasoning",
      summary: [],
      content: [],
      encrypted_content: whole.output[2].encrypted_content,
    },
    {
      id: whole.output[3].id,
      type: "function_call",
      status: "completed",
      call_id: "c",
      name: "get_file",
      arguments: '{"a":1}',
    },
  ];
  assert.deepEqual(whole.output, output);
  const usage: OpenAI.Responses.ResponseUsage = {
    input_tokens: 0,
    input_tokens_details: { cached_tokens: 0, cache_write_tokens: 0 },
    output_tokens: 0,
    output_tokens_details: { reasoning_tokens: 0 },
    total_tokens: 0,
  };
  assert.deepEqual(whole.usage, usage);
  const rest: Omit<OpenAI.Responses.Response, "output_text" | "access_programs" | "output" | "tools"> = whole;
  assert.equal(rest.object, "response");
});

Deno.test("responses : errors have the keys and types of the recorded ones", () => {
  const body = recordedOutput("cc-err-400");
  if (body === undefined) return;
  const failure = {
    class: "invalid_request",
    status: 400,
    message: "No.",
    scope: "request",
  } as const;
  assert.deepEqual(
    shapeProblems(JSON.parse(body), openaiResponses.encodeFailure(failure, "r").body, new Set()),
    [],
  );
});

Deno.test("embeddings: the reply has the keys and types of the recorded one", async () => {
  const body = recordedOutput("emb-base64");
  if (body === undefined) return;
  const { openaiEmbeddings } = await import("../../src/dialects/openai_embeddings/mod.ts");
  const ours = openaiEmbeddings.encodeEmbeddings?.(
    [[1, 0]],
    4,
    encodeInput({ model: "m", format: "base64" as const }),
  );
  assert.deepEqual(shapeProblems(JSON.parse(body), ours, new Set()), []);
});
