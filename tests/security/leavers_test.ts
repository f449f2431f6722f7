import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { removeFolder } from "../support/remove_folder.ts";
import { ServedProcess } from "../support/served_process.ts";

const AT_ONCE = 30;
/** 20,000 for the long run: `deno task bench:leavers`. */
const LEAVES = Number(Deno.env.get("GEMINITRO_LEAVERS") ?? "2500");
/** After so many the program has all the code and memory that it needs for them. */
const WARM_UP = Math.floor(LEAVES / 2);
/** MiB by which memory may differ from what it was after the first half, once the rest is gone. */
const MOST_GROWTH = 64;
/**
 * Files by which it may differ: connections to Google that wait for the next call count among them, one for each client
 * that called at once, and how many there are at this moment is chance. What each leave lost would be over a thousand.
 */
const MOST_FILES = AT_ONCE;
const MODEL = "gemini-2.5-flash";

/** The lanes on which a reply is streamed. */
const LANES: readonly (readonly [path: string, body: unknown])[] = [
  [`/v1beta/models/${MODEL}:streamGenerateContent?alt=sse`, { contents: [{ parts: [{ text: "a" }] }] }],
  [`/v1beta/models/${MODEL}:streamGenerateContent`, { contents: [{ parts: [{ text: "a" }] }] }],
  ["/v1/chat/completions", { model: MODEL, stream: true, messages: [{ role: "user", content: "a" }] }],
  ["/v1/responses", { model: MODEL, stream: true, input: "a" }],
  ["/v1/messages", {
    model: MODEL,
    stream: true,
    max_tokens: 1000,
    messages: [{ role: "user", content: "a" }],
  }],
];

/** An upstream whose streams come in bursts with pauses, as Google's do; ends at any moment. */
function burstyUpstream(): Deno.HttpServer<Deno.NetAddr> & { readonly asked: { count: number } } {
  const encoder = new TextEncoder();
  const asked = { count: 0 };
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async (request) => {
    await request.body?.cancel();
    const { pathname, searchParams } = new URL(request.url);
    if (!pathname.endsWith(":streamGenerateContent")) return Response.json({ models: [] });
    asked.count++;
    const events = searchParams.get("alt") === "sse";
    const texts = Array.from({ length: 24 }, (_, index) => {
      const candidate = { index: 0, content: { role: "model", parts: [{ text: `word ${index} ` }] } };
      const json = JSON.stringify({
        candidates: [index === 23 ? { ...candidate, finishReason: "STOP" } : candidate],
      });
      return events ? `data: ${json}\r\n\r\n` : `${index === 0 ? "[" : ","}${json}${index === 23 ? "]" : ""}`;
    });
    const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
      async pull(controller) {
        const text = texts.shift();
        if (text === undefined) return controller.close();
        if (Math.random() < 0.4) await new Promise((done) => setTimeout(done, Math.random() * 3));
        controller.enqueue(encoder.encode(text));
      },
    }, { highWaterMark: 0 });
    return new Response(body, {
      headers: { "content-type": events ? "text/event-stream" : "application/json" },
    });
  });
  return Object.assign(server, { asked });
}

/** Writes a request, reads for a random while and leaves without a word. */
async function leave(port: number, [path, body]: (typeof LANES)[number]): Promise<void> {
  const bytes = new TextEncoder().encode(JSON.stringify(body));
  const head = `POST ${path} HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\nauthorization: Bearer geminitro\r\n` +
    `content-type: application/json\r\ncontent-length: ${bytes.byteLength}\r\n\r\n`;
  const connection = await Deno.connect({ hostname: "127.0.0.1", port });
  let open = true;
  const close = () => {
    if (open) connection.close();
    open = false;
  };
  // Some leave at a time, others at a word: the last ones are in one burst with the end.
  const gone = setTimeout(close, Math.random() * 300);
  const word = `word ${Math.max(0, 23 - Math.floor(Math.random() * 12))} `;
  try {
    await connection.write(new TextEncoder().encode(head));
    await connection.write(bytes);
    const buffer = new Uint8Array(4096);
    const decoder = new TextDecoder();
    while (open) {
      const count = await connection.read(buffer);
      if (count === null || decoder.decode(buffer.subarray(0, count)).includes(word)) break;
    }
  } catch {
    // Closed in the midst of it.
  }
  clearTimeout(gone);
  close();
}

/** So many clients that leave, some at a time. */
async function leavers(port: number, count: number): Promise<void> {
  let left = 0;
  await Promise.all(Array.from({ length: AT_ONCE }, async (_, serial) => {
    while (left++ < count) await leave(port, LANES[(left + serial) % LANES.length]!).catch(() => {});
  }));
}

/** Slots that are taken, and calls that run or wait. */
const BUSY_REGEXP = /^geminitro_(?:key_in_flight|queue_length|calls)\b[{ ]/;

interface Rest {
  /** Resident memory in MiB. */
  readonly memory: number;
  readonly files: number;
}

/** What the program holds once no call is under way or waits and no key is busy; undefined where there is no /proc. */
async function rested(served: ServedProcess): Promise<Rest | undefined> {
  for (let tries = 0;; tries++) {
    const headers = { authorization: "Bearer geminitro" };
    const metrics = await (await fetch(`${served.url}/metrics`, { headers })).text();
    const lines = metrics.split("\n").filter((line) => BUSY_REGEXP.test(line));
    assert.ok(lines.length >= 4, metrics.slice(0, 1_000));
    const busy = lines.filter((line) => !line.endsWith(" 0"));
    if (busy.length === 0) break;
    assert.ok(tries < 100, `after 20 s: ${busy}`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  try {
    const status = await Deno.readTextFile(`/proc/${served.pid}/status`);
    const files = [...Deno.readDirSync(`/proc/${served.pid}/fd`)].length;
    return { memory: Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024, files };
  } catch {
    return undefined;
  }
}

Deno.test("clients that leave native and translated streams at random moments end nothing but their calls", async () => {
  const upstream = burstyUpstream();
  await using served = await ServedProcess.open({
    env: {
      GEMINI_API_URL: `http://127.0.0.1:${upstream.addr.port}`,
      MAX_CONCURRENT_REQUESTS_PER_KEY: "50",
    },
  });
  const port = Number(new URL(served.url).port);
  await leavers(port, WARM_UP);
  const before = await rested(served);
  await leavers(port, LEAVES - WARM_UP);
  const after = await rested(served);
  const told = `${LEAVES} left: ${JSON.stringify(before)} after half of them, ${
    JSON.stringify(after)
  } at the end`;
  if (LEAVES > 2_500) console.log(told);
  if (before !== undefined && after !== undefined) {
    assert.ok(after.memory < before.memory + MOST_GROWTH, told);
    assert.ok(after.files <= before.files + MOST_FILES, told);
  }
  const health = await fetch(`${served.url}/api/health/live`).then(
    async (response) => (await response.body?.cancel(), response.status),
    String,
  );
  assert.equal(health, 200, served.said.slice(-800));
  assert.ok(upstream.asked.count > LEAVES / 10, `${upstream.asked.count} streams were begun`);
  assert.doesNotMatch(served.said, /nobody waited for|Uncaught/);
  assert.equal(await served.stop(), 0);
  await upstream.shutdown();
});

Deno.test("a fault that nobody waits for becomes a line without secrets in the log, and the server goes on", async () => {
  const program = fileURLToPath(new URL("faulty_program.ts", import.meta.url));
  const home = await Deno.makeTempDir({ prefix: "geminitro-fault-" });
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--no-check", "-A", program, home],
    stdin: "null",
  }).output();
  await removeFolder(home);
  const said = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
  assert.match(said, /serves on: 200/);
  assert.match(said, /ERROR .*nobody waits, and a key is in it: \[redacted\]/);
  assert.match(said, /ERROR .*a timer throws, and a key is in it: \[redacted\]/);
  assert.doesNotMatch(said, /AIza/);
  assert.equal(code, 0);
});
