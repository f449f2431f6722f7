import { createAnthropic } from "@ai-sdk/anthropic";
import { createGoogleGenerativeAI } from "@ai-sdk/google";
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import {
  APICallError,
  embedMany,
  generateText,
  type LanguageModel,
  Output,
  stepCountIs,
  streamText,
  tool,
} from "ai";
import assert from "node:assert/strict";
import { z } from "zod";
import { KEYS, proxyUnderTest, type UnderTest } from "../support/proxy_under_test.ts";
import { assertIdle, generateCalls, MODEL, TOKEN, until } from "./calls.ts";

const THINKER = "gemini-3-flash-preview";
const PROVIDERS: Readonly<Record<string, (t: UnderTest) => (model: string) => LanguageModel>> = {
  "openai-compatible": (t) =>
    createOpenAICompatible({
      name: "geminitro",
      apiKey: TOKEN,
      baseURL: `${t.url}/v1`,
      supportsStructuredOutputs: true,
      includeUsage: true,
    }),
  google: (t) => createGoogleGenerativeAI({ apiKey: TOKEN, baseURL: `${t.url}/v1beta` }),
  anthropic: (t) => createAnthropic({ apiKey: TOKEN, baseURL: `${t.url}/v1` }),
};

const tools = {
  weather: tool({
    description: "The weather of a place",
    inputSchema: z.object({ place: z.string() }),
    execute: ({ place }) => `sunny in ${place}`,
  }),
  forecast: tool({
    description: "The forecast of a place",
    inputSchema: z.object({ place: z.string() }),
    execute: ({ place }) => `rainy in ${place}`,
  }),
};

for (const [name, provider] of Object.entries(PROVIDERS)) {
  Deno.test(`ai SDK with ${name}: text, stream, usage`, async () => {
    await using t = await proxyUnderTest();
    const model = provider(t)(MODEL);
    const reply = await generateText({ model, prompt: "hello", maxRetries: 0 });
    assert.equal(reply.text, "You said: hello");
    assert.equal(reply.finishReason, "stop");
    assert.ok((reply.usage.outputTokens ?? 0) > 0);
    const streamed = streamText({ model, prompt: "hello", maxRetries: 0 });
    assert.equal(await streamed.text, "You said: hello");
    assert.equal(await streamed.finishReason, "stop");
    assert.equal((await streamed.usage).inputTokens, reply.usage.inputTokens);
    assertIdle(t);
  });

  Deno.test(`ai SDK with ${name}: a parallel tool loop on a thinking model, whole and streamed`, async () => {
    await using t = await proxyUnderTest();
    const options = {
      model: provider(t)(THINKER),
      tools,
      prompt: "weather and forecast in parallel",
      stopWhen: stepCountIs(3),
      maxRetries: 0,
    };
    const reply = await generateText(options);
    assert.equal(reply.steps[0]?.toolCalls.length, 2);
    assert.match(reply.text, /sunny[\s\S]*rainy/);
    const streamed = streamText(options);
    assert.match(await streamed.text, /sunny[\s\S]*rainy/);
    assert.equal((await streamed.steps)[0]?.toolCalls.length, 2);
    assert.ok(generateCalls(t).every(({ status }) => status === 200), "the simulator refused a turn");
    assertIdle(t);
  });

  Deno.test(`ai SDK with ${name}: structured output, abort, errors`, async () => {
    await using t = await proxyUnderTest({ projects: [{ id: "p1", keys: [KEYS[0]] }] });
    const model = provider(t)(MODEL);
    const schema = z.object({ city: z.string(), people: z.number() });
    const shaped = await generateText({
      model,
      prompt: "a city",
      output: Output.object({ schema }),
      maxRetries: 0,
    });
    assert.equal(typeof shaped.output.city, "string");
    t.simulator.control.fault({ kind: "hang", after: 2 });
    const leaving = new AbortController();
    const streamed = streamText({
      model,
      prompt: `say exactly: ${"word ".repeat(200)}`,
      abortSignal: leaving.signal,
      maxRetries: 0,
    });
    for await (const _ of streamed.textStream) {
      leaving.abort();
      break;
    }
    await until(() => generateCalls(t).at(-1)?.ending === "cancelled");
    t.simulator.control.key(KEYS[0], "invalid");
    const failed = await generateText({ model, prompt: "x", maxRetries: 0 }).catch((error: unknown) => error);
    assert.ok(APICallError.isInstance(failed), String(failed));
    assert.equal(failed.isRetryable, false);
    assert.ok(!JSON.stringify(failed).includes("AIza"));
  });
}

Deno.test("ai SDK with openai-compatible: embeddings", async () => {
  await using t = await proxyUnderTest();
  const provider = createOpenAICompatible({ name: "geminitro", apiKey: TOKEN, baseURL: `${t.url}/v1` });
  const { embeddings } = await embedMany({
    model: provider.embeddingModel("gemini-embedding-001"),
    values: ["a", "b"],
    maxRetries: 0,
  });
  assert.equal(embeddings.length, 2);
});
