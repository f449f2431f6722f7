/** docs/security.md, "Who may call": tokens, guessing, and what a web page could do behind the user's back. */
import assert from "node:assert/strict";
import { createAuthGate, createRequestGuard, RequestTarget } from "../../src/http/mod.ts";
import type { ClientId } from "../../src/core/mod.ts";
import { createGeminitro } from "../../src/composition/mod.ts";
import { proxyUnderTest, type UnderTest } from "../support/proxy_under_test.ts";
import { ask, send, tell } from "../e2e/calls.ts";

const CHAT = "/v1/chat/completions";
const OWNER = { id: "owner" as ClientId, name: "owner", owner: true };

function gateAt(clock: { now: number }) {
  let compared = 0;
  const gate = createAuthGate((token) => {
    compared++;
    return token === "right" ? OWNER : undefined;
  }, () => clock.now);
  const check = (token: string, peer: string) => {
    const request = new Request("http://x.test/", { headers: { authorization: `Bearer ${token}` } });
    return gate.check(request, new RequestTarget(request.url), peer);
  };
  return { check, compared: () => compared };
}

Deno.test("tokens are only ever compared as hashes of one length", async () => {
  const read = (name: string) => Deno.readTextFile(new URL(`../../src/admin/${name}`, import.meta.url));
  assert.match(await read("owner_key.ts"), /return sameHash\(hash, this\.#hash\)/);
  const door = await read("client_access.ts");
  assert.ok(!/proxyApiKey\s*===|===\s*\S*proxyApiKey|token\s*===/.test(door), "a token is compared as text");
  await using t = await proxyUnderTest();
  for (const wrong of ["", "g", "geminitr", "geminitroo", "Geminitro", "geminitro\u00e9"]) {
    const told = await tell(t, "/v1/models", { headers: { authorization: `Bearer ${encodeURI(wrong)}` } });
    assert.equal(told.status, 401, wrong);
    assert.ok(wrong === "" || !told.text.includes(`"${wrong}"`));
  }
});

Deno.test("a strange address that guesses waits longer and longer, and is not even heard meanwhile", () => {
  const clock = { now: 1_000_000 };
  const { check, compared } = gateAt(clock);
  for (let guess = 0; guess < 11; guess++) check(`wrong-${guess}`, "203.0.113.9");
  const before = compared();
  const refused = check("right", "203.0.113.9");
  assert.ok(!refused.ok && refused.error.status === 429 && refused.error.until! > clock.now);
  assert.equal(compared(), before);
  const waits: number[] = [];
  for (let guess = 0; guess < 12; guess++) {
    clock.now = 2_000_000 * (guess + 1);
    check("wrong", "203.0.113.9");
    const next = check("wrong", "203.0.113.9");
    waits.push(!next.ok && next.error.until !== undefined ? next.error.until - clock.now : 0);
  }
  assert.deepEqual(waits, [...waits].sort((a, b) => a - b));
  assert.equal(waits.at(-1), 60_000);
  clock.now += 60_001;
  assert.ok(check("right", "203.0.113.9").ok, "the wait never ends");
});

Deno.test("this machine and addresses that gave a right token are still heard while others guess there", () => {
  const clock = { now: 1_000_000 };
  const { check } = gateAt(clock);
  assert.ok(check("right", "198.51.100.7").ok);
  for (const peer of ["127.0.0.1", "::1", "198.51.100.7"]) {
    for (let guess = 0; guess < 20; guess++) check(`wrong-${guess}`, peer);
    assert.ok(!check("wrong", peer).ok);
    assert.ok(check("right", peer).ok, peer);
  }
});

Deno.test("a host name that DNS rebinding could use is refused everywhere", async () => {
  await using t = await proxyUnderTest();
  const { port } = new URL(t.url);
  for (const path of [CHAT, "/v1/models", "/v1beta/models", "/api/settings", "/api/events", "/metrics"]) {
    for (
      const host of ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "evil.example:7536"]
    ) {
      assert.match(
        await raw(port, `GET ${path} HTTP/1.1\r\nHost: ${host}\r\n`),
        /^HTTP\/1\.1 403 /,
        `${path} ${host}`,
      );
    }
  }
  for (const host of ["localhost", "127.0.0.1", "[::1]:7536", "app.localhost", "host.docker.internal"]) {
    assert.match(await raw(port, `GET /v1/models HTTP/1.1\r\nHost: ${host}\r\n`), /^HTTP\/1\.1 200 /, host);
  }
});

async function raw(port: string, head: string): Promise<string> {
  using connection = await Deno.connect({ hostname: "127.0.0.1", port: Number(port) });
  const text = `${head}Authorization: Bearer geminitro\r\nConnection: close\r\n\r\n`;
  await connection.write(new TextEncoder().encode(text));
  return await new Response(connection.readable).text();
}

Deno.test("a page of another site can neither send, embed nor read anything, even with the token in the address", async () => {
  await using t = await proxyUnderTest();
  const before = t.simulator.log.length;
  const body = { model: "gemini-2.5-flash", messages: [{ role: "user", content: "hi" }] };
  for (const origin of ["https://evil.example", "http://localhost:9999", "null", "HTTPS://evil.example"]) {
    // What a form or a simple fetch may send without asking first.
    for (const type of ["text/plain", "application/x-www-form-urlencoded", "application/json"]) {
      const headers = { authorization: "", origin, "content-type": type };
      assert.equal((await tell(t, `${CHAT}?key=geminitro`, { body, headers })).status, 403, origin);
    }
    assert.equal(
      (await tell(t, "/api/settings?key=geminitro", { headers: { authorization: "", origin } })).status,
      403,
    );
  }
  for (const site of ["cross-site", "same-site"]) {
    const headers = { authorization: "", "sec-fetch-site": site, "sec-fetch-mode": "no-cors" };
    assert.equal((await tell(t, "/v1/models?key=geminitro", { headers })).status, 403);
  }
  assert.equal(t.simulator.log.length, before, "Google was asked");
});

Deno.test("the dashboard's cookie serves our own pages alone, and changes need proof of origin", async () => {
  await using t = await proxyUnderTest();
  const cookie = await loggedIn(t);
  const own = { authorization: "", cookie, "sec-fetch-site": "same-origin", origin: t.url };
  assert.equal((await tell(t, "/api/settings", { headers: own })).status, 200);
  assert.equal((await tell(t, ALIAS, { method: "PUT", headers: own, body: alias })).status, 200);
  for (
    const headers of [
      { authorization: "", cookie, "sec-fetch-site": "cross-site" },
      { authorization: "", cookie, "sec-fetch-site": "same-site" },
      { authorization: "", cookie, "sec-fetch-site": "same-origin", origin: "https://evil.example" },
      { authorization: "", cookie },
    ]
  ) {
    const told = await tell(t, ALIAS, { method: "PUT", headers, body: alias });
    assert.ok(told.status === 401 || told.status === 403, `${told.status} ${JSON.stringify(headers)}`);
  }
  for (const part of ["HttpOnly", "SameSite=Strict", "Path=/"]) assert.ok(cookieLine.includes(part), part);
});

const ALIAS = "/api/aliases/quick";
const alias = { target: "gemini-2.5-flash" };
let cookieLine = "";

async function loggedIn(t: UnderTest): Promise<string> {
  const { createSessions } = await import("../../src/http/mod.ts");
  // The very secret of this proxy is sealed in its store.
  const { store, settings, ports } = t.proxy.services;
  const record = await store.settings.get("dashboard-session");
  const sessions = createSessions({
    secret: await store.vault.open(String(record?.["sealed"])),
    clock: ports.clock,
    verifyOwner: (token) => token === "geminitro",
    generation: () => settings.proxyApiKey,
  });
  const login = await sessions.login(
    new Request(`${t.url}/login`, { method: "POST", headers: { "sec-fetch-site": "same-origin" } }),
    "geminitro",
  );
  assert.ok(login.ok);
  cookieLine = login.cookie;
  return login.cookie.split(";")[0]!;
}

Deno.test("CORS stays closed: no reply of any kind allows another origin", async () => {
  await using t = await proxyUnderTest();
  for (
    const path of [
      CHAT,
      "/v1/messages",
      "/v1beta/models/gemini-2.5-flash:generateContent",
      "/api/settings",
      "/api/health",
    ]
  ) {
    for (const method of ["OPTIONS", "GET", "POST"]) {
      const headers = { origin: "https://evil.example", "access-control-request-method": "POST" };
      const response = await send(t, path, { method, headers, ...(method === "POST" ? { body: {} } : {}) });
      await response.body?.cancel();
      assert.ok(response.status >= 400 || path === "/api/health", `${method} ${path} ${response.status}`);
      assert.deepEqual([...response.headers.keys()].filter((name) => name.startsWith("access-control-")), []);
    }
  }
});

Deno.test("an address that others can reach needs a token of its own", async () => {
  for (const HOST of ["0.0.0.0", "::", "192.168.1.4", "proxy.example"]) {
    await assert.rejects(
      createGeminitro({ env: { HOST, GEMINITRO_KV: ":memory:", GEMINITRO_HOME: "/nonexistent" } }),
      /PROXY_API_KEY/,
    );
  }
  const guard = createRequestGuard("0.0.0.0");
  const named = new Request("http://proxy.example/v1/models");
  assert.ok(guard(named, new RequestTarget(named.url)).ok, "a name of the owner's network is refused");
});

Deno.test("a client's token never manages, and ends at once when it is revoked", async () => {
  await using t = await proxyUnderTest();
  const made = await t.proxy.services.admin.addClient({ name: "ci" });
  assert.ok(made.ok);
  const headers = { authorization: `Bearer ${made.value.token}` };
  assert.equal((await tell(t, "/v1/models", { headers })).status, 200);
  for (const path of ["/api/settings", "/api/settings", "/api/events", "/api/requests"]) {
    assert.equal((await tell(t, path, { headers })).status, 403, path);
  }
  const record = await t.proxy.services.store.clients.list();
  assert.ok(!JSON.stringify(record).includes(made.value.token), "the token itself is stored");
  assert.equal((await ask(t, "chat")).status, 200);
});
