import assert from "node:assert/strict";
import { ApiError, type Content, FunctionCallingConfigMode, GoogleGenAI, Type } from "@google/genai";
import { sampleProjects, type ServedSimulator, serveSimulator } from "../../src/sim/mod.ts";

const KEY = sampleProjects()[0]?.keys[0] ?? "";

async function withSdk(run: (sdk: GoogleGenAI, served: ServedSimulator) => Promise<void>): Promise<void> {
  const served = serveSimulator();
  try {
    await run(new GoogleGenAI({ apiKey: KEY, httpOptions: { baseUrl: served.url } }), served);
  } finally {
    await served.close();
  }
}

Deno.test("the Google SDK reads whole and streamed replies of the simulator", () =>
  withSdk(async (sdk) => {
    const model = "gemini-2.5-flash";
    const whole = await sdk.models.generateContent({ model, contents: "hello" });
    assert.equal(whole.text, "You said: hello");
    let text = "";
    for await (
      const chunk of await sdk.models.generateContentStream({ model, contents: "a b c d e f g h i" })
    ) text += chunk.text ?? "";
    assert.equal(text, "You said: a b c d e f g h i");
  }));

Deno.test("the Google SDK goes through a tool loop with a signed model", () =>
  withSdk(async (sdk) => {
    const model = "gemini-3.5-flash";
    const parameters = { type: Type.OBJECT, properties: { city: { type: Type.STRING } }, required: ["city"] };
    const config = {
      tools: [{ functionDeclarations: [{ name: "get_weather", parameters }] }],
      toolConfig: { functionCallingConfig: { mode: FunctionCallingConfigMode.AUTO } },
    };
    const contents: Content[] = [{ role: "user", parts: [{ text: "weather in Paris and Rome, parallel" }] }];
    const first = await sdk.models.generateContent({ model, contents, config });
    assert.equal(first.functionCalls?.length, 2);
    const parts = (first.functionCalls ?? []).map(({ id, name }) => ({
      functionResponse: { ...(id ? { id } : {}), name: name ?? "", response: { output: "sunny" } },
    }));
    const turn = first.candidates?.[0]?.content;
    assert.ok(turn);
    const second = await sdk.models.generateContent({
      model,
      contents: [...contents, turn, { role: "user", parts }],
      config,
    });
    assert.match(second.text ?? "", /sunny/);
  }));

Deno.test("the Google SDK lists models over pages, counts tokens, embeds and caches", () =>
  withSdk(async (sdk) => {
    const names: string[] = [];
    for await (const model of await sdk.models.list({ config: { pageSize: 5 } })) {
      names.push(model.name ?? "");
    }
    assert.ok(names.includes("models/gemini-2.5-pro") && new Set(names).size === names.length);
    const counted = await sdk.models.countTokens({ model: "gemini-2.5-flash", contents: "12345678" });
    assert.equal(counted.totalTokens, 2);
    const embedded = await sdk.models.embedContent({
      model: "gemini-embedding-001",
      contents: ["a", "b"],
      config: { outputDimensionality: 64 },
    });
    assert.deepEqual(embedded.embeddings?.map((entry) => entry.values?.length), [64, 64]);
    const cache = await sdk.caches.create({
      model: "gemini-2.5-flash",
      config: { contents: "long ".repeat(50), ttl: "60s" },
    });
    const cached = await sdk.models.generateContent({
      model: "gemini-2.5-flash",
      contents: "short",
      config: { cachedContent: cache.name ?? "" },
    });
    assert.ok((cached.usageMetadata?.cachedContentTokenCount ?? 0) > 0);
  }));

// The SDK leaves bodies unread that it does not need, which is why the last two tests do not watch resources.
Deno.test(
  "the Google SDK uploads a file and uses it",
  { sanitizeResources: false },
  () =>
    withSdk(async (sdk) => {
      const file = await sdk.files.upload({
        file: new Blob(["hello"], { type: "text/plain" }),
        config: { displayName: "note" },
      });
      assert.equal(file.state, "ACTIVE");
      const part = { fileData: { fileUri: file.uri ?? "", mimeType: "text/plain" } };
      const reply = await sdk.models.generateContent({
        model: "gemini-2.5-flash",
        contents: [{ role: "user", parts: [part, { text: "sum up" }] }],
      });
      assert.equal(reply.text, "You said: sum up");
      await sdk.files.delete({ name: file.name ?? "" });
    }),
);

Deno.test("the Google SDK throws its ApiError for a refusal and for an error event", {
  sanitizeResources: false,
}, () =>
  withSdk(async (sdk, served) => {
    const config = { seed: 2 ** 40 };
    const refused = sdk.models.generateContent({ model: "gemini-2.5-flash", contents: "x", config });
    await assert.rejects(refused, (error) => error instanceof ApiError && error.status === 400);
    served.control.fault({ kind: "event_error", after: 1 });
    const stream = await sdk.models.generateContentStream({
      model: "gemini-2.5-flash",
      contents: "a b c d e f g h i",
    });
    await assert.rejects(async () => {
      for await (const chunk of stream) assert.ok(chunk.candidates);
    });
  }));
