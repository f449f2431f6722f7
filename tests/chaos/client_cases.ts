import assert from "node:assert/strict";
import type { ChaosCase } from "./chaos_case.ts";
import { ChaosBench, MODEL, tally } from "./chaos_bench.ts";

const encoder = new TextEncoder();

/** A request as it stands on the wire. */
function wire(bench: ChaosBench, body: string): { readonly head: Uint8Array; readonly body: Uint8Array } {
  const bytes = encoder.encode(body);
  const head = [
    "POST /v1/chat/completions HTTP/1.1",
    `Host: 127.0.0.1:${bench.serving.port}`,
    "Authorization: Bearer geminitro",
    "Content-Type: application/json",
    `Content-Length: ${bytes.byteLength}`,
  ].join("\r\n");
  return { head: encoder.encode(`${head}\r\n\r\n`), body: bytes };
}

async function writeAll(connection: Deno.TcpConn, bytes: Uint8Array): Promise<void> {
  for (let sent = 0; sent < bytes.byteLength;) sent += await connection.write(bytes.subarray(sent));
}

const PIECES = 600;
/** Occurs nowhere else in a reply. */
const LETTER = "~";
const PIECE = LETTER.repeat(64 * 1024);

/** A reply of 40 MB in pieces of 64 KiB. */
function largeReply(): string[] {
  const chunk = (text: string, more: object = {}) =>
    `data: ${
      JSON.stringify({ candidates: [{ index: 0, content: { role: "model", parts: [{ text }] }, ...more }] })
    }\r\n\r\n`;
  return [...Array.from({ length: PIECES }, () => chunk(PIECE)), chunk("end", { finishReason: "STOP" })];
}

/** Reads to the end of a reply whose connection is kept; gives how often `piece` is in it and whether it ended well. */
async function readStream(
  connection: Deno.TcpConn,
): Promise<{ readonly letters: number; readonly done: boolean }> {
  const buffer = new Uint8Array(256 * 1024);
  const decoder = new TextDecoder();
  let letters = 0;
  let tail = "";
  while (!tail.includes("data: [DONE]")) {
    const count = await connection.read(buffer);
    if (count === null) return { letters, done: false };
    const text = decoder.decode(buffer.subarray(0, count), { stream: true });
    for (const letter of text) if (letter === LETTER) letters++;
    tail = (tail + text).slice(-100);
  }
  return { letters, done: true };
}

const slowReader: ChaosCase = {
  fault: "A client that reads slowly",
  made: "a reply of 40 MB whose client reads nothing for 1.5 s, with 20 other calls meanwhile",
  async run() {
    await using bench = await ChaosBench.open();
    bench.simulator.control.replay(largeReply(), {
      contentType: "text/event-stream",
      match: { method: "streamGenerateContent" },
    });
    using slow = await Deno.connect({ hostname: "127.0.0.1", port: bench.serving.port });
    const messages = [{ role: "user", content: "a lot" }];
    const request = wire(bench, JSON.stringify({ model: MODEL, messages, stream: true }));
    await writeAll(slow, request.head);
    await writeAll(slow, request.body);
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    const passed = bench.link.passedBack;
    assert.ok(passed > 64 * 1024 && passed < 25_000_000, `${passed} bytes were taken for nobody`);
    assert.equal(tally(await bench.crowd(20)).whole, 20);
    const { letters, done } = await readStream(slow);
    assert.ok(done);
    assert.equal(letters, PIECES * PIECE.length);
    bench.assertIdle();
    return {
      client: "its reply, as quickly as it reads; the others notice nothing",
      kept: "all 40 MB arrive; what is not read is not taken from the upstream either, so memory stays small",
      heals: "nothing to heal",
    };
  },
};

const slowWriter: ChaosCase = {
  fault: "Clients that write slowly",
  made: "30 clients that send half of a request and stop, with 20 other calls meanwhile",
  async run() {
    await using bench = await ChaosBench.open({ env: { MAX_CONCURRENT_REQUESTS_PER_KEY: "2" } });
    const request = wire(
      bench,
      JSON.stringify({ model: MODEL, messages: [{ role: "user", content: "hello" }] }),
    );
    const slow: Deno.TcpConn[] = [];
    for (let index = 0; index < 30; index++) {
      const connection = await Deno.connect({ hostname: "127.0.0.1", port: bench.serving.port });
      await writeAll(connection, request.head);
      await writeAll(connection, request.body.subarray(0, 20));
      slow.push(connection);
    }
    bench.assertIdle();
    assert.equal(tally(await bench.crowd(20)).whole, 20);
    const [first, ...rest] = slow;
    assert.ok(first !== undefined);
    await writeAll(first, request.body.subarray(20));
    const buffer = new Uint8Array(4096);
    const count = await first.read(buffer);
    assert.match(new TextDecoder().decode(buffer.subarray(0, count ?? 0)), /^HTTP\/1\.1 200/);
    for (const connection of [first, ...rest]) connection.close();
    assert.equal((await bench.chat()).status, 200);
    bench.assertIdle();
    return {
      client: "an answer once its request is whole; the others notice nothing",
      kept: "no slot and no key is taken before a request is whole",
      heals: "with the end of the connections",
    };
  },
};

export const clientCases: readonly ChaosCase[] = [slowReader, slowWriter];
