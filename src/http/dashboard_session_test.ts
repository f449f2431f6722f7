import assert from "node:assert/strict";
import { createSessions, SESSION_MS } from "./dashboard_session.ts";

function setup() {
  let now = 1_700_000_000_000;
  let generation = "one";
  const clock = { now: () => now, after: () => () => {} };
  const sessions = createSessions({
    secret: "s3cret",
    clock,
    verifyOwner: (token) => token === "owner",
    generation: () => generation,
    hosts: ["pool.example"],
  });
  return {
    sessions,
    pass: (ms: number) => now += ms,
    renew: () => generation = "two",
  };
}

function request(path: string, headers: Record<string, string> = {}, method = "GET") {
  return new Request(`http://localhost:7536${path}`, {
    method,
    headers: { host: "localhost:7536", ...headers },
  });
}

const FORM = { origin: "http://localhost:7536", "sec-fetch-site": "same-origin" };

async function loggedIn({ sessions }: ReturnType<typeof setup>): Promise<string> {
  const login = await sessions.login(request("/dashboard/login", FORM, "POST"), "owner");
  assert.ok(login.ok);
  assert.match(login.cookie, /; HttpOnly; SameSite=Strict; /);
  return login.cookie.split(";")[0]!;
}

Deno.test("login() gives a cookie that verify() accepts until it ends", async () => {
  const world = setup();
  const cookie = await loggedIn(world);
  assert.equal(await world.sessions.verify(request("/api/keys/safe", { cookie })), true);
  world.pass(SESSION_MS);
  assert.equal(await world.sessions.verify(request("/api/keys/safe", { cookie })), false);
});

Deno.test("verify() refuses forged cookies, a renewed owner's token and ended sessions", async () => {
  const world = setup();
  const cookie = await loggedIn(world);
  const forged = cookie.replace(/.$/, (last) => last === "A" ? "B" : "A");
  assert.equal(await world.sessions.verify(request("/", { cookie: forged })), false);
  assert.equal(await world.sessions.verify(request("/")), false);
  assert.match(await world.sessions.logout(request("/", { cookie })), /Max-Age=0/);
  assert.equal(await world.sessions.verify(request("/", { cookie })), false);
  const other = await loggedIn(world);
  world.renew();
  assert.equal(await world.sessions.verify(request("/", { cookie: other })), false);
});

Deno.test("verify() accepts changes only from our own origin", async () => {
  const world = setup();
  const cookie = await loggedIn(world);
  const change = (headers: Record<string, string>) =>
    world.sessions.verify(request("/api/keys", { cookie, ...headers }, "POST"));
  assert.equal(await change(FORM), true);
  assert.equal(await change({ "sec-fetch-site": "same-origin" }), true);
  assert.equal(await change({}), false);
  assert.equal(await change({ origin: "http://evil.example" }), false);
  assert.equal(await change({ origin: "http://localhost:7536", "sec-fetch-site": "cross-site" }), false);
  assert.equal(await change({ origin: "null" }), false);
  assert.equal(await world.sessions.verify(request("/", { cookie, "sec-fetch-site": "cross-site" })), false);
});

Deno.test("verify() refuses hosts that DNS rebinding could use", async () => {
  const world = setup();
  const cookie = await loggedIn(world);
  const reached = (host: string) => world.sessions.verify(request("/", { cookie, host }));
  for (const host of ["127.0.0.1:7536", "[::1]:7536", "localhost", "x.localhost:1", "pool.example:7536"]) {
    assert.equal(await reached(host), true, host);
  }
  for (const host of ["evil.example:7536", "127.0.0.1.evil.example", "localhost.evil.example"]) {
    assert.equal(await reached(host), false, host);
  }
});

Deno.test("login() slows guessing down and lets the right token in after the wait", async () => {
  const world = setup();
  const attempt = (token: string) =>
    world.sessions.login(request("/dashboard/login", FORM, "POST"), token, "10.0.0.9");
  for (let i = 0; i < 3; i++) assert.equal((await attempt("guess")).ok, false);
  const refused = await attempt("owner");
  assert.ok(!refused.ok && refused.reason === "slow_down" && refused.retryAfterMs === 1_000);
  world.pass(1_000);
  assert.equal((await attempt("owner")).ok, true);
  const foreign = await world.sessions.login(
    request("/dashboard/login", { origin: "http://evil.example" }, "POST"),
    "owner",
  );
  assert.ok(!foreign.ok && foreign.reason === "foreign");
});
