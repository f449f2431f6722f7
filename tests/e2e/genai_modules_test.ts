/** Every module of Google's own SDK against the proxy, as its users call it. */
import assert from "node:assert/strict";
import { GoogleGenAI } from "@google/genai";
import { proxyUnderTest, type UnderTest } from "../support/proxy_under_test.ts";
import { assertIdle, at, MODEL, tell, TOKEN } from "./calls.ts";

function clientOf(t: UnderTest): GoogleGenAI {
  return new GoogleGenAI({
    apiKey: TOKEN,
    vertexai: false,
    httpOptions: { baseUrl: t.url, apiVersion: "v1beta" },
  });
}

/** The SDK leaves bodies unread. */
const options = { sanitizeResources: false };

Deno.test("genai modules: caches and files in pages over two projects", options, async () => {
  await using t = await proxyUnderTest();
  const genai = clientOf(t);
  for (let index = 0; index < 5; index++) {
    await genai.caches.create({
      model: MODEL,
      config: { contents: [{ role: "user", parts: [{ text: `book ${index} `.repeat(2000) }] }], ttl: "300s" },
    });
    await genai.files.upload({
      file: new Blob([`notes ${index}`], { type: "text/plain" }),
      config: { displayName: `n${index}` },
    });
  }
  const caches = await Array.fromAsync(await genai.caches.list({ config: { pageSize: 2 } }));
  assert.equal(new Set(caches.map(({ name }) => name)).size, 5);
  const files = await Array.fromAsync(await genai.files.list({ config: { pageSize: 2 } }));
  assert.equal(new Set(files.map(({ name }) => name)).size, 5);
  const renewed = await genai.caches.update({ name: caches[0]!.name!, config: { ttl: "900s" } });
  assert.equal(renewed.name, caches[0]!.name);
  assert.equal((await genai.files.get({ name: files[0]!.name! })).name, files[0]!.name);
  await genai.caches.delete({ name: caches[0]!.name! });
  await genai.files.delete({ name: files[0]!.name! });
  await assert.rejects(genai.files.get({ name: files[0]!.name! }));
  assertIdle(t);
});

Deno.test(
  "genai modules: batches, operations of a video with its download, pictures by Imagen",
  options,
  async () => {
    await using t = await proxyUnderTest();
    const genai = clientOf(t);
    const batch = await genai.batches.create({
      model: MODEL,
      src: [{ contents: [{ role: "user", parts: [{ text: "hi" }] }] }],
      config: { displayName: "mine" },
    });
    assert.match(batch.name!, /^batches\//);
    await genai.batches.get({ name: batch.name! });
    const done = await genai.batches.get({ name: batch.name! });
    assert.equal(done.name, batch.name);
    assert.equal((await Array.fromAsync(await genai.batches.list())).length, 1);
    await genai.batches.cancel({ name: batch.name! });
    await genai.batches.delete({ name: batch.name! });
    // The newest SDK has no word for videos any more; older ones send this.
    const started = await tell(t, "/v1beta/models/veo-3.1-generate-preview:predictLongRunning", {
      body: { instances: [{ prompt: "a cat" }] },
    });
    let polled = started.json;
    for (let look = 0; look < 5 && polled["done"] !== true; look++) {
      polled = (await tell(t, `/v1beta/${started.json["name"]}`)).json;
    }
    const uri = String(at(polled, "response.generateVideoResponse.generatedSamples.0.video.uri"));
    const path = await Deno.makeTempFile({ suffix: ".mp4" });
    await genai.files.download({ file: /files\/[\w-]+/.exec(uri)![0], downloadPath: path });
    assert.equal(await Deno.readTextFile(path), "video");
    await Deno.remove(path);
    assertIdle(t);
  },
);

Deno.test("genai modules: file search stores with uploads, imports and documents", options, async () => {
  await using t = await proxyUnderTest();
  const genai = clientOf(t);
  for (let round = 0; round < 2; round++) {
    const store = await genai.fileSearchStores.create({ config: { displayName: `s${round}` } });
    const uploaded = await genai.fileSearchStores.uploadToFileSearchStore({
      fileSearchStoreName: store.name!,
      file: new Blob(["a paper"], { type: "text/plain" }),
      config: { displayName: "paper" },
    });
    assert.ok(uploaded);
    const documents = await Array.fromAsync(
      await genai.fileSearchStores.documents.list({ parent: store.name! }),
    );
    assert.equal(documents.length, 1);
    await genai.fileSearchStores.documents.delete({ name: documents[0]!.name!, config: { force: true } });
    assert.equal((await genai.fileSearchStores.get({ name: store.name! })).name, store.name);
  }
  const stores = await Array.fromAsync(await genai.fileSearchStores.list({ config: { pageSize: 1 } }));
  assert.equal(stores.length, 2);
  for (const { name } of stores) {
    await genai.fileSearchStores.delete({ name: name!, config: { force: true } });
  }
  assertIdle(t);
});

Deno.test(
  "genai modules: interactions, agents, environments, triggers, webhooks, voices",
  options,
  async () => {
    await using t = await proxyUnderTest();
    const genai = clientOf(t);
    const first = await genai.interactions.create({ model: MODEL, input: "one" });
    const next = await genai.interactions.create({
      model: MODEL,
      input: "two",
      previous_interaction_id: first.id,
    });
    assert.equal(next.previous_interaction_id, first.id);
    let text = "";
    for await (
      const event of await genai.interactions.create({ model: MODEL, input: "three", stream: true })
    ) {
      if (event.event_type === "step.delta" && "text" in event.delta) text += String(event.delta.text);
    }
    assert.equal(text, "You said: three");
    assert.equal((await genai.interactions.get(first.id)).id, first.id);
    await genai.interactions.cancel(first.id);
    await genai.interactions.delete(first.id);
    const agent = await genai.agents.create({ base_agent: "antigravity" });
    assert.equal((await genai.agents.get(agent.id!)).id, agent.id);
    assert.equal((await genai.agents.list()).agents?.length, 1);
    await genai.agents.delete(agent.id!);
    const environment = await genai.environments.create({});
    assert.equal((await genai.environments.get(environment.id)).id, environment.id);
    await genai.environments.delete(environment.id);
    const trigger = await genai.triggers.create({
      schedule: "0 9 * * *",
      time_zone: "UTC",
      interaction: { agent: "a", input: "x" },
    });
    await genai.triggers.run(trigger.id);
    assert.ok(await genai.triggers.listExecutions(trigger.id));
    await genai.triggers.update(trigger.id, { display_name: "daily" });
    await genai.triggers.delete(trigger.id);
    const webhook = await genai.webhooks.create({
      uri: "https://example.com/h",
      subscribed_events: ["batch.succeeded"],
    });
    await genai.webhooks.ping(webhook.id!);
    assert.match((await genai.webhooks.rotateSigningSecret(webhook.id!)).secret!, /^whsec_/);
    await genai.webhooks.delete(webhook.id!);
    assert.ok(await genai.voices.list());
    assertIdle(t);
  },
);
