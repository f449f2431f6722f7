import assert from "node:assert/strict";
import { KEYS, proxyUnderTest } from "../support/proxy_under_test.ts";
import { ask, assertIdle, at, DIALECT_NAMES, type DialectName, generateCalls, textOf } from "./calls.ts";

const JSON_TYPE = "application/json; charset=UTF-8";
const SSE_TYPE = "text/event-stream";
const WAYS = DIALECT_NAMES.flatMap((dialect) => [false, true].map((stream) => ({ dialect, stream })));
const framed = (value: object, stream: boolean) =>
  stream ? `data: ${JSON.stringify(value)}\r\n\r\n` : JSON.stringify(value);

/** The word that clients decide by. */
function wordOf(dialect: DialectName, json: Record<string, unknown>): unknown {
  return at(json, dialect === "messages" ? "error.type" : "error.code");
}

const EMPTY: readonly (readonly [edge: number, what: string, reply: object])[] = [
  [85, "a block without a reason", { promptFeedback: { blockReason: "BLOCK_REASON_UNSPECIFIED" } }],
  [90, "an empty list of candidates", { candidates: [], usageMetadata: { promptTokenCount: 3 } }],
  [90, "no candidates", { usageMetadata: { promptTokenCount: 3 } }],
  [89, "a stop without content", { candidates: [{ content: {}, finishReason: "STOP" }] }],
  [99, "thoughts alone", {
    candidates: [{ content: { parts: [{ text: "hm", thought: true }] }, finishReason: "STOP" }],
  }],
];

for (const { dialect, stream } of WAYS) {
  const way = `${dialect}, stream ${stream}`;

  for (const [edge, what, reply] of EMPTY) {
    if (edge === 99 && stream) continue;
    Deno.test(`edge ${edge}: ${what} is tried again, then an answer is only good (${way})`, async () => {
      await using t = await proxyUnderTest();
      t.simulator.control.replay(framed(reply, stream), { contentType: stream ? SSE_TYPE : JSON_TYPE });
      const told = await ask(t, dialect, { stream });
      assert.equal(told.status, 200, told.text);
      assert.equal(textOf(dialect, told), "You said: hello");
      assert.equal(generateCalls(t).length, 2);
      assertIdle(t);
    });
  }

  Deno.test(`a block without a reason that stays is a server error, no content filter (${way})`, async () => {
    await using t = await proxyUnderTest();
    t.simulator.control.replay(framed(EMPTY[0]![2], stream), {
      contentType: stream ? SSE_TYPE : JSON_TYPE,
      times: Infinity,
    });
    const told = await ask(t, dialect, { stream });
    assert.ok(told.status >= 500, told.text);
    assert.ok(!/content_filter|refusal/.test(told.text), told.text);
    assertIdle(t);
  });

  Deno.test(`insufficient_quota is said only when no key is left until the day ends (${way})`, async () => {
    const limits = { "gemini-2.5-flash": { rpd: 1 } };
    await using t = await proxyUnderTest({
      env: { QUEUE_MAX_WAIT: "0" },
      projects: [
        { id: "p1", keys: [KEYS[0]], limits },
        { id: "p2", keys: [KEYS[1]], limits },
      ],
    });
    assert.equal((await ask(t, dialect, { stream, text: "one" })).status, 200);
    assert.equal((await ask(t, dialect, { stream, text: "two" })).status, 200);
    const out = await ask(t, dialect, { stream, text: "three" });
    assert.equal(out.status, 429, out.text);
    assert.equal(
      wordOf(dialect, out.json),
      dialect === "messages" ? "rate_limit_error" : "insufficient_quota",
    );
    assert.ok(Number(out.headers.get("retry-after")) > 0);
    assertIdle(t);
  });

  Deno.test(`a limit that ends within the minute is never insufficient_quota (${way})`, async () => {
    await using t = await proxyUnderTest({
      env: { QUEUE_MAX_WAIT: "0" },
      projects: [
        { id: "p1", keys: [KEYS[0]], limits: { "gemini-2.5-flash": { rpd: 1 } } },
        { id: "p2", keys: [KEYS[1]], limits: { "gemini-2.5-flash": { rpm: 1 } } },
      ],
    });
    for (const text of ["one", "two"]) assert.equal((await ask(t, dialect, { stream, text })).status, 200);
    const out = await ask(t, dialect, { stream, text: "three" });
    assert.equal(out.status, 429, out.text);
    assert.equal(
      wordOf(dialect, out.json),
      dialect === "messages" ? "rate_limit_error" : "rate_limit_exceeded",
    );
    assertIdle(t);
  });
}

for (const dialect of DIALECT_NAMES) {
  const refusal = {
    error: { code: 429, message: "Resource has been exhausted.", status: "RESOURCE_EXHAUSTED" },
  };

  Deno.test(`an error as the first event of a stream goes to another key (${dialect})`, async () => {
    await using t = await proxyUnderTest();
    t.simulator.control.replay(framed(refusal, true), { contentType: SSE_TYPE });
    const told = await ask(t, dialect, { stream: true });
    assert.equal(told.status, 200, told.text);
    assert.equal(textOf(dialect, told), "You said: hello");
    assert.equal(new Set(generateCalls(t).map(({ key }) => key)).size, 2);
    assertIdle(t);
  });

  Deno.test(`an error as the first event of every stream is that status, not a stream (${dialect})`, async () => {
    await using t = await proxyUnderTest({ env: { QUEUE_MAX_WAIT: "0" } });
    t.simulator.control.replay(framed(refusal, true), { contentType: SSE_TYPE, times: Infinity });
    const told = await ask(t, dialect, { stream: true });
    assert.equal(told.status, 429, told.text);
    assert.match(told.headers.get("content-type") ?? "", /^application\/json/);
    assertIdle(t);
  });

  Deno.test(`a stand-in for a signature is told in a header (${dialect})`, async () => {
    await using t = await proxyUnderTest();
    const call = { name: "f", args: {} };
    const history = {
      chat: {
        messages: [
          { role: "user", content: "go" },
          {
            role: "assistant",
            tool_calls: [{ id: "c1", type: "function", function: { name: call.name, arguments: "{}" } }],
          },
          { role: "tool", tool_call_id: "c1", content: "ok" },
        ],
        tools: [{ type: "function", function: { name: "f" } }],
      },
      messages: {
        messages: [
          { role: "user", content: "go" },
          { role: "assistant", content: [{ type: "tool_use", id: "c1", name: "f", input: {} }] },
          { role: "user", content: [{ type: "tool_result", tool_use_id: "c1", content: "ok" }] },
        ],
        tools: [{ name: "f", input_schema: { type: "object" } }],
      },
      responses: {
        input: [
          { role: "user", content: "go" },
          { type: "function_call", call_id: "c1", name: "f", arguments: "{}" },
          { type: "function_call_output", call_id: "c1", output: "ok" },
        ],
        tools: [{ type: "function", name: "f", parameters: { type: "object" } }],
      },
    }[dialect];
    const told = await ask(t, dialect, { more: { ...history, model: "gemini-3-flash-preview" } });
    assert.equal(told.status, 200, told.text);
    assert.match(told.headers.get("x-geminitro-warnings") ?? "", /stand-in/);
    assert.match(generateCalls(t)[0]!.bodyText, /skip_thought_signature_validator/);
  });
}

for (const stream of [false, true]) {
  Deno.test(`messages: max_tokens 0 is answered without asking Google (stream ${stream})`, async () => {
    await using t = await proxyUnderTest();
    const told = await ask(t, "messages", { stream, more: { max_tokens: 0 } });
    assert.equal(told.status, 200, told.text);
    assert.equal(generateCalls(t).length, 0);
    if (stream) assert.match(told.text, /"stop_reason":"max_tokens"[\s\S]*message_stop/);
    else assert.deepEqual([told.json["content"], told.json["stop_reason"]], [[], "max_tokens"]);
    assert.equal(typeof (stream ? 0 : at(told.json, "usage.input_tokens")), "number");
    assertIdle(t);
  });
}
