/** An upstream that serves one model well and answers every call of any other with the next of many hostilities. */
import {
  chunk,
  endless,
  gzipOfZeros,
  head,
  HostileUpstream,
  type Hostility,
  trickle,
  whole,
} from "../../tests/support/hostile_upstream.ts";

/** The model that is served well. */
const GOOD = "gemini-2.5-flash";
const WORDS = 10;
const WORD_MS = 5;
const SILENCE_MS = 10_000;

const sse = "text/event-stream";
const json = "application/json";
const zeros = await gzipOfZeros(200_000_000);
const garbage = crypto.getRandomValues(new Uint8Array(65_536));

async function* answer(): AsyncGenerator<string> {
  yield head(200, sse);
  for (let word = 0; word < WORDS; word++) {
    await new Promise((resolve) => setTimeout(resolve, WORD_MS));
    yield chunk(`word ${word} `, word === WORDS - 1 ? "STOP" : undefined);
  }
}

async function* silence(begin: string): AsyncGenerator<string> {
  yield begin;
  await new Promise((resolve) => setTimeout(resolve, SILENCE_MS));
}

const HOSTILITIES: readonly Hostility[] = [
  // Bodies without an end.
  () => endless("x", head(400, "text/plain")),
  () => endless("<p>Bearer ", head(404, "text/html")),
  () => endless("x", head(200, sse) + "data: "),
  () => endless("data: x\n", head(200, sse)),
  () => endless(' "a": 1,\n', head(200, sse) + "{\n"),
  () => endless("[", head(200, json)),
  () => endless("x-header: yyyyyyyyyyyyyyyyyyyyyyy\r\n", "HTTP/1.1 200 OK\r\n"),
  () => [head(200, json, `content-encoding: gzip\r\ncontent-length: ${zeros.length}\r\n`), zeros],
  // Silence.
  () => silence(""),
  () => silence(head(200, sse)),
  () => silence(head(200, sse) + chunk("first")),
  () => silence(head(503, json)),
  // Floods.
  () => endless(chunk("flood"), head(200, sse)),
  () => endless(": still here\n\n", head(200, sse)),
  () => endless("data: {}\n\n", head(200, sse) + chunk("first")),
  () => trickle("\r\n", head(200, sse), 20),
  // Garbage.
  () => [garbage],
  () => [head(200, json), garbage],
  () => [head(200, sse) + "data: ", garbage],
  () => [whole(999, json, "{}")],
  () => [whole(200, json, "null")],
  () => [whole(200, "text/html", "<script>alert(1)</script>")],
  () => [head(200, sse) + chunk("cut") + 'data: {"candidates":['],
  () => [head(200, sse) + 'data: {"error":{"code":503,"message":"No.","status":"UNAVAILABLE"}}\r\n\r\n'],
  (
    { key },
  ) => [
    whole(500, json, JSON.stringify({ error: { code: 500, message: `Bad ${key}`, status: "INTERNAL" } })),
  ],
];

let serial = 0;
/** One of them alone, by its place in the list: to find which one costs what. */
const only = Deno.args[0];
const upstream = new HostileUpstream((call) =>
  call.path.includes(`/${GOOD}:`)
    ? answer()
    : HOSTILITIES[only === undefined ? serial++ % HOSTILITIES.length : Number(only)]!(call)
);
console.log(upstream.url);
