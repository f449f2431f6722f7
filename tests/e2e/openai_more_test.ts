import assert from "node:assert/strict";
import Anthropic from "@anthropic-ai/sdk";
import OpenAI, { toFile } from "openai";
import { proxyUnderTest, type UnderTest } from "../support/proxy_under_test.ts";
import { assertIdle, at, generateCalls, type Json, MODEL, tell, TOKEN } from "./calls.ts";

function clientOf(t: UnderTest): OpenAI {
  return new OpenAI({ baseURL: `${t.url}/v1`, apiKey: TOKEN, maxRetries: 0 });
}

Deno.test("completions: whole, streamed, with a suffix, stops, echo and several choices", async () => {
  await using t = await proxyUnderTest();
  const openai = clientOf(t);
  const whole = await openai.completions.create({
    model: MODEL,
    prompt: "def add(a, b):",
    max_tokens: 64,
    stop: ["\n\n"],
  });
  assert.equal(whole.object, "text_completion");
  assert.equal(whole.choices[0]?.text, "You said: def add(a, b):");
  assert.equal(whole.choices[0]?.finish_reason, "stop");
  assert.ok(whole.usage!.total_tokens > 0);
  let text = "";
  const stream = await openai.completions.create({
    model: MODEL,
    prompt: ["hello"],
    stream: true,
    echo: true,
    stream_options: { include_usage: true },
  });
  let usage = 0;
  for await (const chunk of stream) {
    text += chunk.choices[0]?.text ?? "";
    usage = chunk.usage?.total_tokens ?? usage;
  }
  assert.equal(text, "helloYou said: hello");
  assert.ok(usage > 0);
  await openai.completions.create({ model: MODEL, prompt: "const a = ", suffix: ";\nexport { a };" });
  assert.match(generateCalls(t).at(-1)!.bodyText, /<before>\\nconst a = <\/before>.*<after>/);
  await openai.completions.create({
    model: MODEL,
    prompt: "<|fim_prefix|>x = <|fim_suffix|>\nprint(x)<|fim_middle|>",
  });
  assert.match(generateCalls(t).at(-1)!.bodyText, /<before>\\nx = <\/before>/);
  const two = await openai.completions.create({ model: MODEL, prompt: "a", n: 2, logprobs: 3 });
  assert.deepEqual(two.choices.map(({ index }) => index), [0, 1]);
  const warned = await tell(t, "/v1/completions", { body: { model: MODEL, prompt: "a", logprobs: 3 } });
  assert.match(warned.headers.get("x-geminitro-warnings") ?? "", /logprobs/);
  for (const bad of [{ prompt: [1, 2] }, { prompt: ["a", "b"] }, { prompt: "a", n: 99 }, { prompt: {} }]) {
    await assert.rejects(
      openai.completions.create({ model: MODEL, ...bad } as never),
      OpenAI.BadRequestError,
    );
  }
  assertIdle(t);
});

Deno.test("files: OpenAI's and Anthropic's SDK upload, list, read and delete; ids work as file_id", {
  // The SDKs let go of the bodies of refusals when they like.
  sanitizeResources: false,
}, async () => {
  await using t = await proxyUnderTest();
  const openai = clientOf(t);
  const made = await openai.files.create({
    file: await toFile(new TextEncoder().encode("notes"), "notes.txt"),
    purpose: "user_data",
  });
  assert.deepEqual([made.object, made.filename, made.bytes, made.purpose, made.status], [
    "file",
    "notes.txt",
    5,
    "user_data",
    "processed",
  ]);
  assert.match(made.id, /^file-\w+/);
  const key = t.simulator.log.at(-1)!.key;
  for (let round = 0; round < 3; round++) {
    const asked = await openai.chat.completions.create({
      model: MODEL,
      messages: [{
        role: "user",
        content: [{ type: "file", file: { file_id: made.id } }, { type: "text", text: "read" }],
      }],
    });
    assert.ok(asked.choices[0]?.message.content);
    assert.equal(t.simulator.log.at(-1)!.key, key);
  }
  await openai.files.create({
    file: await toFile(new TextEncoder().encode("{}"), "b.jsonl"),
    purpose: "user_data",
  });
  const listed: string[] = [];
  for await (const file of openai.files.list({ limit: 1 })) listed.push(file.filename);
  assert.deepEqual(listed.sort(), ["b.jsonl", "notes.txt"]);
  assert.equal((await openai.files.retrieve(made.id)).id, made.id);
  await assert.rejects(openai.files.content(made.id), OpenAI.BadRequestError);
  assert.equal((await openai.files.delete(made.id)).deleted, true);
  await assert.rejects(openai.files.retrieve(made.id), OpenAI.NotFoundError);
  const anthropic = new Anthropic({ baseURL: t.url, apiKey: TOKEN, maxRetries: 0 });
  const file = await anthropic.beta.files.upload({
    file: await toFile(new TextEncoder().encode("hi"), "hi.txt"),
  });
  assert.deepEqual([file.type, file.filename, file.size_bytes], ["file", "hi.txt", 2]);
  const reply = await tell(t, "/v1/messages", {
    body: {
      model: MODEL,
      max_tokens: 50,
      messages: [{
        role: "user",
        content: [{ type: "document", source: { type: "file", file_id: file.id } }],
      }],
    },
  });
  assert.equal(reply.status, 200, reply.text);
  assert.equal((await anthropic.beta.files.retrieveMetadata(file.id)).id, file.id);
  assert.equal((await anthropic.beta.files.delete(file.id)).type, "file_deleted");
  await assert.rejects(anthropic.beta.files.retrieveMetadata(file.id), Anthropic.NotFoundError);
});

Deno.test("images: Gemini and Imagen draw, edit, in sizes, as base64 or by an address", async () => {
  await using t = await proxyUnderTest();
  const openai = clientOf(t);
  const image = "gemini-2.5-flash-image";
  const drawn = await openai.images.generate({ model: image, prompt: "a cat", n: 2, size: "1792x1024" });
  assert.equal(drawn.data?.length, 2);
  assert.ok(drawn.data?.every(({ b64_json }) => b64_json!.startsWith("iVBOR")));
  assert.equal(at(generateCalls(t).at(-1)!.body, "generationConfig.imageConfig.aspectRatio"), "16:9");
  const byUrl = await openai.images.generate({ model: image, prompt: "a cat", response_format: "url" });
  const picture = await fetch(byUrl.data![0]!.url!);
  assert.deepEqual([picture.status, picture.headers.get("content-type")], [200, "image/png"]);
  await picture.body?.cancel();
  const gone = await fetch(`${t.url}/v1/images/files/img_nothing`);
  assert.equal(gone.status, 404);
  await gone.body?.cancel();
  const many = await openai.images.generate({ model: "imagen-4.0-generate-001", prompt: "a dog", n: 3 });
  assert.equal(many.data?.length, 3);
  const png = Uint8Array.fromBase64(drawn.data![0]!.b64_json!);
  const edited = await openai.images.edit({
    model: image,
    prompt: "make it blue",
    image: await toFile(png, "a.png", { type: "image/png" }),
  });
  assert.ok(edited.data?.[0]?.b64_json);
  assert.equal(at(generateCalls(t).at(-1)!.body, "contents.0.parts.0.inlineData.mimeType"), "image/png");
  for (
    const bad of [{ prompt: "" }, { prompt: "x", n: 11 }, { prompt: "x", size: "large" }, {
      prompt: "x",
      model: "dall-e-9",
    }]
  ) {
    await assert.rejects(openai.images.generate({ model: image, ...bad } as never), OpenAI.APIError);
  }
  assertIdle(t);
});

Deno.test("audio: speech in WAV and PCM, transcripts in every form, translations", async () => {
  await using t = await proxyUnderTest();
  const openai = clientOf(t);
  const tts = "gemini-2.5-flash-preview-tts";
  const spoken = await openai.audio.speech.create({
    model: tts,
    voice: "alloy",
    input: "hello",
    response_format: "wav",
  });
  const wav = await spoken.bytes();
  assert.equal(new TextDecoder().decode(wav.slice(0, 4)), "RIFF");
  assert.equal(wav.byteLength, 48_044);
  assert.match(generateCalls(t).at(-1)!.bodyText, /"voiceName":"Kore"/);
  const pcm = await openai.audio.speech.create({
    model: tts,
    voice: "Zephyr",
    input: "hello",
    response_format: "pcm",
  });
  assert.equal((await pcm.bytes()).byteLength, 48_000);
  await assert.rejects(
    openai.audio.speech.create({ model: tts, voice: "alloy", input: "x", response_format: "mp3" }),
    OpenAI.BadRequestError,
  );
  t.simulator.control.answer(({ request }) =>
    JSON.stringify(request).includes("responseSchema")
      ? JSON.stringify([{ start: 0, end: 1.5, text: "Hello there." }, {
        start: 1.5,
        end: 62.25,
        text: "Bye.",
      }])
      : "Hello there. Bye."
  );
  const file = () => toFile(wav, "a.wav", { type: "audio/wav" });
  assert.equal(
    (await openai.audio.transcriptions.create({ model: MODEL, file: await file() })).text,
    "Hello there. Bye.",
  );
  const verbose = await openai.audio.transcriptions.create({
    model: MODEL,
    file: await file(),
    response_format: "verbose_json",
  });
  assert.deepEqual([verbose.segments?.length, verbose.duration], [2, 62.25]);
  const srt: unknown = await openai.audio.transcriptions.create({
    model: MODEL,
    file: await file(),
    response_format: "srt",
  });
  assert.equal(
    srt,
    "1\n00:00:00,000 --> 00:00:01,500\nHello there.\n\n2\n00:00:01,500 --> 00:01:02,250\nBye.\n",
  );
  const vtt: unknown = await openai.audio.transcriptions.create({
    model: MODEL,
    file: await file(),
    response_format: "vtt",
  });
  assert.match(String(vtt), /^WEBVTT\n\n00:00:00\.000 --> 00:00:01\.500\n/);
  const translated = await openai.audio.translations.create({ model: MODEL, file: await file() });
  assert.equal(translated.text, "Hello there. Bye.");
  assert.match(generateCalls(t).at(-1)!.bodyText, /Translate what is said/);
  const moderated = await tell(t, "/v1/moderations", { body: { input: "x" } });
  assert.equal(moderated.status, 404);
  assert.match(String(at(moderated.json as Json, "error.message")), /Moderation is not served/);
  assertIdle(t);
});

Deno.test("batches: OpenAI's lines go through Google's batches and come back in OpenAI's form", {
  sanitizeResources: false,
}, async () => {
  await using t = await proxyUnderTest();
  const openai = clientOf(t);
  const lines = ["one", "two"].map((text) => ({
    custom_id: `r-${text}`,
    method: "POST",
    url: "/v1/chat/completions",
    body: { model: MODEL, messages: [{ role: "user", content: text }] },
  }));
  const jsonl = (some: readonly unknown[]) =>
    toFile(new TextEncoder().encode(some.map((line) => JSON.stringify(line)).join("\n")), "in.jsonl");
  const file = await openai.files.create({ file: await jsonl(lines), purpose: "batch" });
  const batch = await openai.batches.create({
    input_file_id: file.id,
    endpoint: "/v1/chat/completions",
    completion_window: "24h",
    metadata: { mine: "yes" },
  });
  assert.deepEqual([batch.object, batch.status, batch.input_file_id], ["batch", "validating", file.id]);
  let done = batch;
  for (let look = 0; look < 4 && done.status !== "completed"; look++) {
    done = await openai.batches.retrieve(batch.id);
  }
  assert.deepEqual([done.status, done.metadata], ["completed", { mine: "yes" }]);
  const output = await (await openai.files.content(done.output_file_id!)).text();
  const replies = output.trim().split("\n").map((line) => JSON.parse(line));
  assert.deepEqual(
    replies.map((one) => [one.custom_id, at(one, "response.body.choices.0.message.content")]),
    [["r-one", "You said: one (batched)"], ["r-two", "You said: two (batched)"]],
  );
  assert.equal((await Array.fromAsync(openai.batches.list())).length, 1);
  await openai.batches.cancel(batch.id);
  const bad = [
    [{ custom_id: "a", url: "/v1/embeddings", body: {} }],
    [{ url: "/v1/chat/completions", body: lines[0]!.body }],
    [lines[0], { ...lines[1], body: { ...lines[1]!.body, model: "gemini-2.5-pro" } }],
    [{ ...lines[0], body: { model: MODEL } }],
  ];
  for (const some of bad) {
    await assert.rejects(
      openai.files.create({ file: await jsonl(some), purpose: "batch" }),
      OpenAI.BadRequestError,
    );
  }
  await assert.rejects(openai.batches.retrieve("batch_nothing"), OpenAI.NotFoundError);
});
