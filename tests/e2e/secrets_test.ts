import assert from "node:assert/strict";
import { proxyUnderTest, type UnderTest } from "../support/proxy_under_test.ts";
import {
  ask,
  askNative,
  at,
  DIALECT_NAMES,
  type DialectName,
  DIALECTS,
  generateCalls,
  MODEL,
  tell,
  type Told,
} from "./calls.ts";

const MARKED = [
  "AIzaSyMARKEDSECRETKEYONE000000000000001",
  "AIzaSyMARKEDSECRETKEYTWO000000000000002",
] as const;
const OWNER = "owner-token-MARKEDSECRET";
const WAYS = DIALECT_NAMES.flatMap((dialect) => [{ dialect, stream: false }, { dialect, stream: true }]);

/** Google's refusals that repeat the key, one for each way a key was seen in them. */
const ECHOES = MARKED.flatMap((key) => [
  { status: 403, message: `Permission denied: Consumer 'api_key:${key}' has been suspended.` },
  { status: 400, message: `API key not valid. Please pass a valid API key. (${key})` },
  { status: 429, message: `Quota exceeded for consumer api_key:${key} see https://x.example/?key=${key}` },
  { status: 500, message: `Internal error near ${key}` },
  { status: 418, message: `Something new with ${key}` },
]);

/** Dead keys live again, cooling ones are lifted, faults that are left are gone. */
async function revive(t: UnderTest): Promise<void> {
  t.simulator.control.clearFaults();
  const { store, pool } = t.proxy.services;
  for (const { id } of await store.credentials.list()) await store.credentials.update(id, { dead: null });
  const credentials = await store.credentials.list();
  pool.replaceCredentials(credentials);
  for (const { id } of credentials) pool.lift(id);
}

function askAs(t: UnderTest, dialect: DialectName, stream: boolean): Promise<Told> {
  const { path, body } = DIALECTS[dialect];
  return tell(t, path, { headers: { authorization: `Bearer ${OWNER}` }, body: body("x", { stream }) });
}

function askNativeByQuery(t: UnderTest): Promise<Told> {
  return tell(t, `/v1beta/models/${MODEL}:generateContent?key=${OWNER}`, {
    headers: { authorization: "" },
    body: { contents: [{ role: "user", parts: [{ text: "x" }] }] },
  });
}

Deno.test("secrets: keys and tokens are in no reply, header, log line or event", async () => {
  await using t = await proxyUnderTest({
    env: { PROXY_API_KEY: OWNER, LOG_LEVEL: "debug", QUEUE_MAX_WAIT: "0" },
    projects: MARKED.map((key, index) => ({ id: `p${index}`, keys: [key] })),
  });
  const seen: string[] = [];
  const keep = (told: Told) => void seen.push(told.text, JSON.stringify([...told.headers]));
  const unsubscribe = t.proxy.services.pool.subscribe((event) => void seen.push(JSON.stringify(event)));
  for (const { status, message } of ECHOES) {
    const body = JSON.stringify({ error: { code: status, message, status: "UNKNOWN" } });
    // A server error is tried again for long: once is enough.
    for (const { dialect, stream } of status === 500 ? WAYS.slice(0, 1) : WAYS) {
      t.simulator.control.fault({ kind: "status", status, body, times: 2 });
      keep(await askAs(t, dialect, stream));
      await revive(t);
    }
    t.simulator.control.fault({ kind: "status", status, body, times: 2 });
    keep(await askNativeByQuery(t));
    await revive(t);
  }
  const paths = ["/v1/models", "/v1/models/none", `/v1/none?key=${OWNER}`, `/v1/none?key=${MARKED[0]}`];
  for (const path of paths) {
    keep(await tell(t, path, { headers: { authorization: `Bearer ${OWNER}` } }));
    keep(await tell(t, path, { headers: { authorization: `Bearer ${OWNER}x` } }));
  }
  unsubscribe();
  assert.ok(generateCalls(t).length > 40 && t.log.length > 0);
  for (const text of [...seen, ...t.log]) {
    assert.ok(!/AIza|MARKEDSECRET/.test(text), `a secret got out: ${text.slice(0, 400)}`);
  }
});

Deno.test("secrets: an error in mid-stream that repeats the key is cleaned", async () => {
  await using t = await proxyUnderTest({ projects: [{ id: "p", keys: [MARKED[0]] }] });
  const first = `data: {"candidates":[{"content":{"role":"model","parts":[{"text":"half"}]}}]}\r\n\r\n`;
  const error = `data: {"error":{"code":403,"message":"Consumer 'api_key:${
    MARKED[0]
  }' has been suspended","status":"PERMISSION_DENIED"}}\r\n\r\n`;
  for (const dialect of DIALECT_NAMES) {
    t.simulator.control.replay([first, error], { contentType: "text/event-stream" });
    const told = await ask(t, dialect, { stream: true });
    assert.equal(told.status, 200);
    assert.ok(!told.text.includes("AIza"), told.text);
    await revive(t);
  }
});

Deno.test("secrets: Google's inner details are in no native error", async () => {
  await using t = await proxyUnderTest();
  const details = [{ "@type": "type.googleapis.com/google.rpc.DebugInfo", detail: "inside of Google" }];
  const body = { error: { code: 400, message: "Bad field.", status: "INVALID_ARGUMENT", details } };
  t.simulator.control.fault({ kind: "status", status: 400, body: JSON.stringify(body) });
  const told = await askNative(t, "generateContent");
  assert.equal(told.status, 400);
  assert.equal(at(told.json, "error.message"), "Bad field.");
  assert.ok(!told.text.includes("inside of Google"));
});
