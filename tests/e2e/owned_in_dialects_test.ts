import assert from "node:assert/strict";
import { KEYS, proxyUnderTest } from "../support/proxy_under_test.ts";
import { assertIdle, type Json, MODEL, tell } from "./calls.ts";

/** How each dialect names a file in a request that answers. */
const NAMED: Readonly<Record<string, (id: string) => readonly [string, Json]>> = {
  chat: (id) => ["/v1/chat/completions", {
    model: MODEL,
    messages: [{
      role: "user",
      content: [{ type: "file", file: { file_id: id } }, { type: "text", text: "read" }],
    }],
  }],
  responses: (id) => ["/v1/responses", {
    model: MODEL,
    input: [{
      role: "user",
      content: [{ type: "input_file", file_id: id }, { type: "input_text", text: "read" }],
    }],
  }],
  messages: (id) => ["/v1/messages", {
    model: MODEL,
    max_tokens: 100,
    messages: [{
      role: "user",
      content: [{ type: "document", source: { type: "file", file_id: id } }, { type: "text", text: "read" }],
    }],
  }],
  count: (id) => ["/v1/messages/count_tokens", {
    model: MODEL,
    messages: [{ role: "user", content: [{ type: "document", source: { type: "file", file_id: id } }] }],
  }],
  native: (id) => [`/v1beta/models/${MODEL}:generateContent`, {
    contents: [{
      role: "user",
      parts: [{ fileData: { fileUri: `https://generativelanguage.googleapis.com/v1beta/${id}` } }, {
        text: "read",
      }],
    }],
  }],
};

Deno.test("a file that is named goes to its owner in every dialect, and is not found for another client", async () => {
  await using t = await proxyUnderTest();
  const made = await tell(t, "/api/clients", { body: { name: "ben" } });
  const ben = { authorization: `Bearer ${made.json["token"]}` };
  const files: { id: string; key: string }[] = [];
  for (let index = 0; index < 4; index++) {
    const reply = await tell(t, "/upload/v1beta/files?uploadType=media", {
      body: "some notes",
      headers: { "content-type": "text/plain" },
    });
    files.push({ id: String((reply.json["file"] as Json)["name"]), key: t.simulator.log.at(-1)!.key! });
  }
  assert.equal(new Set(files.map(({ key }) => key)).size, 2);
  for (const [name, named] of Object.entries(NAMED)) {
    for (const { id, key } of files) {
      const [path, body] = named(id);
      const reply = await tell(t, path, { body });
      assert.equal(reply.status, 200, `${name}: ${reply.text}`);
      assert.equal(t.simulator.log.at(-1)!.key, key, name);
      const other = await tell(t, path, { body, headers: ben });
      assert.equal(other.status, 404, `${name}: ${other.text}`);
    }
    const [path, body] = named("files/never-was-there");
    assert.equal((await tell(t, path, { body })).status, 404, name);
  }
  const [first, second] = [files[0]!, files.find(({ key }) => key !== files[0]!.key)!];
  const both = await tell(t, "/v1/chat/completions", {
    body: {
      model: MODEL,
      messages: [{
        role: "user",
        content: [first, second].map(({ id }) => ({ type: "file", file: { file_id: id } })),
      }],
    },
  });
  assert.equal(both.status, 400, both.text);
  assert.match(both.text, /no key can use both/);
  assertIdle(t);
});

Deno.test("words of people and tools that look like a resource are nobody's", async () => {
  await using t = await proxyUnderTest();
  const spoken = "files/report-1";
  const native = await tell(t, `/v1beta/models/${MODEL}:generateContent`, {
    body: {
      contents: [
        { role: "user", parts: [{ text: spoken }] },
        {
          role: "model",
          parts: [{ functionCall: { name: "read", args: { uri: spoken, fileUri: "/files/x" } } }],
        },
        {
          role: "user",
          parts: [{ functionResponse: { name: "read", response: { file: spoken, name: spoken } } }],
        },
      ],
      tools: [{
        functionDeclarations: [{
          name: "read",
          parameters: { type: "OBJECT", properties: { uri: { type: "STRING" } } },
        }],
      }],
    },
  });
  assert.equal(native.status, 200, native.text);
  const chat = await tell(t, "/v1/chat/completions", {
    body: {
      model: MODEL,
      messages: [
        { role: "user", content: spoken },
        {
          role: "assistant",
          tool_calls: [{
            id: "c1",
            type: "function",
            function: { name: "read", arguments: JSON.stringify({ uri: spoken }) },
          }],
        },
        { role: "tool", tool_call_id: "c1", content: JSON.stringify({ file: spoken }) },
      ],
      tools: [{
        type: "function",
        function: { name: "read", parameters: { type: "object", properties: {} } },
      }],
    },
  });
  assert.equal(chat.status, 200, chat.text);
});

Deno.test("another key of the owner's project answers when the maker of a file is switched off", async () => {
  await using t = await proxyUnderTest({ projects: [{ id: "shared", keys: [...KEYS] }] });
  const { store } = t.proxy.services;
  for (const { id } of await store.credentials.list()) {
    await store.credentials.update(id, { project: "shared" });
  }
  const reply = await tell(t, "/upload/v1beta/files", {
    body: "notes",
    headers: { "content-type": "text/plain" },
  });
  const name = String((reply.json["file"] as Json)["name"]);
  const maker = t.simulator.log.at(-1)!.key;
  const owner = (await store.credentials.list()).find((one) =>
    one.source === "api_key" && one.key.reveal() === maker
  )!;
  await store.credentials.update(owner.id, { enabled: false });
  for (const [kind, named] of Object.entries(NAMED)) {
    const [path, body] = named(name);
    const told = await tell(t, path, { body });
    assert.equal(told.status, 200, `${kind}: ${told.text}`);
    assert.notEqual(t.simulator.log.at(-1)!.key, maker, kind);
  }
});
