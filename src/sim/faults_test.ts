import assert from "node:assert/strict";
import { type Fault, FaultBoard } from "./faults.ts";
import { ask, bench, eventsIn, KEY, type SimEvent } from "../../tests/support/sim_calls.ts";

const PROMPT = ask("one two three four five six seven eight nine ten eleven twelve thirteen");

function stream(fixture: ReturnType<typeof bench>, signal?: AbortSignal): Promise<Response> {
  return fixture.sim.fetch(
    new Request("http://sim/v1beta/models/gemini-2.5-flash:streamGenerateContent?alt=sse", {
      method: "POST",
      headers: { "x-goog-api-key": KEY },
      body: JSON.stringify(PROMPT),
      ...(signal ? { signal } : {}),
    }),
  );
}

async function streamText(...faults: readonly Fault[]): Promise<string> {
  const fixture = bench();
  for (const fault of faults) fixture.sim.control.fault(fault);
  return await (await stream(fixture)).text();
}

async function wholeReply(fault: Fault): Promise<SimEvent> {
  const { post, sim } = bench();
  sim.control.fault(fault);
  return await (await post(PROMPT)).json();
}

Deno.test("take() strikes by key, model, method and count, and uses a fault up", () => {
  const board = new FaultBoard();
  const call = { key: "k", model: "gemini-2.5-pro", method: "generateContent" };
  board.add({ kind: "empty", match: { key: "other" } });
  board.add({ kind: "no_usage", match: { model: "*-pro", nth: 2 } });
  board.add({ kind: "latency", ms: 1, match: { method: "generateContent" }, times: 2 });
  const kinds = () => board.take(call).map((fault) => fault.kind);
  assert.deepEqual(kinds(), ["latency"]);
  assert.deepEqual(kinds(), ["no_usage", "latency"]);
  assert.deepEqual(kinds(), []);
  assert.deepEqual(board.take({ ...call, key: "other" }).map((fault) => fault.kind), ["empty"]);
});

Deno.test("add() returns what takes the fault back", () => {
  const board = new FaultBoard();
  board.add({ kind: "empty", times: Infinity })();
  assert.deepEqual(board.take({ key: null, model: undefined, method: "ListModels" }), []);
});

Deno.test("latency holds the head back for its time", async () => {
  const { post, sim, clock } = bench();
  sim.control.fault({ kind: "latency", ms: 500 });
  let answered = false;
  const pending = post(PROMPT).then((response) => {
    answered = true;
    return response.text();
  });
  await clock.advance(499);
  assert.equal(answered, false);
  await clock.advance(1);
  await pending;
  assert.equal(answered, true);
});

Deno.test("reset_before_head rejects the fetch with a TypeError, and the log says reset", async () => {
  const { post, sim } = bench();
  sim.control.fault({ kind: "reset_before_head" });
  await assert.rejects(post(PROMPT), TypeError);
  assert.equal(sim.log[0]?.ending, "reset");
  assert.equal(sim.log[0]?.status, undefined);
  assert.equal((await post(PROMPT)).status, 200);
});

Deno.test("reset_mid_stream sends the first chunks, then breaks the body", async () => {
  const fixture = bench();
  fixture.sim.control.fault({ kind: "reset_mid_stream", after: 2 });
  const reader = (await stream(fixture)).body!.getReader();
  assert.equal((await reader.read()).done, false);
  assert.equal((await reader.read()).done, false);
  await assert.rejects(reader.read(), TypeError);
  assert.equal(fixture.sim.log[0]?.ending, "reset");
});

Deno.test("truncate ends the stream in good order without a finish reason", async () => {
  const events = eventsIn(await streamText({ kind: "truncate", after: 2 }));
  assert.equal(events.length, 2);
  assert.ok(events.every((event) => event.candidates?.[0]?.finishReason === undefined));
  const all = eventsIn(await streamText({ kind: "truncate", after: 99 }));
  assert.equal(all.at(-1)?.candidates?.[0]?.finishReason, undefined);
});

Deno.test("raw_error follows the events with a bare JSON object", async () => {
  const text = await streamText({ kind: "raw_error", after: 1 });
  const raw = text.slice(text.indexOf("\r\n\r\n") + 4);
  assert.equal(JSON.parse(raw).error.status, "UNAVAILABLE");
});

Deno.test("event_error comes as an event, also as the first", async () => {
  const events = eventsIn(await streamText({ kind: "event_error", after: 0, status: 500 }));
  assert.equal(events.length, 1);
  assert.equal(events[0]?.error?.code, 500);
});

Deno.test("stall and slow hold chunks back on the clock", async () => {
  const fixture = bench();
  fixture.sim.control.fault({ kind: "stall", ms: 60_000 });
  fixture.sim.control.fault({ kind: "slow", ms: 100 });
  const reader = (await stream(fixture)).body!.getReader();
  const arrivals: number[] = [];
  const reading = (async () => {
    while (!(await reader.read()).done) arrivals.push(fixture.clock.now() - 0);
  })();
  const start = fixture.clock.now();
  await fixture.clock.advance(70_000);
  await reading;
  assert.deepEqual(arrivals.map((at) => at - start), [100, 60_200, 60_300]);
});

Deno.test("split_bytes keeps the bytes and cuts them anywhere", async () => {
  const fixture = bench();
  fixture.sim.control.fault({ kind: "split_bytes", size: 7 });
  const sizes: number[] = [];
  let text = "";
  const decoder = new TextDecoder();
  for await (const chunk of (await stream(fixture)).body!) {
    sizes.push(chunk.length);
    text += decoder.decode(chunk, { stream: true });
  }
  assert.ok(sizes.every((size) => size <= 7));
  assert.equal(text, await streamText());
});

Deno.test("framing and comments change the frames, not the events", async () => {
  const plain = eventsIn(await streamText());
  for (const newline of ["lf", "cr"] as const) {
    const text = await streamText({ kind: "framing", newline });
    assert.equal(text.includes("\r\n"), false);
    assert.deepEqual(eventsIn(text), plain);
  }
  const commented = await streamText({ kind: "comments" });
  assert.ok(commented.startsWith(": keep-alive\r\n\r\n"));
  assert.deepEqual(eventsIn(commented), plain);
});

const REPLIES: Readonly<Record<string, readonly [Fault, (event: SimEvent) => void]>> = {
  "an empty reply": [{ kind: "empty" }, (event) => {
    assert.deepEqual(event.candidates?.[0]?.content, { role: "model" });
    assert.equal(event.candidates?.[0]?.finishReason, "STOP");
  }],
  "a malformed call": [{ kind: "malformed_call" }, (event) => {
    assert.equal(event.candidates?.[0]?.finishReason, "MALFORMED_FUNCTION_CALL");
    assert.match(event.candidates?.[0]?.finishMessage ?? "", /^Malformed function call: /);
  }],
  "thoughts alone": [{ kind: "thoughts_only" }, (event) => {
    assert.ok(event.candidates?.[0]?.content?.parts?.every((part) => part.thought === true));
  }],
  "a blocked prompt": [{ kind: "prompt_block", reason: "SAFETY" }, (event) => {
    assert.equal(event.promptFeedback?.blockReason, "SAFETY");
    assert.equal(event.candidates, undefined);
  }],
  "another finish reason": [{ kind: "finish", reason: "RECITATION" }, (event) => {
    assert.equal(event.candidates?.[0]?.finishReason, "RECITATION");
  }],
  "no usage": [{ kind: "no_usage" }, (event) => assert.equal(event.usageMetadata, undefined)],
};

for (const [what, [fault, check]] of Object.entries(REPLIES)) {
  Deno.test(`a ${fault.kind} fault gives ${what}`, async () => check(await wholeReply(fault)));
}

Deno.test("status answers Google's body, a text of its own, or any content type", async () => {
  const { post, sim } = bench();
  sim.control.fault({ kind: "status", status: 429 });
  const bare = await (await post(PROMPT)).json();
  assert.deepEqual(bare.error, {
    code: 429,
    message: "Resource has been exhausted (e.g. check quota).",
    status: "RESOURCE_EXHAUSTED",
  });
  sim.control.fault({ kind: "status", status: 502, body: "<html>Bad gateway</html>" });
  const html = await post(PROMPT);
  assert.equal(html.status, 502);
  assert.match(html.headers.get("content-type") ?? "", /^text\/html/);
  assert.equal(await html.text(), "<html>Bad gateway</html>");
});

Deno.test("an error of an event stream is a plain object under the stream's content type", async () => {
  const fixture = bench();
  fixture.sim.control.fault({ kind: "status", status: 500 });
  const response = await stream(fixture);
  assert.equal(response.status, 500);
  assert.equal(response.headers.get("content-type"), "text/event-stream");
  assert.equal((await response.json()).error.status, "INTERNAL");
});

Deno.test("replay() sends a recorded body byte for byte, piece by piece", async () => {
  const fixture = bench();
  fixture.sim.control.replay(['data: {"a":', "1}\r\n\r\n"], { match: { method: "streamGenerateContent" } });
  assert.equal((await fixture.post(PROMPT)).status, 200);
  const chunks: number[] = [];
  const response = await stream(fixture);
  let text = "";
  for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
    chunks.push(chunk.length);
    text += chunk;
  }
  assert.equal(text, 'data: {"a":1}\r\n\r\n');
  assert.equal(chunks.length, 2);
});

Deno.test("an aborted request ends a hanging head and a hanging stream at once", async () => {
  const fixture = bench();
  fixture.sim.control.fault({ kind: "hang_before_head" });
  const first = new AbortController();
  const pending = stream(fixture, first.signal);
  await fixture.clock.advance(1);
  first.abort();
  await assert.rejects(pending, { name: "AbortError" });
  fixture.sim.control.fault({ kind: "hang", after: 1 });
  const second = new AbortController();
  const reader = (await stream(fixture, second.signal)).body!.getReader();
  await reader.read();
  const silent = reader.read();
  second.abort();
  await assert.rejects(silent, { name: "AbortError" });
  assert.deepEqual(fixture.sim.log.map((entry) => entry.ending), ["cancelled", "cancelled"]);
});

Deno.test("a cancelled body is in the log as cancelled, and its timers are gone", async () => {
  const fixture = bench();
  fixture.sim.control.fault({ kind: "slow", ms: 1000 });
  const reader = (await stream(fixture)).body!.getReader();
  const pending = reader.read();
  await fixture.clock.advance(0);
  await reader.cancel();
  await pending;
  assert.equal(fixture.sim.log[0]?.ending, "cancelled");
  assert.equal(fixture.clock.nextTimerAt(), undefined);
});

Deno.test("tokensPerSecond paces the stream", async () => {
  const fixture = bench({ tokensPerSecond: 10 });
  const done = stream(fixture).then((response) => response.text());
  const start = fixture.clock.now();
  await fixture.clock.advance(100_000);
  const last = eventsIn(await done).at(-1)?.usageMetadata ?? {};
  const tokens = (last["candidatesTokenCount"] ?? 0) + (last["thoughtsTokenCount"] ?? 0);
  assert.equal((fixture.sim.log[0]?.endedAt ?? 0) - start, tokens * 100);
});

Deno.test("onRequest() sees every call as it arrives, and the log keeps key, model, method and body", async () => {
  const { post, sim } = bench();
  const seen: string[] = [];
  const stop = sim.control.onRequest((entry) => void seen.push(entry.method));
  await (await post(PROMPT)).text();
  stop();
  await (await post(PROMPT, { method: "countTokens" })).text();
  assert.deepEqual(seen, ["generateContent"]);
  const [entry] = sim.log;
  assert.equal(entry?.key, KEY);
  assert.equal(entry?.project, "alpha");
  assert.equal(entry?.model, "gemini-2.5-flash");
  assert.deepEqual(entry?.body, PROMPT);
  assert.equal(entry?.status, 200);
  assert.equal(entry?.ending, "complete");
});
