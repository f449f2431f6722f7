import assert from "node:assert/strict";
import { KEYS } from "../support/proxy_under_test.ts";
import { serveSimulator } from "../../src/sim/mod.ts";
import { ServedProcess } from "../support/served_process.ts";
import { SilentRelay, TEST_CA, testCertificate } from "../support/silent_relay.ts";

const MODEL = "gemini-2.5-flash";

interface Bench {
  readonly served: ServedProcess;
  readonly relay: SilentRelay;
}

/** The real program, with a relay between it and the simulator: plain for HTTP/1.1, encrypted for HTTP/2. */
async function withRelay(
  protocol: "h1" | "h2",
  env: Record<string, string>,
  run: (bench: Bench) => Promise<void>,
) {
  const projects = KEYS.map((key, index) => ({ id: `project-${index + 1}`, keys: [key] }));
  const simulator = serveSimulator({ projects, tearable: false });
  const secure = Deno.serve(
    { ...testCertificate(), port: 0, hostname: "127.0.0.1", onListen() {} },
    (request) => {
      const { pathname, search } = new URL(request.url);
      const { method, headers, body } = request;
      return fetch(`${simulator.url}${pathname}${search}`, { method, headers, body });
    },
  );
  const target = protocol === "h1" ? Number(new URL(simulator.url).port) : secure.addr.port;
  const relay = new SilentRelay(target);
  const url = protocol === "h1" ? `http://127.0.0.1:${relay.port}` : `https://localhost:${relay.port}`;
  try {
    await using served = await ServedProcess.open({
      env: { GEMINI_API_URL: url, DENO_CERT: TEST_CA, ...env },
    });
    await run({ served, relay });
  } finally {
    await relay[Symbol.asyncDispose]();
    await secure.shutdown();
    await simulator.close();
  }
}

async function ask(
  { url }: ServedProcess,
  path: string,
  stream: boolean,
): Promise<{ status: number; ms: number }> {
  const started = performance.now();
  const native = path.startsWith("/v1beta");
  const response = await fetch(`${url}${path}`, {
    method: "POST",
    headers: { authorization: "Bearer geminitro", "content-type": "application/json", connection: "close" },
    body: JSON.stringify(
      native
        ? { contents: [{ role: "user", parts: [{ text: "hello" }] }] }
        : { model: MODEL, stream, messages: [{ role: "user", content: "hello" }] },
    ),
    signal: AbortSignal.timeout(60_000),
  });
  const text = await response.text();
  assert.equal(response.status, 200, text);
  return { status: response.status, ms: performance.now() - started };
}

/** The most that a call takes which waits for no silent connection, in milliseconds on a machine that is idle. */
const AT_ONCE_MS = 1_400;
/** How often the time of a usual call, as the machine is busy now, is allowed on top. */
const SLOWER = 5;

const WAYS = [
  ["/v1/chat/completions", true],
  ["/v1/chat/completions", false],
  [`/v1beta/models/${MODEL}:streamGenerateContent?alt=sse`, true],
  [`/v1beta/models/${MODEL}:generateContent`, false],
] as const;

for (const protocol of ["h1", "h2"] as const) {
  Deno.test(`${protocol}: a kept connection that falls silent costs seconds, once`, () =>
    withRelay(protocol, {}, async ({ served, relay }) => {
      for (const [path, stream] of WAYS) {
        let usual = 0;
        for (let call = 0; call < 3; call++) {
          usual = Math.max(usual, (await ask(served, path, stream)).ms);
        }
        relay.silence();
        const first = await ask(served, path, stream);
        assert.ok(first.ms < 8_000 + SLOWER * usual, `${path} took ${first.ms} ms`);
        const opened = relay.accepted;
        for (let call = 0; call < 3; call++) {
          const { ms } = await ask(served, path, stream);
          assert.ok(
            ms < AT_ONCE_MS + SLOWER * usual,
            `${path} took ${ms} ms after the connection was given up`,
          );
        }
        if (protocol === "h2") assert.equal(relay.accepted, opened, "the new connection is kept");
      }
    }));
}

Deno.test("the first call after a sleep does not wait for connections of before", () =>
  withRelay("h2", {}, async ({ served, relay }) => {
    const usual = await ask(served, "/v1/chat/completions", true);
    Deno.kill(served.pid, "SIGSTOP");
    relay.silence();
    await new Promise((resolve) => setTimeout(resolve, 9_000));
    Deno.kill(served.pid, "SIGCONT");
    const { ms } = await ask(served, "/v1/chat/completions", true);
    assert.ok(ms < AT_ONCE_MS + SLOWER * usual.ms, `${ms} ms, usually ${usual.ms} ms`);
  }));

Deno.test("HEDGE_AFTER asks over a connection of its own", () =>
  withRelay("h2", { HEDGE_AFTER: "300" }, async ({ served, relay }) => {
    const usual = await ask(served, "/v1/chat/completions", true);
    relay.silence();
    const { ms } = await ask(served, "/v1/chat/completions", true);
    assert.ok(ms < AT_ONCE_MS + SLOWER * usual.ms, `${ms} ms, usually ${usual.ms} ms`);
  }));
