import assert from "node:assert/strict";
import type { JsonObject } from "../core/mod.ts";
import {
  ask,
  bench,
  eventsIn,
  partsOf,
  type PostOptions,
  type SimEvent,
} from "../../tests/support/sim_calls.ts";

const WEATHER = {
  name: "get_weather",
  parameters: { type: "OBJECT", properties: { city: { type: "STRING" } }, required: ["city"] },
};
const TIME = {
  name: "get_time",
  parametersJsonSchema: {
    type: "object",
    properties: { zone: { enum: ["utc", "cet"] } },
    required: ["zone"],
  },
};

async function whole(body: JsonObject, more: PostOptions = {}): Promise<SimEvent> {
  const response = await bench().post(body, more);
  assert.equal(response.status, 200, "the request is served");
  return await response.json();
}

async function streamed(body: JsonObject, more: PostOptions = {}): Promise<readonly SimEvent[]> {
  const { sim } = bench();
  const response = await sim.fetch(
    new Request(
      `http://sim/v1beta/models/${more.model ?? "gemini-2.5-flash"}:streamGenerateContent?alt=sse`,
      {
        method: "POST",
        headers: { "x-goog-api-key": "AIzaSyTEST000000000000000000000000000001" },
        body: JSON.stringify(body),
      },
    ),
  );
  assert.equal(response.headers.get("content-type"), "text/event-stream");
  return eventsIn(await response.text());
}

const textOf = (event: SimEvent): string =>
  partsOf(event).filter((part) => !part.thought).map((part) => part.text ?? "").join("");

Deno.test("the same seed and calls give the same bytes, another seed other ids", async () => {
  const body = ask("hello");
  const text = async (seed: number): Promise<string> => await (await bench({ seed }).post(body)).text();
  assert.equal(await text(1), await text(1));
  assert.notEqual(await text(1), await text(2));
});

for (const model of ["gemini-2.0-flash", "gemini-2.5-flash", "gemini-3-flash-preview", "gemini-3.6-flash"]) {
  Deno.test(`a whole reply of ${model} is the fold of its stream`, async () => {
    const thinking = model.includes("2.0")
      ? {}
      : { generationConfig: { thinkingConfig: { includeThoughts: true } } };
    const body = ask("tell me one thing after the other about the sea and about the land", thinking);
    const folded = await whole(body, { model });
    const events = await streamed(body, { model });
    assert.ok(events.length > 2, "a stream of several events");
    assert.equal(events.map(textOf).join(""), textOf(folded));
    assert.deepEqual(events.at(-1)?.usageMetadata, folded.usageMetadata);
    const finishes = events.map((event) => event.candidates?.[0]?.finishReason);
    assert.deepEqual(finishes, [...finishes.slice(0, -1).fill(undefined), "STOP"]);
    const signature = (from: readonly SimEvent[]) =>
      from.flatMap(partsOf).find((part) => part.thoughtSignature)?.thoughtSignature;
    assert.equal(signature(events), signature([folded]));
  });
}

Deno.test("usage adds up in every event and never falls", async () => {
  let before = 0;
  for (const event of await streamed(ask("count with me up to a large number, please, and do it slowly"))) {
    const usage = event.usageMetadata ?? {};
    const sum = (usage["promptTokenCount"] ?? 0) + (usage["candidatesTokenCount"] ?? 0) +
      (usage["thoughtsTokenCount"] ?? 0);
    assert.equal(usage["totalTokenCount"], sum);
    assert.ok(sum >= before);
    before = sum;
  }
});

Deno.test("a stop sequence cuts the text before it", async () => {
  const body = ask("one two three", { generationConfig: { stopSequences: ["two"] } });
  const reply = await whole(body);
  assert.equal(textOf(reply), "You said: one ");
  assert.equal(reply.candidates?.[0]?.finishReason, "STOP");
});

Deno.test("maxOutputTokens cuts the text and counts the thinking too", async () => {
  const ofThinking = await whole(ask("hello", { generationConfig: { maxOutputTokens: 20 } }));
  assert.deepEqual(ofThinking.candidates?.[0]?.content, { role: "model" });
  assert.equal(ofThinking.candidates?.[0]?.finishReason, "MAX_TOKENS");
  assert.equal(ofThinking.usageMetadata?.["thoughtsTokenCount"], 19);
  assert.equal(ofThinking.usageMetadata?.["candidatesTokenCount"], undefined);
  const generationConfig = { maxOutputTokens: 3, thinkingConfig: { thinkingBudget: 0 } };
  const cut = await whole(ask("hello to the world", { generationConfig }));
  assert.equal(textOf(cut).length, 12);
  assert.equal(cut.candidates?.[0]?.finishReason, "MAX_TOKENS");
});

Deno.test("thoughts are sent only when they are asked for, and counted in any case", async () => {
  const quiet = await whole(ask("hello"));
  assert.ok(partsOf(quiet).every((part) => !part.thought));
  assert.ok((quiet.usageMetadata?.["thoughtsTokenCount"] ?? 0) > 0);
  const loud = await whole(ask("hello", { generationConfig: { thinkingConfig: { includeThoughts: true } } }));
  assert.equal(partsOf(loud)[0]?.thought, true);
});

Deno.test("JSON output satisfies the schema, in either dialect", async () => {
  const properties = {
    name: { type: "STRING" },
    age: { type: "INTEGER", minimum: 18 },
    tags: { type: "ARRAY", minItems: 2, items: { type: "STRING", enum: ["x"] } },
  };
  const proto = { type: "OBJECT", properties, required: ["name", "age", "tags"] };
  const generationConfig = { responseMimeType: "application/json", responseSchema: proto };
  assert.deepEqual(JSON.parse(textOf(await whole(ask("person", { generationConfig })))), {
    name: "sample name",
    age: 18,
    tags: ["x", "x"],
  });
  const responseJsonSchema = {
    type: "object",
    properties: {
      inner: { $ref: "#/$defs/Inner" },
      maybe: { anyOf: [{ type: "null" }, { type: "string" }] },
    },
    required: ["inner", "maybe"],
    $defs: { Inner: { type: "object", properties: { ok: { const: true } }, required: ["ok"] } },
  };
  const json = { responseMimeType: "application/json", responseJsonSchema };
  assert.deepEqual(JSON.parse(textOf(await whole(ask("x", { generationConfig: json })))), {
    inner: { ok: true },
    maybe: "sample maybe",
  });
});

Deno.test("mode ANY calls an allowed function, and mode NONE none", async () => {
  const tools = [{ functionDeclarations: [WEATHER, TIME] }];
  const config = (functionCallingConfig: JsonObject) =>
    ask("hello", { tools, toolConfig: { functionCallingConfig } });
  const forced = partsOf(await whole(config({ mode: "ANY", allowedFunctionNames: ["get_time"] })));
  assert.deepEqual(forced[0]?.functionCall, { name: "get_time", args: { zone: "utc" } });
  const none = await whole({
    ...config({ mode: "NONE" }),
    contents: [{ parts: [{ text: "get_weather please" }] }],
  });
  assert.equal(partsOf(none)[0]?.functionCall, undefined);
});

Deno.test("a prompt that means a function gets a call, and one that says parallel gets two", async () => {
  const tools = [{ functionDeclarations: [WEATHER, TIME] }];
  const one = await whole(ask("What is the weather in Paris?", { tools }));
  assert.deepEqual(partsOf(one).map((part) => part.functionCall?.name), ["get_weather"]);
  assert.equal(one.candidates?.[0]?.finishMessage, "Model generated function call(s).");
  const two = await whole(ask("weather and time, in parallel", { tools }));
  assert.deepEqual(partsOf(two).map((part) => part.functionCall?.name), ["get_weather", "get_time"]);
});

Deno.test("several candidates come on models that have them", async () => {
  const reply = await whole(ask("hello", { generationConfig: { candidateCount: 3 } }));
  assert.equal(reply.candidates?.length, 3);
});

Deno.test("search brings grounding and its tokens, an image model an image", async () => {
  const found = await whole(ask("who won?", { tools: [{ googleSearch: {} }] }));
  assert.ok(found.candidates?.[0]?.groundingMetadata?.["groundingChunks"]);
  assert.equal(found.usageMetadata?.["toolUsePromptTokenCount"], 60);
  const drawn = await whole(ask("draw"), { model: "gemini-2.5-flash-image" });
  assert.equal(partsOf(drawn).at(-1)?.inlineData?.mimeType, "image/png");
});

Deno.test("an exact answer that the prompt asks for is given", async () => {
  assert.equal(textOf(await whole(ask("Reply with exactly: pong"))), "pong");
});

Deno.test("answer() chooses the reply, and undefined leaves it to the simulator", async () => {
  const { post, sim } = bench();
  sim.control.answer(({ model, project }) => model === "gemini-2.5-pro" ? `from ${project}` : undefined);
  assert.equal(textOf(await (await post(ask("x"), { model: "gemini-2.5-pro" })).json()), "from alpha");
  assert.equal(textOf(await (await post(ask("x"))).json()), "You said: x");
});

Deno.test("without alt=sse a stream is one JSON array, and so is its error", async () => {
  const { post } = bench();
  const stream = await post(ask("hello"), { method: "streamGenerateContent" });
  assert.equal(stream.headers.get("content-type"), "application/json; charset=UTF-8");
  assert.ok(Array.isArray(await stream.json()));
  const failed = await post({}, { method: "streamGenerateContent" });
  assert.equal((await failed.json())[0].error.code, 400);
});
