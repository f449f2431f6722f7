import assert from "node:assert/strict";
import { serveSimulator } from "../../src/sim/mod.ts";
import { systemClock } from "../../src/system/mod.ts";
import { KEYS } from "../support/proxy_under_test.ts";
import { type Json, list, MODEL, TOKEN } from "./calls.ts";
import { removeFolder } from "../support/remove_folder.ts";
import { ReservedPort } from "../support/reserved_port.ts";

const ROOT = new URL("../../", import.meta.url).pathname;

interface Running {
  readonly url: string;
  kill(): Promise<void>;
}

/** Starts the real server on a database file; it says where it listens by answering. */
async function start(home: string, upstream: string, port: number): Promise<Running> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "main.ts"],
    cwd: ROOT,
    env: {
      GEMINITRO_HOME: home,
      GEMINI_API_URL: upstream,
      GEMINI_API_KEYS: KEYS.join(),
      PORT: String(port),
      HOST: "127.0.0.1",
      LOG_LEVEL: "error",
    },
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  const url = `http://127.0.0.1:${port}`;
  for (let tries = 0; tries < 400; tries++) {
    const up = await fetch(`${url}/api/health`).then(
      async (reply) => (await reply.body?.cancel(), reply.ok),
      () => false,
    );
    if (up) break;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return {
    url,
    async kill() {
      child.kill("SIGKILL");
      await child.status;
    },
  };
}

interface Outcome {
  readonly stream: boolean;
  /** The client was given this to believe. */
  readonly whole: boolean;
  readonly text: string;
}

/** One call; `whole` is what a client would take for a complete answer. */
async function call(url: string, index: number, model = MODEL): Promise<Outcome> {
  const stream = index % 2 === 0;
  const text = `call-${index} ` + "word ".repeat(60);
  try {
    const response = await fetch(`${url}/v1/chat/completions`, {
      method: "POST",
      headers: { authorization: `Bearer ${TOKEN}`, "content-type": "application/json" },
      body: JSON.stringify({ model, stream, messages: [{ role: "user", content: text }] }),
    });
    const body = await response.text();
    if (!response.ok) return { stream, whole: false, text: "" };
    if (!stream) {
      const reply = JSON.parse(body) as { choices: { message: { content: string } }[] };
      return { stream, whole: true, text: reply.choices[0]!.message.content };
    }
    const said = [...body.matchAll(/"content":"([^"]*)"/g)].map((match) => match[1]).join("");
    return { stream, whole: body.endsWith("data: [DONE]\n\n"), text: said };
  } catch {
    return { stream, whole: false, text: "" };
  }
}

async function get(url: string, path: string): Promise<Json[]> {
  const response = await fetch(url + path, { headers: { authorization: `Bearer ${TOKEN}` } });
  const body: unknown = await response.json();
  assert.equal(response.status, 200, JSON.stringify(body));
  return Array.isArray(body) ? list(body) : list((body as Json)["keys"]);
}

/** What rests, and until when. */
function cooled({ cooldowns }: Json): unknown[] {
  return list(cooldowns).map(({ scope, until }) => [scope, until]);
}

Deno.test("kill -9 under load loses no key, no cooldown, no count, and tells nobody half an answer as whole", async () => {
  const home = await Deno.makeTempDir();
  const simulator = serveSimulator({
    clock: systemClock,
    tokensPerSecond: 300,
    projects: [
      { id: "p1", keys: [KEYS[0]], limits: { "gemini-2.5-pro": { rpd: 0 } } },
      { id: "p2", keys: [KEYS[1]] },
    ],
  });
  using reserved = new ReservedPort();
  const { port } = reserved;
  let server = await start(home, simulator.url, port);
  try {
    for (let index = 0; index < 8; index++) assert.ok((await call(server.url, index)).whole);
    simulator.control.key(KEYS[1], "leaked");
    await call(server.url, 8);
    await call(server.url, 9);
    assert.equal((await call(server.url, 11, "gemini-2.5-pro")).whole, false);
    // What was recorded is written by the reading below; what the pool has learned, in batches of its own.
    await new Promise((resolve) => setTimeout(resolve, 1000));
    const before = await get(server.url, "/api/keys/safe");
    const running = Array.from({ length: 30 }, (_, index) => call(server.url, 100 + index));
    await new Promise((resolve) => setTimeout(resolve, 120));
    await server.kill();
    const outcomes = await Promise.all(running);
    assert.ok(outcomes.some(({ whole }) => !whole), "nothing was running when the server was killed");
    for (const [index, { whole, text }] of outcomes.entries()) {
      if (whole) {
        assert.equal(text, `You said: call-${100 + index} ${"word ".repeat(60)}`.slice(0, text.length));
      }
      if (whole) assert.ok(text.length > 300, `half of an answer was told as whole: ${text}`);
    }
    server = await start(home, simulator.url, port);
    const after = await get(server.url, "/api/keys/safe");
    assert.deepEqual(
      after.map(({ id, status, reason }) => [id, status, reason]),
      before.map(({ id, status, reason }) => [id, status, reason]),
    );
    assert.equal(after.filter(({ status }) => status === "dead").length, 1);
    assert.ok(after.some(({ cooldowns }) => list(cooldowns).length > 0), "no cooldown to be kept");
    assert.deepEqual(after.map(cooled), before.map(cooled));
    for (const [index, key] of after.entries()) {
      assert.ok(
        Number(key["usage"]) >= Number(before[index]?.["usage"]),
        JSON.stringify([before[index], key]),
      );
    }
    assert.ok((await call(server.url, 200)).whole);
  } finally {
    await server.kill();
    await simulator.close();
    await removeFolder(home);
  }
});
