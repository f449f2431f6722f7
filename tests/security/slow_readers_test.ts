/** docs/security.md, "What a request can carry": clients that read slowly, or not at all. */
import assert from "node:assert/strict";
import { DIALECTS, MODEL, TOKEN, until } from "../e2e/calls.ts";
import { hostile, inProxyTime } from "../support/hostile_lanes.ts";
import { chunk, head, type Hostility, json } from "../support/hostile_upstream.ts";
import type { UnderTest } from "../support/proxy_under_test.ts";

/** More than the buffers of the sockets on the way take. */
const PIECES = 120;
const PIECE = "x".repeat(60_000);
const NATIVE = JSON.stringify({ contents: [{ role: "user", parts: [{ text: "hello" }] }] });

const LANES: Readonly<Record<string, readonly [path: string, body: string | undefined]>> = {
  ...Object.fromEntries(
    Object.entries(DIALECTS).map(([name, { path, body }]) => [
      name,
      [path, JSON.stringify(body("hello", { stream: true }))],
    ]),
  ),
  native: [`/v1beta/models/${MODEL}:streamGenerateContent?alt=sse`, NATIVE],
  "native as an array": [`/v1beta/models/${MODEL}:streamGenerateContent`, NATIVE],
  file: ["/v1beta/files/1:download?alt=media", undefined],
};

const large: Hostility = function* ({ path }) {
  if (path === "/v1beta/files/1") return yield json({ name: "files/1", state: "ACTIVE" });
  const file = path.includes("media");
  yield head(200, file ? "video/mp4" : "text/event-stream");
  for (let piece = 0; piece < PIECES; piece++) yield file ? PIECE : chunk(PIECE);
  yield file ? "end" : chunk("end", "STOP");
};

/** A client that has sent its request and has read nothing yet. */
async function asked(t: UnderTest, lane: string): Promise<Deno.TcpConn> {
  const port = Number(new URL(t.url).port);
  const [path, body] = LANES[lane]!;
  const connection = await Deno.connect({ hostname: "127.0.0.1", port });
  const lines = [
    `${body === undefined ? "GET" : "POST"} ${path} HTTP/1.1`,
    `host: 127.0.0.1:${port}`,
    `authorization: Bearer ${TOKEN}`,
    "content-type: application/json",
    `content-length: ${body?.length ?? 0}`,
    "connection: close",
  ];
  await connection.write(new TextEncoder().encode(`${lines.join("\r\n")}\r\n\r\n${body ?? ""}`));
  return connection;
}

/** Reads until the connection ends; the last words, and how many bytes there were. */
async function readAll(connection: Deno.TcpConn): Promise<{ readonly size: number; readonly tail: string }> {
  const decoder = new TextDecoder("latin1");
  const buffer = new Uint8Array(65_536);
  let size = 0;
  let tail = "";
  try {
    for (let count = await connection.read(buffer); count !== null; count = await connection.read(buffer)) {
      size += count;
      tail = (tail + decoder.decode(buffer.subarray(0, count))).slice(-2_000);
    }
  } catch {
    // It was broken off.
  }
  return { size, tail };
}

const inFlight = (t: UnderTest) =>
  t.proxy.services.pool.view().credentials.reduce((sum, one) => sum + one.inFlight, 0);

function blamed(t: UnderTest): string[] {
  const events: string[] = [];
  t.proxy.services.pool.subscribe((event) => void events.push(JSON.stringify(event)));
  return events;
}

const SETTINGS = {
  MAX_CONCURRENT_REQUESTS_PER_KEY: "20",
  MAX_REPLY_BYTES: "67108864",
  TIMEOUT_READ_STREAMING: inProxyTime(1_500),
};

Deno.test("a client that reads nothing gives its slot back after TIMEOUT_CLIENT, on every lane, and no key is blamed", async () => {
  await hostile(large, async (t) => {
    const events = blamed(t);
    const connections = await Promise.all(Object.keys(LANES).map((lane) => asked(t, lane)));
    await until(() => inFlight(t) === connections.length);
    await until(() => inFlight(t) === 0);
    for (const [index, lane] of Object.keys(LANES).entries()) {
      const { size, tail } = await readAll(connections[index]!);
      assert.ok(size < PIECES * PIECE.length, `${lane}: ${size} bytes`);
      assert.ok(!tail.endsWith(LAST_CHUNK), `${lane}: ${tail.slice(-300)}`);
      connections[index]!.close();
    }
    assert.deepEqual(events, []);
    const { items } = await t.proxy.services.ledger.requests({}, { limit: 20 });
    assert.equal(
      items.filter((one) => /TIMEOUT_CLIENT/.test(JSON.stringify(one))).length,
      connections.length,
    );
  }, { ...SETTINGS, TIMEOUT_CLIENT: inProxyTime(2_500) });
});

Deno.test("a client that reads slowly gets the whole reply, on every lane, and its pauses are not Google's", async () => {
  await hostile(large, async (t) => {
    const events = blamed(t);
    const connections = await Promise.all(Object.keys(LANES).map((lane) => asked(t, lane)));
    await until(() => inFlight(t) === connections.length);
    const { clock } = t.proxy.services.ports;
    const over = clock.now() + 1.5 * Number(SETTINGS.TIMEOUT_READ_STREAMING);
    await until(() => clock.now() > over);
    for (const [index, lane] of Object.keys(LANES).entries()) {
      const { size, tail } = await readAll(connections[index]!);
      assert.ok(size > PIECES * PIECE.length, `${lane}: ${size} bytes, ${tail.slice(-300)}`);
      assert.ok(tail.endsWith(LAST_CHUNK) && !tail.includes('"error":{'), `${lane}: ${tail.slice(-300)}`);
      connections[index]!.close();
    }
    await until(() => inFlight(t) === 0);
    assert.deepEqual(events, []);
  }, SETTINGS);
});

/** The end of a whole body in chunks. */
const LAST_CHUNK = "\r\n0\r\n\r\n";
