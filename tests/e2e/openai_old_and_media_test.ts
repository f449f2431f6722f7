/** Parts of OpenAI's API that few clients use, over HTTP with its official SDK: older functions, images, audio, custom tools. */
import assert from "node:assert/strict";
import OpenAI from "openai";
import { simModel } from "../../src/sim/mod.ts";
import { proxyUnderTest, type UnderTest } from "../support/proxy_under_test.ts";
import { assertIdle, at, generateCalls, type Json, MODEL, TOKEN } from "./calls.ts";

const PCM = btoa("\x01\x02\x03\x04");
const reply = (parts: readonly object[]) =>
  JSON.stringify({
    candidates: [{ content: { role: "model", parts }, finishReason: "STOP" }],
    usageMetadata: {
      promptTokenCount: 3,
      candidatesTokenCount: 8,
      totalTokenCount: 11,
      candidatesTokensDetails: [{ modality: "AUDIO", tokenCount: 8 }],
    },
  });
const SPOKEN = [{ inlineData: { mimeType: "audio/L16;codec=pcm;rate=24000", data: PCM } }];

function clientOf(t: UnderTest): OpenAI {
  return new OpenAI({ apiKey: TOKEN, baseURL: `${t.url}/v1`, maxRetries: 0 });
}
const user = (content: string) => ({ role: "user" as const, content });
const sent = (t: UnderTest) => generateCalls(t).at(-1)?.body as Json;

for (const stream of [false, true]) {
  Deno.test(`the older functions over HTTP, call and result (stream ${stream})`, async () => {
    await using t = await proxyUnderTest();
    const openai = clientOf(t);
    const functions = [{
      name: "weather",
      parameters: { type: "object", properties: { place: { type: "string" } } },
    }];
    const ask = async (messages: OpenAI.ChatCompletionMessageParam[], more = {}) => {
      const body = { model: MODEL, messages, functions, ...more };
      if (!stream) return (await openai.chat.completions.create(body)).choices[0]!;
      return (await openai.chat.completions.stream(body).finalChatCompletion()).choices[0]!;
    };
    const messages: OpenAI.ChatCompletionMessageParam[] = [user("weather")];
    const asked = await ask(messages, { function_call: { name: "weather" } });
    assert.equal(asked.finish_reason, "function_call");
    assert.equal(asked.message.function_call?.name, "weather");
    assert.equal(asked.message.tool_calls, undefined);
    assert.deepEqual(at(sent(t), "toolConfig.functionCallingConfig"), {
      mode: "ANY",
      allowedFunctionNames: ["weather"],
    });
    messages.push(
      { role: "assistant", content: null, function_call: asked.message.function_call! },
      { role: "function", name: "weather", content: "hail" },
    );
    const said = await ask(messages);
    assert.equal(said.finish_reason, "stop");
    assert.match(said.message.content ?? "", /hail/);
    assertIdle(t);
  });
}

Deno.test("openai SDK over sockets: a custom tool gets its input as text", async () => {
  await using t = await proxyUnderTest();
  t.simulator.control.replay(reply([{ functionCall: { name: "patch", args: { input: "*** Begin\n+a" } } }]), {
    contentType: "application/json",
  });
  const { choices } = await clientOf(t).chat.completions.create({
    model: MODEL,
    messages: [user("patch it")],
    tools: [{ type: "custom", custom: { name: "patch", description: "Patches." } }],
  });
  const [call] = choices[0]?.message.tool_calls ?? [];
  assert.ok(call?.type === "custom");
  assert.deepEqual(call.custom, { name: "patch", input: "*** Begin\n+a" });
});

Deno.test("openai SDK over sockets: speech comes as WAV, or bare where that is asked, with its tokens", async () => {
  const model = "gemini-2.5-flash-preview-tts";
  await using t = await proxyUnderTest({ simulator: { models: [simModel(MODEL), simModel(model)] } });
  for (const format of ["wav", "pcm16"] as const) {
    t.simulator.control.replay(reply(SPOKEN), { contentType: "application/json" });
    const { choices, usage } = await clientOf(t).chat.completions.create({
      model,
      messages: [user("say hi")],
      modalities: ["text", "audio"],
      audio: { voice: "nova", format },
    });
    const bytes = atob(choices[0]?.message.audio?.data ?? "");
    assert.equal(bytes.slice(format === "wav" ? 44 : 0), "\x01\x02\x03\x04");
    if (format === "wav") assert.equal(bytes.slice(0, 4) + bytes.slice(8, 12), "RIFFWAVE");
    assert.equal(choices[0]?.message.content, null);
    assert.equal(usage?.completion_tokens_details?.audio_tokens, 8);
    assert.deepEqual(at(sent(t), "generationConfig.responseModalities"), ["AUDIO"]);
    assert.equal(
      at(sent(t), "generationConfig.speechConfig.voiceConfig.prebuiltVoiceConfig.voiceName"),
      "Leda",
    );
  }
  const silent = clientOf(t).chat.completions.create({
    model: MODEL,
    messages: [user("say hi")],
    modalities: ["text", "audio"],
    audio: { voice: "nova", format: "wav" },
  });
  await assert.rejects(
    silent,
    (error: unknown) => error instanceof OpenAI.BadRequestError && error.param === "modalities",
  );
});

for (const stream of [false, true]) {
  Deno.test(`an image model's picture comes beside its text (stream ${stream})`, async () => {
    await using t = await proxyUnderTest();
    const openai = clientOf(t);
    const body = { model: "gemini-2.5-flash-image", messages: [user("draw a tree")] };
    const pictures: string[] = [];
    const ends: unknown[] = [];
    const look = (choice: unknown, message: unknown) => {
      const images = at(message, "images");
      if (Array.isArray(images)) pictures.push(...images.map((image) => String(at(image, "image_url.url"))));
      ends.push(at(choice, "finish_reason"));
    };
    if (stream) {
      for await (const { choices } of await openai.chat.completions.create({ ...body, stream: true })) {
        look(choices[0], choices[0]?.delta);
      }
    } else {
      const { choices } = await openai.chat.completions.create(body);
      look(choices[0], choices[0]?.message);
    }
    assert.equal(pictures.length, 1);
    assert.match(pictures[0]!, /^data:image\/png;base64,/);
    assert.equal(ends.at(-1), "stop");
    const response = await openai.responses.create({ model: "gemini-2.5-flash-image", input: "draw a tree" });
    const drawn = response.output.find((item) => item.type === "image_generation_call");
    assert.ok(drawn?.type === "image_generation_call" && (drawn.result ?? "").length > 20);
    assertIdle(t);
  });
}

Deno.test("openai SDK over sockets: low detail of all images is one resolution, of some a warning", async () => {
  await using t = await proxyUnderTest();
  const url = "data:image/png;base64,iVBORw0KGgo=";
  const ask = (...details: ("low" | "high" | "auto")[]) =>
    clientOf(t).chat.completions.create({
      model: MODEL,
      messages: [{
        role: "user",
        content: details.map((detail) => ({ type: "image_url" as const, image_url: { url, detail } })),
      }],
    }).withResponse();
  const warned = async (...details: ("low" | "high" | "auto")[]) =>
    (await ask(...details)).response.headers.get("x-geminitro-warnings") ?? "";
  assert.equal(await warned("low", "low"), "");
  assert.equal(at(sent(t), "generationConfig.mediaResolution"), "MEDIA_RESOLUTION_LOW");
  assert.equal(await warned("high", "auto"), "");
  assert.equal(at(sent(t), "generationConfig.mediaResolution"), undefined);
  assert.match(await warned("low", "high"), /detail low/);
  assert.equal(at(sent(t), "generationConfig.mediaResolution"), undefined);
});
