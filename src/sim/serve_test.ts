import assert from "node:assert/strict";
import { sampleProjects } from "./keys.ts";
import { serveSimulator } from "./serve.ts";
import { ask, eventsIn } from "../../tests/support/sim_calls.ts";

const KEY = sampleProjects()[0]?.keys[0] ?? "";

function post(url: string, path: string, signal?: AbortSignal): Promise<Response> {
  return fetch(`${url}/v1beta/models/gemini-2.5-flash:${path}`, {
    method: "POST",
    headers: { "x-goog-api-key": KEY },
    body: JSON.stringify(ask("one two three four five six seven eight nine")),
    ...(signal ? { signal } : {}),
  });
}

Deno.test("sampleProjects() has three projects and five keys of the usual shape", () => {
  const keys = sampleProjects().flatMap((project) => project.keys);
  assert.equal(sampleProjects().length, 3);
  assert.equal(new Set(keys).size, 5);
  assert.ok(keys.every((key) => /^AIzaSyDEMO[0-9A-Za-z_-]{29}$/.test(key)));
});

Deno.test("serveSimulator() streams over a socket and frees everything on close()", async () => {
  const served = serveSimulator();
  const response = await post(served.url, "streamGenerateContent?alt=sse");
  assert.ok(eventsIn(await response.text()).length > 1);
  assert.equal(served.log.length, 1);
  await served.close();
  await assert.rejects(fetch(served.url), TypeError);
});

Deno.test("reset_before_head tears the connection before any byte", async () => {
  const served = serveSimulator();
  served.control.fault({ kind: "reset_before_head" });
  await assert.rejects(post(served.url, "generateContent"), TypeError);
  const after = await post(served.url, "generateContent");
  assert.equal(after.status, 200);
  await after.body?.cancel();
  await served.close();
});

Deno.test("a client that goes away ends a hanging call", async () => {
  const served = serveSimulator();
  served.control.fault({ kind: "hang", after: 1 });
  const gone = new AbortController();
  const response = await post(served.url, "streamGenerateContent?alt=sse", gone.signal);
  const reader = response.body!.getReader();
  await reader.read();
  gone.abort();
  await assert.rejects(reader.read());
  while (served.log[0]?.ending === undefined) await new Promise((done) => setTimeout(done, 1));
  assert.equal(served.log[0]?.ending, "cancelled");
  await served.close();
});

Deno.test("the benchmark reply is the same bytes for every call", async () => {
  const served = serveSimulator({ benchmark: { chunks: 5 } });
  const stream = await (await post(served.url, "streamGenerateContent?alt=sse")).text();
  assert.equal(eventsIn(stream).length, 5);
  assert.equal(await (await post(served.url, "streamGenerateContent?alt=sse")).text(), stream);
  const whole = await (await post(served.url, "generateContent")).json();
  assert.deepEqual(whole.usageMetadata, eventsIn(stream).at(-1)?.usageMetadata);
  await served.close();
});
