import assert from "node:assert/strict";
import { GoogleGenAI, type LiveServerMessage, Modality } from "@google/genai";
import { KEYS, proxyUnderTest, type UnderTest } from "../support/proxy_under_test.ts";
import { assertIdle, tell, TOKEN, until } from "./calls.ts";

const MODEL = "gemini-live-2.5-flash-preview";
const PATH = "/ws/google.ai.generativelanguage.v1beta.GenerativeService.BidiGenerateContent";

/** A raw session: messages as text, and how it was closed. */
class Raw {
  readonly messages: string[] = [];
  readonly kinds = new Set<string>();
  closed: { code: number; reason: string } | undefined;
  readonly socket: WebSocket;

  constructor(url: string, setup?: unknown) {
    this.socket = new WebSocket(url.replace(/^http/, "ws"));
    this.socket.binaryType = "arraybuffer";
    this.socket.onmessage = ({ data }) => {
      this.kinds.add(typeof data);
      this.messages.push(typeof data === "string" ? data : new TextDecoder().decode(data));
    };
    this.socket.onclose = ({ code, reason }) => this.closed = { code, reason };
    if (setup !== undefined) this.socket.onopen = () => this.say({ setup });
  }

  say(message: unknown): void {
    this.socket.send(JSON.stringify(message));
  }

  ask(text: string): void {
    this.say({ clientContent: { turns: [{ role: "user", parts: [{ text }] }], turnComplete: true } });
  }

  async has(text: string): Promise<void> {
    await until(() => this.messages.some((one) => one.includes(text)));
  }
}

function open(t: UnderTest, more: Record<string, unknown> = {}, query = `key=${TOKEN}`): Raw {
  return new Raw(`${t.url}${PATH}?${query}`, { model: `models/${MODEL}`, ...more });
}

function idle(t: UnderTest): Promise<void> {
  return until(() => t.proxy.services.pool.view().credentials.every(({ inFlight }) => inFlight === 0));
}

Deno.test("live: the SDK talks, sends audio, answers a tool call, resumes and is told to go", async () => {
  await using t = await proxyUnderTest();
  const genai = new GoogleGenAI({ apiKey: TOKEN, vertexai: false, httpOptions: { baseUrl: t.url } });
  const seen: LiveServerMessage[] = [];
  const has = (find: (message: LiveServerMessage) => unknown) => until(() => seen.some(find));
  const callbacks = { onmessage: (message: LiveServerMessage) => void seen.push(message) };
  const config = { responseModalities: [Modality.TEXT], sessionResumption: {} };
  const session = await genai.live.connect({ model: MODEL, callbacks, config });
  session.sendClientContent({ turns: "hello" });
  await has(({ serverContent }) => serverContent?.modelTurn?.parts?.[0]?.text === "You said: hello");
  session.sendRealtimeInput({ audio: { data: btoa("sound"), mimeType: "audio/pcm;rate=16000" } });
  await has(({ serverContent }) => serverContent?.modelTurn?.parts?.[0]?.inlineData?.data === btoa("sound"));
  session.sendClientContent({ turns: "call the tool" });
  await has(({ toolCall }) => toolCall?.functionCalls?.[0]?.name === "weather");
  session.sendToolResponse({
    functionResponses: { id: "call-1", name: "weather", response: { output: "sun" } },
  });
  await has(({ serverContent }) => serverContent?.modelTurn?.parts?.[0]?.text?.includes("sun"));
  await has(({ sessionResumptionUpdate }) => sessionResumptionUpdate?.newHandle);
  const handle = seen.findLast(({ sessionResumptionUpdate }) => sessionResumptionUpdate)!
    .sessionResumptionUpdate!.newHandle!;
  session.close();
  await idle(t);
  const key = t.simulator.control.live.at(-1)!.key;
  for (let round = 0; round < 4; round++) {
    const again = await genai.live.connect({
      model: MODEL,
      callbacks,
      config: { ...config, sessionResumption: { handle } },
    });
    assert.equal(t.simulator.control.live.at(-1)!.key, key);
    again.close();
  }
  const last = await genai.live.connect({ model: MODEL, callbacks, config });
  last.sendClientContent({ turns: "go away" });
  await has(({ goAway }) => goAway?.timeLeft);
  await idle(t);
  await t.proxy.services.ledger.flush();
  const { items } = await t.proxy.services.ledger.requests({}, { limit: 50 });
  const first = items.filter(({ operation }) => operation === "BidiGenerateContent").at(-1)!;
  assert.deepEqual([first.status, first.outcome, first.usage?.totalTokens], [101, "ok", 60]);
  assertIdle(t);
});

Deno.test("live: ephemeral tokens go to the project that made them, and music plays", async () => {
  await using t = await proxyUnderTest();
  const genai = new GoogleGenAI({
    apiKey: TOKEN,
    vertexai: false,
    httpOptions: { baseUrl: t.url, apiVersion: "v1alpha" },
  });
  for (let round = 0; round < 3; round++) {
    const token = await genai.authTokens.create({ config: { uses: 1 } });
    const maker = t.simulator.log.at(-1)!.project;
    const browser = new GoogleGenAI({
      apiKey: token.name!,
      vertexai: false,
      httpOptions: { baseUrl: t.url, apiVersion: "v1alpha" },
    });
    const seen: LiveServerMessage[] = [];
    const session = await browser.live.connect({
      model: MODEL,
      callbacks: { onmessage: (one) => void seen.push(one) },
    });
    session.sendClientContent({ turns: "hi" });
    await until(() => seen.some(({ serverContent }) => serverContent?.turnComplete));
    session.close();
    const made = t.simulator.control.live.at(-1)!;
    assert.deepEqual([made.project, made.key], [maker, token.name]);
  }
  const notes: unknown[] = [];
  const music = await genai.live.music.connect({
    model: "models/lyria-realtime-exp",
    callbacks: { onmessage: (message) => void notes.push(message.serverContent?.audioChunks?.[0]?.data) },
  });
  await music.setWeightedPrompts({ weightedPrompts: [{ text: "jazz", weight: 1 }] });
  music.play();
  await until(() => notes.includes(btoa("note")));
  music.close();
  await idle(t);
});

Deno.test("live: a key that is refused after the upgrade is followed by the next, with the setup kept", async () => {
  await using t = await proxyUnderTest();
  t.simulator.control.liveQuota("project-1", true);
  for (let round = 0; round < 4; round++) {
    const raw = open(t);
    await raw.has("setupComplete");
    assert.deepEqual([...raw.kinds], ["object"], "Google's frames stay binary");
    raw.socket.close();
  }
  assert.ok(
    t.simulator.control.live.filter(({ setup }) => setup).every(({ project }) => project === "project-2"),
  );
  t.simulator.control.liveQuota("project-2", true);
  t.simulator.control.key(KEYS[0], "invalid");
  const none = open(t);
  await until(() => none.closed !== undefined, 20_000);
  assert.equal(none.closed?.code, 1011);
  assert.match(none.closed?.reason ?? "", /quota|limit|key/i);
  await idle(t);
});

Deno.test("live: refusals are told in a way that clients show", async () => {
  await using t = await proxyUnderTest();
  const plain = await tell(t, PATH, { headers: { authorization: "", "x-goog-api-key": TOKEN } });
  assert.equal(plain.status, 426, plain.text);
  const refused = new Raw(`${t.url}${PATH}?key=wrong`, {});
  await until(() => refused.closed !== undefined);
  assert.equal(refused.messages.length, 0);
  for (
    const [setup, code, reason] of [
      [{ model: "models/nothing" }, 1008, /nothing/],
      [{ noModel: true }, 1008, /setup/],
      [{ model: "models/gemini-2.5-flash" }, 1008, /not supported/],
    ] as const
  ) {
    const raw = new Raw(`${t.url}${PATH}?key=${TOKEN}`, setup);
    await until(() => raw.closed !== undefined);
    assert.equal(raw.closed!.code, code, JSON.stringify(raw.closed));
    assert.match(raw.closed!.reason, reason);
  }
  const later = open(t);
  await later.has("setupComplete");
  later.say({ setup: {} });
  await until(() => later.closed !== undefined);
  assert.deepEqual(later.closed, {
    code: 1007,
    reason: "setup must be the first message and only the first.",
  });
  const doubled = new Raw(`${t.url}/${PATH}?key=${TOKEN}`, { model: MODEL });
  await doubled.has("setupComplete");
  doubled.socket.close();
  await idle(t);
});

Deno.test("live: a reader that does not read holds Google back, and nobody else", async () => {
  await using t = await proxyUnderTest();
  const url = new URL(t.url);
  const slow = await Deno.connect({ hostname: url.hostname, port: Number(url.port) });
  const key = btoa("0123456789abcdef");
  await write(
    slow,
    new TextEncoder().encode(
      `GET ${PATH}?key=${TOKEN} HTTP/1.1\r\nHost: ${url.host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
        `Sec-WebSocket-Key: ${key}\r\nSec-WebSocket-Version: 13\r\n\r\n`,
    ),
  );
  await write(slow, frame(JSON.stringify({ setup: { model: MODEL } })));
  await write(
    slow,
    frame(JSON.stringify({
      clientContent: { turns: [{ role: "user", parts: [{ text: "flood 2000" }] }], turnComplete: true },
    })),
  );
  await until(() => t.simulator.control.live.some(({ sent }) => sent > 1_000_000), 10_000);
  const session = t.simulator.control.live[0]!;
  let before = -1;
  await until(async () => {
    before = session.sent;
    await new Promise((resolve) => setTimeout(resolve, 400));
    return session.sent === before;
  }, 20_000);
  assert.ok(session.sent < 40_000_000, `${session.sent} bytes were taken for a reader that reads nothing`);
  const other = open(t);
  other.socket.addEventListener("open", () => other.ask("hello"));
  await other.has("You said: hello");
  other.socket.close();
  slow.close();
  await until(() => !session.open, 10_000);
  await idle(t);
});

async function write(connection: Deno.Conn, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.byteLength;) at += await connection.write(bytes.subarray(at));
}

/** One masked text frame. */
function frame(text: string): Uint8Array {
  const bytes = new TextEncoder().encode(text);
  const head = bytes.length < 126
    ? [0x81, 0x80 | bytes.length]
    : [0x81, 0xfe, bytes.length >> 8, bytes.length & 255];
  return new Uint8Array([...head, 0, 0, 0, 0, ...bytes]);
}

Deno.test("live: 200 sessions at once; killed clients, a killed upstream and a stop leave no slot taken", async () => {
  const t = await proxyUnderTest({ env: { MAX_CONCURRENT_REQUESTS_PER_KEY: "150" } });
  const sessions = Array.from({ length: 200 }, () => open(t));
  await Promise.all(sessions.map((one) => one.has("setupComplete")));
  assert.equal(
    t.proxy.services.pool.view().credentials.reduce((sum, { inFlight }) => sum + inFlight, 0),
    200,
  );
  sessions.forEach((one, index) => one.ask(`number ${index}`));
  await Promise.all(sessions.map((one, index) => one.has(`You said: number ${index}`)));
  for (const one of sessions.slice(0, 100)) one.socket.close();
  await until(
    () => t.proxy.services.pool.view().credentials.reduce((sum, { inFlight }) => sum + inFlight, 0) === 100,
    10_000,
  );
  await t.simulator.close();
  await until(() => sessions.every(({ closed }) => closed !== undefined), 10_000);
  assert.equal(sessions.at(-1)!.closed?.code, 1011);
  await idle(t);
  await t.serving.stop(500);
});
