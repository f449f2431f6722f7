/** docs/security.md: the program ends when it is asked to, whatever clients do. */
import assert from "node:assert/strict";
import { ServedProcess } from "../support/served_process.ts";

const TOKEN = "Authorization: Bearer geminitro";
const JSON_TYPE = "Content-Type: application/json";

/** Requests that never become whole, on every kind of route, with a token and without. */
const HALF: readonly (readonly [path: string, ...head: string[]])[] = [
  ["/v1/chat/completions", TOKEN, JSON_TYPE, "Content-Length: 1000"],
  ["/v1/chat/completions", TOKEN, JSON_TYPE, "Transfer-Encoding: chunked"],
  ["/v1beta/models/gemini-2.5-flash:generateContent", TOKEN, JSON_TYPE, "Content-Length: 1000"],
  ["/upload/v1beta/files", TOKEN, "Content-Type: video/mp4", "Content-Length: 1000"],
  ["/api/keys", TOKEN, JSON_TYPE, "Content-Length: 1000"],
  ["/dashboard/login", "Content-Type: application/x-www-form-urlencoded", "Content-Length: 1000"],
  ["/nowhere", "Content-Length: 1000"],
];

async function halfSent(port: number): Promise<Deno.TcpConn[]> {
  const open: Deno.TcpConn[] = [];
  for (const [path, ...head] of HALF) {
    const connection = await Deno.connect({ hostname: "127.0.0.1", port });
    const origin = [`Origin: http://127.0.0.1:${port}`, "Sec-Fetch-Site: same-origin"];
    const lines = [`POST ${path} HTTP/1.1`, `Host: 127.0.0.1:${port}`, ...origin, ...head, "", ""];
    await connection.write(
      new TextEncoder().encode(lines.join("\r\n") + (head.at(-1)!.endsWith("chunked") ? "3\r\n{" : "{")),
    );
    open.push(connection);
  }
  // A head without its end, a connection without a word, and one that reads nothing of its events.
  for (
    const text of [
      "GET /v1/models HTTP/1.1\r\nHost: x",
      "",
      `GET /api/events HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n${TOKEN}\r\n\r\n`,
    ]
  ) {
    const connection = await Deno.connect({ hostname: "127.0.0.1", port });
    if (text !== "") await connection.write(new TextEncoder().encode(text));
    open.push(connection);
  }
  return open;
}

Deno.test("SIGTERM with half-sent requests on every route ends the program in its grace period, with code 0", async () => {
  await using served = await ServedProcess.open();
  const open = await halfSent(Number(new URL(served.url).port));
  assert.equal((await served.ask()).status, 200);
  const started = performance.now();
  assert.equal(await served.stop(), 0, served.said.slice(-500));
  const took = performance.now() - started;
  assert.ok(took < 9_500, `${Math.round(took)} ms`);
  for (const connection of open) connection.close();
});

Deno.test("a stream under way is served to its end before the program goes, half-sent requests beside it or not", async () => {
  const encoder = new TextEncoder();
  const upstream = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async (request) => {
    await request.body?.cancel();
    if (!request.url.includes("streamGenerateContent")) return Response.json({ models: [] });
    let pieces = 0;
    const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
      async pull(controller) {
        if (pieces === 30) return controller.close();
        await new Promise((done) => setTimeout(done, 100));
        const last = ++pieces === 30 ? { finishReason: "STOP" } : {};
        const candidates = [{
          index: 0,
          content: { role: "model", parts: [{ text: `${pieces} ` }] },
          ...last,
        }];
        controller.enqueue(encoder.encode(`data: ${JSON.stringify({ candidates })}\r\n\r\n`));
      },
    });
    return new Response(body, { headers: { "content-type": "text/event-stream" } });
  });
  await using served = await ServedProcess.open({
    env: { GEMINI_API_URL: `http://127.0.0.1:${upstream.addr.port}` },
  });
  const response = await fetch(`${served.url}/v1/chat/completions`, {
    method: "POST",
    headers: { authorization: "Bearer geminitro", "content-type": "application/json" },
    body: JSON.stringify({
      model: "gemini-2.5-flash",
      stream: true,
      messages: [{ role: "user", content: "hi" }],
    }),
  });
  const open = await halfSent(Number(new URL(served.url).port));
  const stopped = served.stop();
  const text = await response.text();
  assert.match(text, /data: \[DONE\]/, text.slice(-300));
  assert.equal(await stopped, 0);
  for (const connection of open) connection.close();
  await upstream.shutdown();
});
