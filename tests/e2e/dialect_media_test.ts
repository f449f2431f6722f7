/** Pictures, speech and what Google's own tools did, over several turns, at the HTTP boundary. */
import assert from "node:assert/strict";
import { DEFAULT_MODELS, simModel } from "../../src/sim/mod.ts";
import { proxyUnderTest } from "../support/proxy_under_test.ts";
import { ask, at, DIALECT_NAMES, type DialectName, frames, generateCalls, type Json, tell } from "./calls.ts";
import { askedUp, itemsOf, JSON_REPLY, lastUp, list, replyOf, toolOf, warningsOf } from "./dialect_bodies.ts";

const MODELS = [
  ...DEFAULT_MODELS,
  simModel("gemini-3-pro-image-preview"),
  simModel("gemini-2.5-flash-preview-tts"),
];
const IMAGE_MODEL = "gemini-3-pro-image-preview";
const PICTURE = "iVBORw0KGgo" + "A".repeat(2_000) + "B=";
const [A, B] = ["c2lnQQ==", "c2lnQg=="];
const DRAWN = [
  { text: "Here it is.", thoughtSignature: A },
  { inlineData: { mimeType: "image/png", data: PICTURE }, thoughtSignature: B },
];
const SSE = { contentType: "text/event-stream" };
const streamed = (...chunks: unknown[]) =>
  chunks.map((chunk) => `data: ${JSON.stringify(chunk)}\r\n\r\n`).join("");

/** The body of the next turn: the reply as the client keeps it, and one more wish. */
function nextTurn(dialect: DialectName, reply: Json): Json {
  const more = { role: "user", content: "bluer" };
  if (dialect === "chat") {
    const { reasoning_content: _, ...message } = at(reply, "choices.0.message") as Json;
    return { messages: [{ role: "user", content: "draw" }, message, more] };
  }
  if (dialect === "messages") {
    return {
      messages: [{ role: "user", content: "draw" }, { role: "assistant", content: reply["content"] }, more],
    };
  }
  return { input: [{ role: "user", content: "draw" }, ...reply["output"] as Json[], more] };
}

/** As many agents keep it: without fields that their own types lack. */
function stripped(dialect: DialectName, body: Json): Json {
  if (dialect !== "chat") return body;
  return JSON.parse(
    JSON.stringify(body, (key, value) => key === "extra_content" ? undefined : value),
  ) as Json;
}

for (const dialect of DIALECT_NAMES) {
  for (const keep of [true, false]) {
    Deno.test(`${dialect}: a picture comes back to its model as one, with its signature${keep ? "" : ", though the client drops it"}`, async () => {
      await using t = await proxyUnderTest({ simulator: { models: MODELS } });
      t.simulator.control.replay(replyOf(DRAWN), JSON_REPLY);
      const first = await ask(t, dialect, {
        more: { model: IMAGE_MODEL, ...(dialect === "messages" ? { max_tokens: 9_000 } : {}) },
      });
      assert.equal(first.status, 200, first.text);
      const body = nextTurn(dialect, first.json);
      t.simulator.control.replay(replyOf(DRAWN), JSON_REPLY);
      const { up } = await askedUp(t, dialect, {
        model: IMAGE_MODEL,
        ...(keep ? body : stripped(dialect, body)),
      });
      assert.deepEqual(at(up, "contents.1.parts"), DRAWN);
    });
  }

  Deno.test(`${dialect}: a picture of another model gets the documented stand-in`, async () => {
    await using t = await proxyUnderTest({ simulator: { models: MODELS } });
    const url = `data:image/png;base64,${PICTURE}`;
    const messages = {
      chat: [{ role: "user", content: "draw" }, {
        role: "assistant",
        content: null,
        images: [{ image_url: { url } }],
      }],
      messages: [
        { role: "user", content: "draw" },
        { role: "assistant", content: [{ type: "text", text: `![image/png](${url})` }] },
      ],
      responses: [
        { role: "user", content: "draw" },
        { type: "image_generation_call", id: "ig_1", status: "completed", result: PICTURE },
      ],
    }[dialect] as Json[];
    const more = [...messages, { role: "user", content: "bluer" }];
    t.simulator.control.replay(replyOf(DRAWN), JSON_REPLY);
    const { up } = await askedUp(t, dialect, {
      model: IMAGE_MODEL,
      ...(dialect === "responses" ? { input: more } : { messages: more }),
    });
    assert.deepEqual(at(up, "contents.1.parts"), [{
      inlineData: { mimeType: "image/png", data: PICTURE },
      thoughtSignature: "skip_thought_signature_validator",
    }]);
  });

  Deno.test(`${dialect}: a picture that lacks its signature is sent once more with the stand-in, never the same bytes`, async () => {
    await using t = await proxyUnderTest({ simulator: { models: MODELS } });
    t.simulator.control.replay(replyOf(DRAWN), JSON_REPLY);
    const first = await ask(t, dialect, { more: { model: IMAGE_MODEL } });
    t.simulator.control.replay(
      JSON.stringify({
        error: {
          code: 400,
          status: "INVALID_ARGUMENT",
          message: "Image part is missing a thought_signature in content position 2.",
        },
      }),
      { ...JSON_REPLY, status: 400 },
    );
    t.simulator.control.replay(replyOf(DRAWN), JSON_REPLY);
    const told = await ask(t, dialect, { more: { model: IMAGE_MODEL, ...nextTurn(dialect, first.json) } });
    assert.equal(told.status, 200, told.text);
    const bodies = generateCalls(t).map(({ bodyText }) => bodyText);
    assert.equal(bodies.length, 3);
    assert.notEqual(bodies[1], bodies[2]);
    assert.equal(at(lastUp(t), "contents.1.parts.1.thoughtSignature"), "skip_thought_signature_validator");
  });

  Deno.test(`${dialect}: JSON beside Google's search is told in words on 2.5 and sent on 3`, async () => {
    await using t = await proxyUnderTest({ simulator: { models: MODELS } });
    const schema = { type: "object", properties: { a: { type: "string" } } };
    const more = {
      chat: {
        web_search_options: {},
        response_format: { type: "json_schema", json_schema: { name: "f", schema } },
      },
      messages: {
        tools: [{ type: "web_search_20250305", name: "web_search" }],
        output_config: { format: { type: "json_schema", schema } },
      },
      responses: {
        tools: [{ type: "web_search" }],
        text: { format: { type: "json_schema", name: "f", schema } },
      },
    }[dialect];
    const old = await askedUp(t, dialect, { ...more, model: "gemini-2.5-flash" });
    assert.equal(at(old.up, "generationConfig.responseMimeType"), undefined);
    assert.match(JSON.stringify(at(old.up, "systemInstruction")), /JSON Schema/);
    assert.match(warningsOf(old.told), /JSON format/);
    const young = await askedUp(t, dialect, { ...more, model: "gemini-3-flash-preview" });
    assert.deepEqual(at(young.up, "generationConfig.responseJsonSchema"), schema);
    assert.deepEqual(at(young.up, "tools"), [{ googleSearch: {} }]);
    assert.equal(generateCalls(t).length, 2);
  });

  Deno.test(`${dialect}: what Google's own tools did goes back before the call it led to`, async () => {
    await using t = await proxyUnderTest({ simulator: { models: MODELS } });
    const parts = [
      {
        toolCall: { toolType: "GOOGLE_SEARCH_WEB", args: { queries: ["q"] }, id: "s1" },
        thoughtSignature: A,
      },
      {
        toolResponse: { toolType: "GOOGLE_SEARCH_WEB", response: { found: 1 }, id: "s1" },
        thoughtSignature: B,
      },
      { functionCall: { name: "f", args: { a: 1 }, id: "c1" }, thoughtSignature: "c2lnQw==" },
    ];
    const tools = {
      chat: [toolOf("chat", "f", { type: "object" }), { type: "google_search" }],
      messages: [toolOf("messages", "f", { type: "object" }), {
        type: "web_search_20250305",
        name: "web_search",
      }],
      responses: [toolOf("responses", "f", { type: "object" }), { type: "google_search" }],
    }[dialect] as Json[];
    t.simulator.control.replay(replyOf(parts), JSON_REPLY);
    const model = "gemini-3-flash-preview";
    const { json } = await ask(t, dialect, { more: { model, tools } });
    const answered = {
      chat: {
        messages: [
          { role: "user", content: "hello" },
          at(json, "choices.0.message"),
          { role: "tool", tool_call_id: "c1", content: "ok" },
        ],
      },
      messages: {
        messages: [
          { role: "user", content: "hello" },
          { role: "assistant", content: json["content"] },
          { role: "user", content: [{ type: "tool_result", tool_use_id: "c1", content: "ok" }] },
        ],
      },
      responses: {
        input: [
          { role: "user", content: "hello" },
          ...list(json["output"]),
          { type: "function_call_output", call_id: "c1", output: "ok" },
        ],
      },
    }[dialect] as Json;
    t.simulator.control.replay(replyOf([{ text: "done" }]), JSON_REPLY);
    const { up } = await askedUp(t, dialect, { model, tools, ...answered });
    assert.deepEqual(at(up, "contents.1.parts"), parts);
  });

  Deno.test(`${dialect}: grounding that comes in two pieces is one, with true offsets`, async () => {
    await using t = await proxyUnderTest({ simulator: { models: MODELS } });
    const page = (name: string) => ({ web: { uri: `https://${name}.example/`, title: name } });
    const support = (startIndex: number, endIndex: number, text: string, index: number) => ({
      segment: { startIndex, endIndex, text },
      groundingChunkIndices: [index],
    });
    const [gold, silver] = ["Gold is 4000 dollars. ", "Silver is 50."];
    const first = {
      webSearchQueries: ["gold"],
      groundingChunks: [page("a")],
      groundingSupports: [support(0, 21, gold.trim(), 0)],
    };
    const second = {
      webSearchQueries: ["gold", "silver"],
      groundingChunks: [page("b"), page("a")],
      groundingSupports: [support(0, 21, gold.trim(), 1), support(22, 35, silver, 0)],
    };
    t.simulator.control.replay(
      streamed(
        { candidates: [{ content: { parts: [{ text: gold }] }, groundingMetadata: first }] },
        {
          candidates: [{
            content: { parts: [{ text: silver }] },
            groundingMetadata: second,
            finishReason: "STOP",
          }],
          usageMetadata: { promptTokenCount: 3, candidatesTokenCount: 9, totalTokenCount: 12 },
        },
      ),
      SSE,
    );
    const search = {
      chat: { web_search_options: {} },
      messages: { tools: [{ type: "web_search_20250305", name: "web_search" }] },
      responses: { tools: [{ type: "web_search" }] },
    }[dialect];
    const told = await ask(t, dialect, { stream: true, more: search });
    assert.equal(told.status, 200, told.text);
    const cited = citedBy(dialect, told);
    assert.deepEqual(cited, {
      answers: [gold + silver],
      quotes: [[gold.trim(), "a"], [silver, "b"]],
      searches: dialect === "chat" ? 0 : 1,
    });
  });
}

/** The texts of a streamed answer, what each citation quotes of it, and how often a search is told. */
function citedBy(dialect: DialectName, told: Awaited<ReturnType<typeof ask>>) {
  const all = frames(told.text);
  if (dialect === "chat") {
    const text = all.map((frame) => String(at(frame, "choices.0.delta.content") ?? "")).join("");
    const notes = all.flatMap((frame) => list(at(frame, "choices.0.delta.annotations"))).map((note) =>
      note["url_citation"] as Json
    );
    return { answers: [text], quotes: quotes(text, notes), searches: 0 };
  }
  if (dialect === "responses") {
    const items = itemsOf(told);
    const parts = items.filter(({ type }) => type === "message").flatMap((item) => list(item["content"]));
    const notes = parts.flatMap((part) => quotes(String(part["text"]), list(part["annotations"])));
    return {
      answers: parts.map((part) => part["text"]),
      quotes: notes,
      searches: items.filter(({ type }) => type === "web_search_call").length,
    };
  }
  const text = all.filter((frame) => at(frame, "delta.type") === "text_delta").map((frame) =>
    String(at(frame, "delta.text"))
  ).join("");
  const starts = all.filter(({ type }) => type === "content_block_start").map((frame) =>
    frame["content_block"] as Json
  );
  const notes = all.filter((frame) => at(frame, "delta.type") === "citations_delta").map((frame) =>
    at(frame, "delta.citation") as Json
  );
  return {
    answers: starts.filter(({ type }) => type === "text").length === 1 ? [text] : ["split"],
    quotes: notes.map((note) => [note["cited_text"], note["title"]]),
    searches: starts.filter(({ type }) => type === "server_tool_use").length,
  };
}

function quotes(text: string, notes: readonly Json[]): unknown[][] {
  return notes.map((
    note,
  ) => [text.slice(Number(note["start_index"]), Number(note["end_index"])), note["title"]]);
}

Deno.test("responses: code that was run comes back with what it gave", async () => {
  await using t = await proxyUnderTest({ simulator: { models: MODELS } });
  const { up } = await askedUp(t, "responses", {
    input: [
      { role: "user", content: "2**10?" },
      {
        type: "code_interpreter_call",
        id: "ci_1",
        code: "print(2**10)",
        outputs: [{ type: "logs", logs: "1024\n" }],
      },
      { role: "user", content: "and 2**11?" },
    ],
  });
  assert.deepEqual(at(up, "contents.1.parts"), [
    { executableCode: { language: "PYTHON", code: "print(2**10)" } },
    { codeExecutionResult: { outcome: "OUTCOME_OK", output: "1024\n" } },
  ]);
});

Deno.test("messages: a YouTube address is sent without a type, a PDF's keeps its own", async () => {
  await using t = await proxyUnderTest({ simulator: { models: MODELS } });
  const { up } = await askedUp(t, "messages", {
    messages: [{
      role: "user",
      content: [{ type: "document", source: { type: "url", url: "https://youtu.be/x" } }, {
        type: "text",
        text: "?",
      }],
    }],
  });
  assert.deepEqual(at(up, "contents.0.parts.0"), { fileData: { fileUri: "https://youtu.be/x" } });
});

Deno.test("chat: what a film, a picture and its shape are to be is honoured, or named in a warning", async () => {
  await using t = await proxyUnderTest({ simulator: { models: MODELS } });
  const film = await askedUp(t, "chat", {
    model: "gemini-3-flash-preview",
    messages: [{
      role: "user",
      content: [{
        type: "video_url",
        video_url: { url: "https://youtu.be/x" },
        fps: 5,
        start_offset: "10s",
        end_offset: 20,
      }, {
        type: "image_url",
        image_url: { url: `data:image/png;base64,${PICTURE}` },
        media_resolution: "high",
      }],
    }],
  });
  assert.deepEqual(at(film.up, "contents.0.parts.0"), {
    fileData: { fileUri: "https://youtu.be/x" },
    videoMetadata: { startOffset: "10s", endOffset: "20s", fps: 5 },
  });
  assert.deepEqual(at(film.up, "contents.0.parts.1.mediaResolution"), { level: "MEDIA_RESOLUTION_HIGH" });
  for (
    const [more, config] of [
      [{ image_config: { aspect_ratio: "16:9", image_size: "2K" } }, {
        aspectRatio: "16:9",
        imageSize: "2K",
      }],
      [{ size: "1024x1536" }, { aspectRatio: "2:3" }],
      [{ aspect_ratio: "9:16" }, { aspectRatio: "9:16" }],
    ] as const
  ) {
    t.simulator.control.replay(replyOf(DRAWN), JSON_REPLY);
    const { up } = await askedUp(t, "chat", { model: IMAGE_MODEL, ...more });
    assert.deepEqual(at(up, "generationConfig.imageConfig"), config);
  }
  const odd = await askedUp(t, "chat", {
    size: "huge",
    web_search_options: { user_location: { type: "approximate" } },
  });
  assert.match(warningsOf(odd.told), /size "huge"/);
  assert.match(warningsOf(odd.told), /web_search_options\.user_location/);
});

Deno.test("messages: citations and domains that Gemini cannot honour are named", async () => {
  await using t = await proxyUnderTest({ simulator: { models: MODELS } });
  const { told } = await askedUp(t, "messages", {
    tools: [{ type: "web_search_20250305", name: "web_search", allowed_domains: ["a.example"] }],
    messages: [{
      role: "user",
      content: [{
        type: "document",
        source: { type: "text", media_type: "text/plain", data: "d" },
        citations: { enabled: true },
      }],
    }],
    fallbacks: [{ model: "x" }],
    container: "c",
    context_management: { edits: [{ type: "clear" }] },
  });
  for (
    const name of ["citations.enabled", "allowed_domains", "fallbacks", "container", "context_management"]
  ) {
    assert.ok(warningsOf(told).includes(name), `${name}: ${warningsOf(told)}`);
  }
});

const SPOKEN = replyOf([{ inlineData: { mimeType: "audio/L16;codec=pcm;rate=24000", data: "AAAA" } }]);
for (const dialect of DIALECT_NAMES) {
  Deno.test(`${dialect}: a speech model is asked for speech, and an answer that cannot be carried says so`, async () => {
    await using t = await proxyUnderTest({ simulator: { models: MODELS } });
    t.simulator.control.replay(SPOKEN, JSON_REPLY);
    const { told, up } = await askedUp(t, dialect, { model: "gemini-2.5-flash-preview-tts" });
    assert.deepEqual(at(up, "generationConfig.responseModalities"), ["AUDIO"]);
    if (dialect === "chat") assert.equal(typeof at(told.json, "choices.0.message.audio.data"), "string");
    else {
      assert.match(warningsOf(told), /\/v1\/chat\/completions/);
      assert.match(told.text, /audio\/L16/);
      assert.ok(!told.text.includes("AAAA"));
    }
  });
}

Deno.test("responses: image_generation on an image model makes pictures of the wanted shape", async () => {
  await using t = await proxyUnderTest({ simulator: { models: MODELS } });
  t.simulator.control.replay(replyOf(DRAWN), JSON_REPLY);
  const { up } = await askedUp(t, "responses", {
    model: IMAGE_MODEL,
    tools: [{ type: "image_generation", size: "1536x1024" }],
  });
  assert.deepEqual(at(up, "generationConfig.responseModalities"), ["TEXT", "IMAGE"]);
  assert.deepEqual(at(up, "generationConfig.imageConfig"), { aspectRatio: "3:2" });
  const other = await askedUp(t, "responses", { tools: [{ type: "image_generation" }] });
  assert.match(warningsOf(other.told), /image_generation/);
});

Deno.test("chat: a reply leaves out the fingerprint that it has not", async () => {
  await using t = await proxyUnderTest({ simulator: { models: MODELS } });
  const { json } = await tell(t, "/v1/chat/completions", {
    body: { model: "gemini-2.5-flash", messages: [{ role: "user", content: "hi" }] },
  });
  assert.ok(!("system_fingerprint" in json));
});

for (const dialect of ["messages", "responses"] as const) {
  Deno.test(`${dialect}: code that Google ran is told in the dialect's own blocks, and goes back as it was`, async () => {
    await using t = await proxyUnderTest({ simulator: { models: MODELS } });
    const ran = [
      { executableCode: { language: "PYTHON", code: "print(2**10)" }, thoughtSignature: A },
      { codeExecutionResult: { outcome: "OUTCOME_OK", output: "1024\n" }, thoughtSignature: B },
    ];
    const model = "gemini-3-flash-preview";
    const tools = dialect === "messages"
      ? [{ type: "code_execution_20250825", name: "code_execution" }]
      : [{ type: "code_interpreter", container: { type: "auto" } }];
    t.simulator.control.replay(replyOf([...ran, { text: "It is 1024." }]), JSON_REPLY);
    const first = await ask(t, dialect, { more: { model, tools } });
    const kinds = list(first.json[dialect === "messages" ? "content" : "output"]).map(({ type }) => type);
    assert.deepEqual(
      kinds,
      dialect === "messages"
        ? ["server_tool_use", "code_execution_tool_result", "text"]
        : ["code_interpreter_call", "message"],
    );
    const { up } = await askedUp(t, dialect, { model, tools, ...nextTurn(dialect, first.json) });
    assert.deepEqual(at(up, "contents.1.parts"), [...ran, { text: "It is 1024." }]);
  });
}

for (const dialect of DIALECT_NAMES) {
  for (const keep of [true, false]) {
    Deno.test(`${dialect}: a picture is edited over three turns, each asked once${keep ? "" : ", by a client that drops signatures"}`, async () => {
      await using t = await proxyUnderTest({ simulator: { models: MODELS } });
      let drawn = 0;
      t.simulator.control.answer(() => ({
        text: `Picture ${++drawn}.`,
        calls: [],
        thought: "",
        image: `iVBORw0KGgo${String(drawn).repeat(80)}`,
      }));
      const field = dialect === "responses" ? "input" : "messages";
      let history: Json[] = [{ role: "user", content: "draw" }];
      for (const turn of [1, 2, 3]) {
        const told = await ask(t, dialect, {
          more: { model: IMAGE_MODEL, max_tokens: 9_000, [field]: history },
        });
        assert.equal(told.status, 200, told.text);
        assert.equal(generateCalls(t).length, turn);
        const body = { messages: [], input: [], ...nextTurn(dialect, told.json) } as Record<string, Json[]>;
        const added = (keep ? body : stripped(dialect, body) as Record<string, Json[]>)[field]!;
        history = [...history, ...added.slice(1)];
      }
      const made = (lastUp(t)["contents"] as { role: string; parts: Json[] }[]).filter(({ role }) =>
        role === "model"
      );
      assert.equal(made.length, 2);
      for (const { parts } of made) {
        assert.ok(
          parts.some((part) => part["inlineData"] !== undefined && part["thoughtSignature"] !== undefined),
        );
        assert.ok(!parts.some((part) => String(part["text"]).includes("base64")));
        assert.ok(!JSON.stringify(parts).includes("skip_thought_signature_validator"));
      }
    });
  }
}
