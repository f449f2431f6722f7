import assert from "node:assert/strict";
import { createGeminitro } from "../../src/composition/mod.ts";
import { removeFolder } from "../support/remove_folder.ts";
import { KEYS, proxyUnderTest, type UnderTest } from "../support/proxy_under_test.ts";
import { assertIdle, at, type Json, list, MODEL, send, tell, TOKEN, type Told, until } from "./calls.ts";

/** Makes something in each collection; what comes back names it. */
const MADE: Readonly<Record<string, readonly [string, Json]>> = {
  cachedContents: ["/v1beta/cachedContents", {
    model: `models/${MODEL}`,
    contents: [{ role: "user", parts: [{ text: "a long book ".repeat(500) }] }],
    ttl: "600s",
  }],
  fileSearchStores: ["/v1beta/fileSearchStores", { displayName: "papers" }],
  batches: [`/v1beta/models/${MODEL}:batchGenerateContent`, {
    batch: { displayName: "b", inputConfig: { requests: { requests: [{ request: {} }] } } },
  }],
  interactions: ["/v1beta/interactions", { model: MODEL, input: "hello" }],
  agents: ["/v1beta/agents", { base_agent: "antigravity" }],
  environments: ["/v1beta/environments", {}],
  triggers: ["/v1beta/triggers", { schedule: "0 9 * * *", time_zone: "UTC", interaction: { agent: "a" } }],
  webhooks: ["/v1beta/webhooks", { uri: "https://example.com", subscribed_events: ["batch.completed"] }],
  voices: ["/v1beta/voices", { voice: { display_name: "v" } }],
  widgets: ["/v1beta/widgets", { color: "red" }],
};

async function make(t: UnderTest, collection: string, headers = {}): Promise<{ name: string; key: string }> {
  const [path, body] = MADE[collection]!;
  const reply = await tell(t, path, { body, headers });
  assert.equal(reply.status, 200, `${collection}: ${reply.text}`);
  const name = String(reply.json["name"] ?? `${collection}/${reply.json["id"]}`);
  return { name, key: t.simulator.log.at(-1)!.key! };
}

async function upload(
  t: UnderTest,
  text = "notes",
  headers: Readonly<Record<string, string>> = {},
): Promise<Json> {
  const start = await send(t, "/upload/v1beta/files", {
    body: { file: { displayName: "n" } },
    headers: {
      "x-goog-upload-protocol": "resumable",
      "x-goog-upload-command": "start",
      "x-goog-upload-header-content-type": "text/plain",
      ...headers,
    },
  });
  await start.body?.cancel();
  const address = start.headers.get("x-goog-upload-url")!;
  assert.ok(address.startsWith(t.url), address);
  // Google's address works without a key, and so does ours.
  const put = await fetch(address, {
    method: "POST",
    headers: { "x-goog-upload-command": "upload, finalize", "x-goog-upload-offset": "0" },
    body: text,
  });
  const body = await put.json();
  assert.equal(put.status, 200, JSON.stringify(body));
  return body.file;
}

Deno.test("uploads go round the projects, and their address works without a key", async () => {
  await using t = await proxyUnderTest();
  const files = [];
  for (let index = 0; index < 12; index++) files.push(await upload(t));
  const keys = t.simulator.log.filter(({ method }) => method === "CreateFile").map(({ project }) => project);
  for (const project of ["project-1", "project-2"]) {
    assert.equal(keys.filter((one) => one === project).length, 12, keys.join());
  }
  const strange = await fetch(`${t.url}/upload/v1beta/files?upload_id=nobodysupload`, {
    method: "POST",
    body: "x",
  });
  assert.equal(strange.status, 401);
  await strange.body?.cancel();
  assert.equal(files.length, 12);
  assertIdle(t);
});

Deno.test("every collection: made, read, listed, used and deleted at its owner, also one that is new", async () => {
  await using t = await proxyUnderTest();
  const owners = new Map<string, string>();
  for (const collection of Object.keys(MADE)) {
    for (let copy = 0; copy < 2; copy++) {
      const { name, key } = await make(t, collection);
      owners.set(name, key);
    }
  }
  assert.ok(new Set(owners.values()).size === 2, "both projects were given something");
  let right = 0;
  const names = [...owners];
  for (let call = 0; call < 200; call++) {
    const [name, key] = names[(call * 7) % names.length]!;
    const reply = await tell(t, `/v1beta/${name}`);
    assert.equal(reply.status, 200, `${name}: ${reply.text}`);
    if (t.simulator.log.at(-1)!.key === key) right++;
  }
  assert.equal(right, 200);
  for (const collection of Object.keys(MADE)) {
    const seen = await pages(t, collection, 1);
    assert.equal(new Set(seen).size, 2, `${collection}: ${seen}`);
  }
  for (const [name, key] of owners) {
    assert.equal((await tell(t, `/v1beta/${name}`, { method: "DELETE" })).status, 200, name);
    assert.equal(t.simulator.log.at(-1)!.key, key);
    assert.equal((await tell(t, `/v1beta/${name}`)).status, 404, name);
  }
  assertIdle(t);
});

/** The names of a collection, page by page. */
async function pages(
  t: UnderTest,
  collection: string,
  size: number,
  headers = {},
): Promise<readonly string[]> {
  const seen: string[] = [];
  let token = "";
  for (let count = 0; count < 20; count++) {
    const query = `pageSize=${size}${token === "" ? "" : `&pageToken=${encodeURIComponent(token)}`}`;
    const reply = await tell(t, `/v1beta/${collection}?${query}`, { headers });
    assert.equal(reply.status, 200, reply.text);
    const items = Object.values(reply.json).filter(Array.isArray).flat() as Json[];
    assert.ok(items.length <= size);
    seen.push(...items.map((item) => String(item["name"] ?? item["id"])));
    token = String(reply.json["nextPageToken"] ?? reply.json["next_page_token"] ?? "");
    if (token === "") return seen;
  }
  throw new Error("the list does not end");
}

Deno.test("what calls name goes to the owner: interactions, environments, batches of files, imports", async () => {
  await using t = await proxyUnderTest();
  for (let round = 0; round < 4; round++) {
    const first = await make(t, "interactions");
    const id = first.name.split("/")[1]!;
    const next = await tell(t, "/v1beta/interactions", {
      body: { model: MODEL, input: "more", previous_interaction_id: id },
    });
    assert.equal(next.status, 200, next.text);
    assert.equal(t.simulator.log.at(-1)!.key, first.key);
    const environment = await make(t, "environments");
    const placed = await tell(t, "/v1beta/interactions", {
      body: { agent: "deep-research", input: "x", environment: environment.name.split("/")[1] },
    });
    assert.equal(placed.status, 200, placed.text);
    const file = await upload(t);
    const batch = await tell(t, `/v1beta/models/${MODEL}:batchGenerateContent`, {
      body: { batch: { inputConfig: { fileName: file["name"] } } },
    });
    assert.equal(batch.status, 200, batch.text);
    const operation = String(batch.json["name"]);
    await tell(t, `/v1beta/${operation}`);
    const done = await tell(t, `/v1beta/${operation}`);
    const output = String(at(done.json, "response.responsesFile"));
    const content = await tell(t, `/v1beta/${output}:download?alt=media`);
    assert.equal(content.status, 200, content.text);
    assert.match(content.text, /batched/);
  }
});

Deno.test("a video: started, polled and downloaded through the redirect, in ranges too", async () => {
  await using t = await proxyUnderTest();
  const started = await tell(t, "/v1beta/models/veo-3.1-generate-preview:predictLongRunning", {
    body: { instances: [{ prompt: "a cat" }] },
  });
  assert.equal(started.status, 200, started.text);
  let polled: Told = started;
  for (let look = 0; look < 4 && polled.json["done"] !== true; look++) {
    polled = await tell(t, `/v1beta/${started.json["name"]}`);
  }
  const uri = String(at(polled.json, "response.generateVideoResponse.generatedSamples.0.video.uri"));
  const { pathname, search } = new URL(uri);
  const whole = await tell(t, pathname + search);
  assert.deepEqual([whole.status, whole.text, whole.headers.get("content-type")], [
    200,
    "video",
    "video/mp4",
  ]);
  const part = await tell(t, pathname + search, { headers: { range: "bytes=1-2" } });
  assert.deepEqual([part.status, part.text, part.headers.get("content-range")], [206, "id", "bytes 1-2/5"]);
  assertIdle(t);
});

Deno.test("a download is what its file holds, whatever its type says, and its head ends without it", async () => {
  const line = `${JSON.stringify({ key: "one", response: { text: "x".repeat(200) } })}\n`;
  const bodies = [line.repeat(3), line.repeat(2_000), "x".repeat(20_000_000)];
  // Knows one file of each body and no model.
  const google = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, (request) => {
    const { pathname } = new URL(request.url);
    const [, name, download] = /\/(files\/\d)(:download)?$/.exec(pathname) ?? [];
    if (name === undefined) return Response.json({ models: [] });
    return download === undefined
      ? Response.json({ name, state: "ACTIVE" })
      : new Response(bodies[Number(name.at(-1))], { headers: { "content-type": "application/json" } });
  });
  {
    await using t = await proxyUnderTest({
      env: { GEMINI_API_URL: `http://127.0.0.1:${google.addr.port}` },
    });
    const places = bodies.map((_, index) => `/v1beta/files/${index}:download?alt=media`);
    for (const [index, body] of bodies.entries()) {
      const told = await tell(t, places[index]!);
      assert.deepEqual([told.status, told.text === body], [200, true], told.text.slice(0, 300));
    }
    assertIdle(t);
    // Who asks for the head alone gets no body, and nothing waits for somebody to read it.
    for (const place of places) {
      const head = await fetch(t.url + place, {
        method: "HEAD",
        headers: { authorization: `Bearer ${TOKEN}` },
      });
      assert.deepEqual([head.status, await head.text()], [200, ""]);
    }
    await until(
      () => t.proxy.services.pool.view().credentials.every(({ inFlight }) => inFlight === 0),
      10_000,
    );
  }
  await google.shutdown();
});

Deno.test("an interaction is streamed, remembered and counted, and its revision goes through both ways", async () => {
  await using t = await proxyUnderTest();
  const reply = await tell(t, "/v1beta/interactions", {
    body: { model: MODEL, input: "one two", stream: true },
    headers: { "api-revision": "2026-05-20" },
  });
  assert.equal(reply.status, 200, reply.text);
  assert.equal(reply.headers.get("api-revision"), "2026-05-20");
  assert.match(reply.headers.get("content-type") ?? "", /event-stream/);
  const id = /"id":"(v1_\w+)"/.exec(reply.text)?.[1];
  const key = t.simulator.log.at(-1)!.key;
  for (let round = 0; round < 4; round++) {
    assert.equal((await tell(t, `/v1beta/interactions/${id}`)).status, 200);
    assert.equal(t.simulator.log.at(-1)!.key, key);
  }
  await t.proxy.services.ledger.flush();
  const { items } = await t.proxy.services.ledger.requests({}, { limit: 20 });
  assert.equal(items.find(({ operation }) => operation === "interactions")?.usage?.totalTokens, 12);
});

Deno.test("owners survive a restart, and unknown names are asked of each project once", async () => {
  const home = await Deno.makeTempDir({ prefix: "geminitro-owners-" });
  const env = {
    GEMINITRO_KV: `${home}/db.sqlite3`,
    GEMINITRO_HOME: home,
    GEMINITRO_MASTER_KEY: "a test's passphrase",
  };
  try {
    await using t = await proxyUnderTest({ env });
    const made = [];
    for (const collection of Object.keys(MADE)) {
      made.push(await make(t, collection), await make(t, collection));
    }
    await t.serving.stop(500);
    const again = await createGeminitro({
      env: { ...env, GEMINI_API_URL: t.simulator.url },
      print: () => {},
    });
    const get = (path: string) =>
      again.fetch(new Request(`http://127.0.0.1${path}`, { headers: { "x-goog-api-key": TOKEN } }));
    for (const { name, key } of made) {
      const reply = await get(`/v1beta/${name}`);
      assert.equal(reply.status, 200, `${name}: ${await reply.text()}`);
      assert.equal(t.simulator.log.at(-1)!.key, key, name);
    }
    const before = t.simulator.log.length;
    for (let round = 0; round < 3; round++) {
      const reply = await get("/v1beta/files/unknown-file-1");
      assert.equal(reply.status, 404);
      await reply.body?.cancel();
    }
    assert.equal(t.simulator.log.length - before, 2);
    // What was made elsewhere is found where it is.
    const [first] = made;
    await again.services.store.expiring.remove("owner", first!.name);
    await again.close();
    const third = await createGeminitro({
      env: { ...env, GEMINI_API_URL: t.simulator.url },
      print: () => {},
    });
    const found = await third.fetch(
      new Request(`http://127.0.0.1/v1beta/${first!.name}`, { headers: { "x-goog-api-key": TOKEN } }),
    );
    assert.equal(found.status, 200, await found.text());
    await third.close();
  } finally {
    await removeFolder(home);
  }
});

Deno.test("a dead, disabled or removed owner is named with its reason; another key of its project serves", async () => {
  await using t = await proxyUnderTest();
  const { admin, store } = t.proxy.services;
  const cache = await make(t, "cachedContents");
  const [owner] = (await store.credentials.list()).filter((one) =>
    one.source === "api_key" && one.key.reveal() === cache.key
  );
  const spare = (await store.credentials.list()).find(({ id }) => id !== owner!.id)!;
  const use = async () => await tell(t, `/v1beta/${cache.name}`);
  await admin.editKey(owner!.id, { label: "work", enabled: false });
  let told = await use();
  assert.equal(told.status, 403, told.text);
  assert.match(told.text, /"?work\\?" ?, which is switched off/);
  await store.credentials.update(owner!.id, {
    enabled: true,
    dead: { class: "credential_dead", reason: "it was leaked", at: 1 },
  });
  told = await use();
  assert.match(told.text, /it was leaked/);
  await store.credentials.remove(owner!.id);
  told = await use();
  assert.match(told.text, /removed from this proxy/);
  assert.ok(!told.text.includes(KEYS[0]) && !told.text.includes(KEYS[1]));
  assert.notEqual(spare.id, owner!.id);
});

Deno.test("keys of one told project share what either made", async () => {
  await using t = await proxyUnderTest({ projects: [{ id: "shared", keys: [...KEYS] }] });
  const { store } = t.proxy.services;
  for (const { id } of await store.credentials.list()) {
    await store.credentials.update(id, { project: "shared" });
  }
  const cache = await make(t, "cachedContents");
  const owner = (await store.credentials.list()).find((one) =>
    one.source === "api_key" && one.key.reveal() === cache.key
  )!;
  await store.credentials.update(owner.id, { enabled: false });
  assert.equal((await tell(t, `/v1beta/${cache.name}`)).status, 200);
  assert.notEqual(t.simulator.log.at(-1)!.key, cache.key);
});

Deno.test("clients do not see, use or delete what another made; the owner sees all", async () => {
  await using t = await proxyUnderTest();
  const tokens = [];
  for (const name of ["ann", "ben"]) {
    const made = await tell(t, "/api/clients", { body: { name } });
    assert.ok(made.status < 300, made.text);
    tokens.push(String(made.json["token"]));
  }
  const as = (token: string) => ({ authorization: `Bearer ${token}` });
  const [ann, ben] = tokens as [string, string];
  const file = await upload(t, "secret", as(ann));
  const names = [String(file["name"])];
  for (const collection of Object.keys(MADE)) names.push((await make(t, collection, as(ann))).name);
  for (const name of names) {
    for (const method of ["GET", "DELETE", "PATCH"]) {
      const reply = await tell(t, `/v1beta/${name}`, {
        method,
        headers: as(ben),
        ...(method === "PATCH" ? { body: {} } : {}),
      });
      assert.equal(reply.status, 404, `${method} ${name}: ${reply.text}`);
    }
    assert.equal((await tell(t, `/v1beta/${name}`, { headers: as(ann) })).status, 200, name);
    assert.equal((await tell(t, `/v1beta/${name}`)).status, 200, name);
    const collection = name.split("/")[0]!;
    assert.deepEqual(await pages(t, collection, 50, as(ben)), [], collection);
    assert.equal((await pages(t, collection, 50, as(ann))).length, 1, collection);
  }
  const used = await tell(t, `/v1beta/models/${MODEL}:batchGenerateContent`, {
    headers: as(ben),
    body: { batch: { inputConfig: { fileName: file["name"] } } },
  });
  assert.equal(used.status, 404, used.text);
  assert.equal(list(used.json["x"]).length, 0);
});
