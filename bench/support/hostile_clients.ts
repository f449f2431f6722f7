/**
 * Hostile clients for a number of seconds: `hostile_clients.ts <url> <token> <seconds> [kind]`. Prints how often each
 * kind came, as JSON, and which of them the server did not survive shows in the server. Ends soon after its time,
 * whatever the server does, and says which clients it did not let go.
 */
const [url = "", token = "", seconds = "60", only] = Deno.args;
const end = performance.now() + Number(seconds) * 1000;
const port = Number(new URL(url).port);
const encoder = new TextEncoder();

/** The model that is answered well, and one whose every answer is hostile. */
const GOOD = "gemini-2.5-flash";
const BAD = "gemini-2.5-pro";
const AUTHORIZED = `authorization: Bearer ${token}\r\n`;

const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** Sends raw bytes, reads for at most `ms` and leaves. */
async function raw(pieces: Iterable<string>, ms: number): Promise<void> {
  const connection = await Deno.connect({ hostname: "127.0.0.1", port });
  let open = true;
  const close = () => {
    if (open) connection.close();
    open = false;
  };
  const timer = setTimeout(close, ms);
  try {
    for (const piece of pieces) {
      for (let bytes = encoder.encode(piece); bytes.length > 0;) {
        bytes = bytes.subarray(await connection.write(bytes));
      }
    }
    const buffer = new Uint8Array(16_384);
    while (open && await connection.read(buffer) !== null);
  } finally {
    clearTimeout(timer);
    close();
  }
}

/** A request's head and the beginning of its body. */
function request(path: string, headers: string, body: string, length = encoder.encode(body).length): string {
  return `POST ${path} HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\n${headers}content-type: application/json\r\n` +
    `content-length: ${length}\r\n\r\n${body}`;
}

function* repeated(begin: string, piece: string, times: number): Generator<string> {
  yield begin;
  for (let turn = 0; turn < times; turn++) yield piece;
}

const turn = (model: string, stream: boolean) =>
  JSON.stringify({ model, stream, max_tokens: 100, messages: [{ role: "user", content: "hello" }] });

/** Asks for an answer that is hostile, on one of the lanes, and reads it to its end. */
async function asksHostile(serial: number): Promise<void> {
  const stream = serial % 2 === 0;
  const native = JSON.stringify({ contents: [{ role: "user", parts: [{ text: "hello" }] }] });
  const [path, body] = ([
    ["/v1/chat/completions", turn(BAD, stream)],
    ["/v1/messages", turn(BAD, stream)],
    ["/v1/responses", JSON.stringify({ model: BAD, stream, input: "hello" })],
    [`/v1beta/models/${BAD}:${stream ? "streamGenerateContent?alt=sse" : "generateContent"}`, native],
  ] as const)[(serial >> 1) % 4]!;
  const response = await fetch(url + path, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body,
    signal: AbortSignal.timeout(15_000),
  });
  for await (const _ of response.body!);
}

async function wrongToken(serial: number): Promise<void> {
  const response = await fetch(`${url}/v1/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer wrong-${serial}`, "content-type": "application/json" },
    body: turn(GOOD, false),
  });
  await response.body?.cancel();
}

const LOGIN = "/dashboard/login";
const CHAT = "/v1/chat/completions";

/** The number of clients of each kind, and the repeated action of one. */
const KINDS: Readonly<
  Record<string, readonly [clients: number, pause: number, act: (serial: number) => Promise<void>]>
> = {
  "asked for hostile answers": [50, 20, asksHostile],
  "sent half a body": [10, 50, () => raw([request(CHAT, AUTHORIZED, '{"model":', 1_000_000)], 3_000)],
  "left a stream": [10, 20, () => raw([request(CHAT, AUTHORIZED, turn(GOOD, true))], Math.random() * 150)],
  "had a wrong token": [10, 5, wrongToken],
  "had a token that is garbage": [
    4,
    10,
    () => raw([request(CHAT, `authorization: Bearer ${"\u00ff((".repeat(5_000)}\r\n`, "{}")], 2_000),
  ],
  "sent a huge head": [
    6,
    20,
    () =>
      raw(
        repeated(`GET / HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\n`, `x: ${"y".repeat(4_000)}\r\n`, 500),
        2_000,
      ),
  ],
  "sent a huge form": [
    5,
    20,
    () => raw(repeated(request(LOGIN, "", "", 500_000_000), "a=1&".repeat(16_384), 200), 3_000),
  ],
  "sent what is no HTTP": [
    5,
    20,
    () => raw(["\u0000\u0001\u0002 nothing\r\n\r\n", "x".repeat(100_000)], 2_000),
  ],
};

const counts: Record<string, number> = {};
/** How many clients of each kind are in the middle of an act. */
const open: Record<string, number> = {};
let serial = 0;
const all = Promise.all(
  Object.entries(KINDS).filter(([kind]) => only === undefined || kind === only).flatMap(([
    kind,
    [clients, pause, act],
  ]) =>
    Array.from({ length: clients }, async () => {
      while (performance.now() < end) {
        open[kind] = (open[kind] ?? 0) + 1;
        // Being refused, cut off or too late is what these clients are for.
        await act(serial++).catch(() => {});
        open[kind]--;
        counts[kind] = (counts[kind] ?? 0) + 1;
        await sleep(pause);
      }
    })
  ),
);
// The longest act takes fifteen seconds, when the server keeps none of them.
const late = await Promise.race([
  all.then(() => false),
  sleep(end - performance.now() + 20_000).then(() => true),
]);
console.log(JSON.stringify(counts));
if (late) {
  console.log(
    `still open: ${
      JSON.stringify(Object.fromEntries(Object.entries(open).filter(([, count]) => count > 0)))
    }`,
  );
}
Deno.exit(0);
