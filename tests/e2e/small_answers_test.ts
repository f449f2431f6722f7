import assert from "node:assert/strict";
import { get } from "node:http";
import { proxyUnderTest } from "../support/proxy_under_test.ts";
import { ask, send, TOKEN } from "./calls.ts";

function keys(count: number) {
  return [{
    id: "many",
    keys: Array.from({ length: count }, (_, index) => `AIzaSyManyKeys${String(index).padStart(25, "0")}`),
  }];
}

Deno.test("what is larger than a kilobyte is sent compressed, smaller answers and streams are not", async () => {
  await using t = await proxyUnderTest({ projects: keys(30) });
  const at = async (path: string, encoding = "gzip") => {
    // fetch unpacks what it gets, and says nothing of it.
    const { promise, resolve, reject } = Promise.withResolvers<string | null>();
    const headers = { authorization: `Bearer ${TOKEN}`, "accept-encoding": encoding };
    get(new URL(path, t.url), { headers }, (response) => {
      response.destroy();
      resolve(response.headers["content-encoding"] ?? null);
    }).on("error", reject);
    return await promise;
  };
  assert.equal(await at("/api/keys/safe"), "gzip");
  assert.equal(await at("/api/openapi.json"), "gzip");
  assert.equal(await at("/metrics"), "gzip");
  assert.equal(await at("/api/keys/safe", "identity"), null);
  assert.equal(await at("/api/health/live"), null);
  assert.equal(await at("/api/events"), null);
  assert.equal(await at("/v1/models"), null, "client APIs answer as they always did");
});

Deno.test("live events are small however many keys there are: what changed, or that something did", async () => {
  await using t = await proxyUnderTest({ projects: keys(200) });
  const stop = new AbortController();
  const response = await send(t, "/api/events", { signal: stop.signal });
  let bytes = 0;
  const reading = (async () => {
    try {
      for await (const piece of response.body!) bytes += piece.byteLength;
    } catch {
      // The reader left.
    }
  })();
  const calls = 60;
  for (let number = 0; number < calls; number++) {
    await ask(t, "chat");
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  await new Promise((resolve) => setTimeout(resolve, 1_200));
  stop.abort();
  await reading;
  // 20 calls a second may cost 10 KB a second.
  assert.ok(bytes / calls <= 500, `${bytes} bytes for ${calls} calls`);
  assert.ok(bytes / calls >= 100, `${bytes} bytes for ${calls} calls`);
});
