/** docs/security.md: with STREAM_CONTINUE, clients that leave hold no slot and are asked for no more. */
import assert from "node:assert/strict";
import { assertIdle, until } from "../e2e/calls.ts";
import { proxyUnderTest, type UnderTest } from "../support/proxy_under_test.ts";

const encoder = new TextEncoder();
const MODEL = "gemini-2.5-flash";

function frame(text: string): Uint8Array<ArrayBuffer> {
  const candidates = [{ index: 0, content: { role: "model", parts: [{ text }] } }];
  return encoder.encode(`data: ${JSON.stringify({ candidates })}\r\n\r\n`);
}

interface Upstream extends AsyncDisposable {
  readonly url: string;
  /** Streams that were asked for. */
  asked: number;
}

/** Streams by number: each tells what becomes of it. */
function upstreamOf(
  answer: (number: number) => ReadableStream<Uint8Array> | Promise<ReadableStream<Uint8Array>>,
): Upstream {
  const server = Deno.serve({
    hostname: "127.0.0.1",
    port: 0,
    onListen: () => {},
    onError: () => new Response(),
  }, async (request) => {
    await request.body?.cancel();
    if (!new URL(request.url).pathname.endsWith(":streamGenerateContent")) {
      return Response.json({
        models: [{ name: `models/${MODEL}`, supportedGenerationMethods: ["generateContent"] }],
      });
    }
    const body = await answer(++upstream.asked);
    return new Response(body, { headers: { "content-type": "text/event-stream" } });
  });
  const upstream: Upstream = {
    url: `http://127.0.0.1:${server.addr.port}`,
    asked: 0,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
  return upstream;
}

function endless(): ReadableStream<Uint8Array> {
  return new ReadableStream({
    async pull(controller) {
      await new Promise((done) => setTimeout(done, 5));
      controller.enqueue(frame("and on "));
    },
  }, { highWaterMark: 0 });
}

/** One piece of text, then nothing until `cut` breaks it. */
function cutWhen(cut: Promise<void>): ReadableStream<Uint8Array> {
  return new ReadableStream({
    async start(controller) {
      controller.enqueue(frame("the beginning of a longer text "));
      await cut;
      controller.error(new Error("cut"));
    },
  });
}

async function open(t: UnderTest) {
  const leaving = new AbortController();
  const response = await fetch(`${t.url}/v1/chat/completions`, {
    method: "POST",
    headers: { authorization: "Bearer geminitro", "content-type": "application/json" },
    body: JSON.stringify({ model: MODEL, stream: true, messages: [{ role: "user", content: "hi" }] }),
    signal: leaving.signal,
  });
  const reader = response.body!.getReader();
  await reader.read();
  return async () => {
    leaving.abort();
    await reader.read().catch(() => {});
  };
}

/**
 * As `open`, over a connection of its own: the platform's fetch, aborted between two reads soon after a process began, now and then
 * keeps its connection, and then nobody has left.
 */
async function connect(t: UnderTest): Promise<() => void> {
  const { hostname, port } = new URL(t.url);
  const body = JSON.stringify({ model: MODEL, stream: true, messages: [{ role: "user", content: "hi" }] });
  const head = `POST /v1/chat/completions HTTP/1.1\r\nhost: ${hostname}:${port}\r\n` +
    `authorization: Bearer geminitro\r\ncontent-type: application/json\r\ncontent-length: ${body.length}`;
  const connection = await Deno.connect({ hostname, port: Number(port) });
  await connection.write(encoder.encode(`${head}\r\n\r\n${body}`));
  const buffer = new Uint8Array(4096);
  for (let text = ""; !text.includes("beginning");) {
    const count = await connection.read(buffer);
    assert.ok(count !== null, text);
    text += new TextDecoder().decode(buffer.subarray(0, count));
  }
  return () => connection.close();
}

function proxy(upstream: Upstream): Promise<UnderTest> {
  return proxyUnderTest({
    env: { STREAM_CONTINUE: "true", QUEUE_MAX_WAIT: "0", GEMINI_API_URL: upstream.url },
  });
}

Deno.test("a client that leaves while its stream is taken up elsewhere holds no slot", async () => {
  const cut = Promise.withResolvers<void>();
  const second = Promise.withResolvers<ReadableStream<Uint8Array>>();
  await using upstream = upstreamOf((number) => number === 1 ? cutWhen(cut.promise) : second.promise);
  await using t = await proxy(upstream);
  const leave = await connect(t);
  cut.resolve();
  await until(() => upstream.asked === 2);
  leave();
  await new Promise((done) => setTimeout(done, 100));
  second.resolve(endless());
  await until(() => t.proxy.services.pool.view().credentials.every(({ inFlight }) => inFlight === 0));
  assertIdle(t);
  assert.equal(upstream.asked, 2);
});

Deno.test("Google is not asked again for a client that left before its stream was cut", async () => {
  const cut = Promise.withResolvers<void>();
  await using upstream = upstreamOf((number) => number === 1 ? cutWhen(cut.promise) : endless());
  await using t = await proxy(upstream);
  const leave = await open(t);
  await leave();
  cut.resolve();
  await new Promise((done) => setTimeout(done, 300));
  assert.equal(upstream.asked, 1);
  assertIdle(t);
});

Deno.test("hundreds of leavers of cut streams leave every slot free", async () => {
  await using upstream = upstreamOf(() =>
    cutWhen(new Promise((done) => setTimeout(done, Math.random() * 30)))
  );
  await using t = await proxy(upstream);
  await Promise.all(Array.from({ length: 20 }, async () => {
    for (let turn = 0; turn < 20; turn++) {
      const leave = await open(t).catch(() => undefined);
      await new Promise((done) => setTimeout(done, Math.random() * 40));
      await leave?.();
    }
  }));
  await until(() => t.proxy.services.pool.view().credentials.every(({ inFlight }) => inFlight === 0), 10_000);
  const asked = upstream.asked;
  await new Promise((done) => setTimeout(done, 300));
  assert.equal(upstream.asked, asked, "Google is asked for nobody");
  assertIdle(t);
});
