/** Every way of asking for a turn, and a proxy before a hostile upstream. */
import assert from "node:assert/strict";
import { ask, askNative, DIALECT_NAMES, read, send, type Told } from "../e2e/calls.ts";
import { fastClock } from "../e2e/fast_clock.ts";
import { HostileUpstream, type Hostility } from "./hostile_upstream.ts";
import { proxyUnderTest, type UnderTest } from "./proxy_under_test.ts";

/** How fast the proxy's time goes: the pauses between its tries, which these cases meet by the hundred, are short then. */
const SPEED = 10;

/** Patience that a test can wait for. */
const FAST = {
  TIMEOUT_CONNECT: inProxyTime(500),
  TIMEOUT_WRITE: inProxyTime(500),
  TIMEOUT_READ_NON_STREAMING: inProxyTime(500),
  TIMEOUT_READ_STREAMING: inProxyTime(1_500),
  MAX_REPLY_BYTES: "8388608",
};

/** A setting of the proxy that is over when so many milliseconds have passed here. */
export function inProxyTime(ms: number): string {
  return String(ms * SPEED);
}

/** Every way of asking for a turn. */
export const LANES:
  readonly (readonly [name: string, stream: boolean, ask: (t: UnderTest) => Promise<Told>])[] = [
    ...DIALECT_NAMES.flatMap((dialect) =>
      [false, true].map((stream) =>
        [
          `${dialect}${stream ? " streamed" : ""}`,
          stream,
          (t: UnderTest) => ask(t, dialect, { stream }),
        ] as const
      )
    ),
    ["native", false, (t) => askNative(t, "generateContent")],
    ["native streamed", true, (t) => askTail(t, "streamGenerateContent?alt=sse")],
    ["native streamed as an array", true, (t) => askTail(t, "streamGenerateContent")],
  ];

/** A native stream passes what comes, up to its bounds: its end is what a client goes by. */
async function askTail(t: UnderTest, method: string): Promise<Told> {
  const body = { contents: [{ role: "user", parts: [{ text: "hello" }] }] };
  const response = await send(t, `/v1beta/models/gemini-2.5-flash:${method}`, { body });
  const decoder = new TextDecoder();
  let text = "";
  for await (const piece of response.body!) text = (text + decoder.decode(piece)).slice(-4_000);
  return await read(new Response(text, response));
}

/** A proxy before an upstream that answers so. */
export async function hostile(
  hostility: Hostility,
  run: (t: UnderTest, upstream: HostileUpstream) => Promise<void>,
  env: Readonly<Record<string, string>> = {},
): Promise<void> {
  await using upstream = new HostileUpstream(hostility);
  await using t = await proxyUnderTest({
    env: { ...FAST, GEMINI_API_URL: upstream.url, ...env },
    ports: { clock: fastClock(SPEED) },
  });
  await run(t, upstream);
}

/** A reply that says in its dialect that it is no success: by status, or in the stream. */
export function assertFailed(told: Told, name: string): void {
  if (told.status >= 400) assert.equal(typeof (told.json["error"] ?? told.json["message"]), "object", name);
  else assert.match(told.text, /"error"|response\.failed/, `${name}: ${told.text.slice(0, 300)}`);
  assert.ok(told.text.length < 100_000, `${name}: ${told.text.length} characters`);
}
