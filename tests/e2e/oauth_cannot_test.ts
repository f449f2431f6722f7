import assert from "node:assert/strict";
import { API_KEY, MODEL, oauthProxy, TOKEN } from "./oauth_proxy_fixture.ts";

/** What accounts cannot do, over every lane that clients ask it by. */
const CALLS: readonly (readonly [method: string, path: string, body?: unknown])[] = [
  ["POST", "/v1/embeddings", { model: "gemini-embedding-001", input: "x" }],
  ["POST", "/v1/embeddings", { model: MODEL, input: "x" }],
  ["POST", `/v1beta/models/${MODEL}:embedContent`, { content: { parts: [{ text: "x" }] } }],
  ["POST", `/v1beta/models/${MODEL}:batchEmbedContents`, { requests: [] }],
  ["POST", `/v1beta/models/${MODEL}:batchGenerateContent`, {}],
  ["POST", `/v1beta/models/${MODEL}:predict`, { instances: [] }],
  ["GET", "/v1beta/files"],
  ["GET", "/v1/files"],
  ["POST", "/upload/v1beta/files", {}],
  ["GET", "/v1beta/cachedContents"],
  ["POST", "/v1beta/cachedContents", { model: `models/${MODEL}` }],
  ["GET", "/v1beta/batches"],
  ["POST", "/v1beta/interactions", { model: MODEL, input: "x" }],
  ["POST", "/v1/images/generations", { model: "imagen-4.0-generate-001", prompt: "x" }],
];

Deno.test("what an account cannot do is told by name, and not as a rate limit or as a route that is not there", async () => {
  await using under = await oauthProxy();
  await under.signIn("ada@example.com");
  await under.signIn("bob@example.com", "gemini-cli");
  const before = under.google.log.length;
  const ask = ([method, path, body]: typeof CALLS[number]) =>
    fetch(under.url + path, {
      method,
      headers: { "authorization": `Bearer ${TOKEN}`, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  for (const call of CALLS) {
    const reply = await ask(call);
    const text = await reply.text();
    assert.equal(reply.status, 404, `${call[1]}: ${text}`);
    assert.match(text, /needs an API key/, `${call[1]}: ${text}`);
    assert.match(text, /accounts/, `${call[1]}: ${text}`);
  }
  const socket = new WebSocket(
    `${
      under.url.replace("http", "ws")
    }/ws/google.ai.generativelanguage.v1beta.GenerativeService.BidiGenerateContent?key=${TOKEN}`,
  );
  const closed = await new Promise<string>((resolve) => {
    socket.onopen = () => socket.send(JSON.stringify({ setup: { model: `models/${MODEL}` } }));
    socket.onclose = ({ reason }) => resolve(reason);
  });
  assert.match(closed, /Only accounts have .*BidiGenerateContent needs an API key/);
  // An unknown name is looked for in the accounts' lists; nothing else is asked of them.
  const asked = under.google.log.slice(before).map(({ path }) => path);
  assert.deepEqual(asked.filter((path) => !/:(fetchAvailableModels|retrieveUserQuota)$/.test(path)), []);

  // With a key beside them the same lists are served.
  const added = await under.api("POST", "/api/keys", { key: API_KEY });
  assert.equal(added.status, 200, JSON.stringify(added.body));
  const listed = await ask(["GET", "/v1beta/files"]);
  assert.equal(listed.status, 200, await listed.text());
});
