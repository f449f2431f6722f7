/** docs/security.md: what somebody without a token can make the server read, keep and compute. */
import assert from "node:assert/strict";
import { ServedProcess } from "../support/served_process.ts";

const HUGE = 500_000_000;
/** What the two sockets on the way may hold though nobody reads. */
const IN_SOCKETS = 16_000_000;

interface Sent {
  readonly taken: number;
  readonly answer: string;
}

/** Sends a head and a body until the server answers or hangs up; tells how many bytes were taken off our hands. */
async function pour(
  port: number,
  path: string,
  headers: readonly string[],
  piece: Uint8Array,
  total = HUGE,
): Promise<Sent> {
  const connection = await Deno.connect({ hostname: "127.0.0.1", port });
  const head = [`POST ${path} HTTP/1.1`, `Host: 127.0.0.1:${port}`, ...headers, "Connection: close", "", ""];
  await connection.write(new TextEncoder().encode(head.join("\r\n")));
  let taken = 0;
  const pouring = (async () => {
    while (taken < total) taken += await connection.write(piece);
  })().catch(() => {});
  // The first bytes of an answer are enough; a server that hangs up has answered too.
  const buffer = new Uint8Array(4096);
  const count = await connection.read(buffer).catch(() => null);
  connection.close();
  await pouring;
  return { taken, answer: new TextDecoder().decode(buffer.subarray(0, count ?? 0)) };
}

const FORM_TYPE = "application/x-www-form-urlencoded";
const FORM = `Content-Type: ${FORM_TYPE}`;
const JSON_TYPE = "Content-Type: application/json";
const LENGTH = `Content-Length: ${HUGE}`;
const CHUNKED = "Transfer-Encoding: chunked";

function own(port: number): string[] {
  return [`Origin: http://127.0.0.1:${port}`, "Sec-Fetch-Site: same-origin"];
}

/** One chunk of a chunked body. */
function chunk(text: string): Uint8Array {
  return new TextEncoder().encode(`${text.length.toString(16)}\r\n${text}\r\n`);
}

async function memoryOf(pid: number): Promise<number> {
  const status = await Deno.readTextFile(`/proc/${pid}/status`);
  return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? 0) * 1024;
}

Deno.test({
  name: "nobody without a token makes the server read or keep a large body, on any route",
  ignore: Deno.build.os !== "linux",
  async fn() {
    await using served = await ServedProcess.open();
    const port = Number(new URL(served.url).port);
    // The pages are loaded with the first request for one.
    await (await fetch(`${served.url}/dashboard/login`)).body?.cancel();
    const before = await memoryOf(served.pid);
    const raw = new TextEncoder().encode("a=b&".repeat(16_000));
    const chunked = chunk("a=b&".repeat(16_000));
    const cases: readonly (readonly [path: string, headers: readonly string[], piece: Uint8Array])[] = [
      ["/dashboard/login", [...own(port), FORM, LENGTH], raw],
      ["/dashboard/login", [...own(port), FORM, CHUNKED], chunked],
      ["/dashboard/login", [...own(port), "Content-Type: multipart/form-data; boundary=x", LENGTH], raw],
      ["/dashboard/login", ["Origin: https://evil.example", FORM, LENGTH], raw],
      ["/dashboard/login", ["Origin: https://evil.example", FORM, CHUNKED], chunked],
      ["/dashboard/logout", [...own(port), FORM, CHUNKED], chunked],
      ["/dashboard/keys", [...own(port), FORM, CHUNKED], chunked],
      ["/oauth-callback", [...own(port), FORM, CHUNKED], chunked],
      ["/nowhere", [FORM, CHUNKED], chunked],
      ["/api/keys", [JSON_TYPE, CHUNKED], chunked],
      ["/api/health", [JSON_TYPE, CHUNKED], chunked],
      ["/metrics", [JSON_TYPE, CHUNKED], chunked],
      ["/v1/chat/completions", [JSON_TYPE, CHUNKED], chunked],
      ["/v1beta/models/gemini-2.5-flash:generateContent", [JSON_TYPE, CHUNKED], chunked],
      ["/upload/v1beta/files", ["Content-Type: video/mp4", CHUNKED], chunked],
      ["/api/hello", [JSON_TYPE, CHUNKED], chunked],
    ];
    for (const [path, headers, piece] of cases) {
      const { taken, answer } = await pour(port, path, headers, piece);
      assert.ok(taken < IN_SOCKETS, `${path} ${headers.join()}: ${taken} bytes were taken`);
      // A client that is still sending may see the end of the connection before the answer.
      assert.match(answer, /^(HTTP\/1\.1 (4\d\d|303) |$)/, `${path}: ${answer.slice(0, 100)}`);
    }
    const grown = await memoryOf(served.pid) - before;
    assert.ok(grown < 80_000_000, `the server grew by ${grown} bytes`);
    assert.equal((await served.ask()).status, 200);
  },
});

Deno.test("the login takes the small form of its own page and nothing else", async () => {
  await using served = await ServedProcess.open();
  const { origin } = new URL(served.url);
  const login = async (body: BodyInit, type: string | undefined = undefined, from = origin) => {
    const response = await fetch(`${origin}/dashboard/login`, {
      method: "POST",
      headers: { origin: from, "sec-fetch-site": "same-origin", ...(type ? { "content-type": type } : {}) },
      body,
      redirect: "manual",
    });
    await response.body?.cancel();
    return response.status;
  };
  const form = (more = "") => new URLSearchParams(`token=geminitro${more}`);
  assert.equal(await login(form()), 303);
  assert.equal(await login(form(`&x=${"y".repeat(5_000)}`)), 413);
  assert.equal(await login(form("&a=b".repeat(100))), 400);
  assert.equal(await login(`token=geminitro${"&".repeat(3_000)}`, FORM_TYPE), 400);
  assert.equal(await login("token=geminitro", "text/plain"), 415);
  const multipart = new FormData();
  multipart.set("token", "geminitro");
  assert.equal(await login(multipart), 415);
  assert.equal(await login(form(), undefined, "https://evil.example"), 403);
  // None of those was a guess: the owner is not made to wait.
  assert.equal(await login(form()), 303);
});
