import assert from "node:assert/strict";
import { proxyUnderTest } from "../support/proxy_under_test.ts";
import { MODEL, send } from "./calls.ts";
import { fastClock } from "./fast_clock.ts";

/** Google, which says nothing about a turn until it is let. */
class HeldUpstream implements AsyncDisposable {
  readonly #held = Promise.withResolvers<void>();
  readonly #server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
    await request.body?.cancel();
    if (!request.url.includes(":generateContent")) return Response.json({ models: [] });
    await this.#held.promise;
    return Response.json({
      candidates: [{ content: { role: "model", parts: [{ text: "hi" }] }, finishReason: "STOP", index: 0 }],
    });
  });

  get url(): string {
    return `http://127.0.0.1:${this.#server.addr.port}`;
  }

  answer(): void {
    this.#held.resolve();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.answer();
    await this.#server.shutdown();
  }
}

Deno.test("KEEP_ALIVE_WHOLE: a whole reply that takes long shows its head and blanks before the JSON", async () => {
  await using upstream = new HeldUpstream();
  await using t = await proxyUnderTest({
    env: { GEMINI_API_URL: upstream.url, KEEP_ALIVE_WHOLE: "true" },
    ports: { clock: fastClock(20) },
  });
  const calls = [
    ["/v1/chat/completions", { model: MODEL, messages: [{ role: "user", content: "hello" }] }],
    [`/v1beta/models/${MODEL}:generateContent`, {
      contents: [{ role: "user", parts: [{ text: "hello" }] }],
    }],
  ] as const;
  const begun = await Promise.all(calls.map(async ([path, body]) => {
    const response = await send(t, path, { body });
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
    let text = "";
    // The head and two blanks are here while Google has said nothing yet.
    while (text.length < 2) text += (await reader.read()).value ?? "}";
    return { response, reader, text };
  }));
  assert.deepEqual(begun.map(({ text }) => text.trim()), ["", ""]);
  upstream.answer();
  for (const { response, reader, text: blanks } of begun) {
    let text = blanks;
    for (let step = await reader.read(); !step.done; step = await reader.read()) text += step.value;
    assert.equal(response.status, 200);
    assert.match(text, /^ {2,}\{/);
    assert.ok(JSON.parse(text).error === undefined, text);
  }
});
