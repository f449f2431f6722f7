import assert from "node:assert/strict";
import { textPlan } from "../../src/sim/mod.ts";
import { proxyUnderTest } from "../support/proxy_under_test.ts";
import { at, frames, MODEL, TOKEN } from "./calls.ts";

const STORY = Array.from({ length: 60 }, (_, index) => `word${index}`).join(" ");

/** A model that takes up its own beginning where it was cut, as a prefilled model does. */
function takesUp(request: Record<string, unknown>): string {
  const contents = request["contents"] as { role: string; parts: { text?: string }[] }[];
  const last = contents.at(-1)!;
  return last.role === "model" ? STORY.slice((last.parts[0]!.text ?? "").length) : STORY;
}

/** What a client collects. */
function chatText(stream: string): string {
  return frames(stream).map((frame) => at(frame, "choices.0.delta.content") ?? "").join("");
}

async function streamed(url: string): Promise<string> {
  const reply = await fetch(`${url}/v1/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${TOKEN}`, "content-type": "application/json" },
    body: JSON.stringify({
      model: MODEL,
      stream: true,
      messages: [{ role: "user", content: "Tell the story." }],
    }),
  });
  return await reply.text();
}

for (const kind of ["reset_mid_stream", "truncate"] as const) {
  Deno.test(`STREAM_CONTINUE takes a text up after ${kind} without one repeated or lost character`, async () => {
    await using t = await proxyUnderTest({ env: { STREAM_CONTINUE: "true" } });
    t.simulator.control.answer(({ request }) => textPlan(takesUp(request)));
    t.simulator.control.fault({ kind, after: 2, times: 2 });
    const stream = await streamed(t.url);
    assert.equal(chatText(stream), STORY);
    assert.match(stream, /"finish_reason":"stop"/);
    assert.ok(stream.endsWith("data: [DONE]\n\n"));
  });

  Deno.test(`without STREAM_CONTINUE a stream with ${kind} ends in an error`, async () => {
    await using t = await proxyUnderTest();
    t.simulator.control.answer(() => textPlan(STORY));
    t.simulator.control.fault({ kind, after: 2 });
    const stream = await streamed(t.url);
    assert.ok(STORY.startsWith(chatText(stream)));
    assert.match(stream, /"error"/);
    assert.ok(!stream.includes("[DONE]"));
  });
}
