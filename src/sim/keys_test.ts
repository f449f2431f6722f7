import assert from "node:assert/strict";
import type { KeyState } from "./keys.ts";
import { ask, bench, KEY } from "../../tests/support/sim_calls.ts";

const REFUSALS: readonly (readonly [KeyState, number, string | undefined, RegExp])[] = [
  ["invalid", 400, "API_KEY_INVALID", /^API key not valid\. Please pass a valid API key\.$/],
  ["deleted", 400, "API_KEY_INVALID", /^API Key not found\. Please pass a valid API key\.$/],
  ["region_limit_zero", 429, "RATE_LIMIT_EXCEEDED", /request limit per minute for a region/],
  ["expired", 400, "API_KEY_INVALID", /^API key expired\. Please renew the API key\.$/],
  ["leaked", 403, undefined, /^Your API key was reported as leaked\. Please use another API key\.$/],
  ["suspended", 403, "CONSUMER_SUSPENDED", new RegExp(`Consumer 'api_key:${KEY}' has been suspended`)],
  ["service_disabled", 403, "SERVICE_DISABLED", /has not been used in project \d+ before or it is disabled/],
  ["service_blocked", 403, "API_KEY_SERVICE_BLOCKED", /GenerativeService\.GenerateContent are blocked/],
  ["referrer_blocked", 403, "API_KEY_HTTP_REFERRER_BLOCKED", /^Requests from referer <empty> are blocked\.$/],
];

for (const [state, status, reason, message] of REFUSALS) {
  Deno.test(`a key that is ${state} is refused as Google does`, async () => {
    const { post, sim } = bench();
    sim.control.key(KEY, state);
    const response = await post(ask("x"));
    const { error } = await response.json();
    assert.equal(response.status, status);
    assert.equal(error.details?.[0].reason, reason);
    assert.match(error.message, message);
    sim.control.key(KEY, "valid");
    assert.equal((await post(ask("x"))).status, 200);
  });
}

Deno.test("a suspended key stands three times in the body", async () => {
  const { post, sim } = bench();
  sim.control.key(KEY, "suspended");
  assert.equal((await (await post(ask("x"))).text()).split(KEY).length - 1, 3);
});

Deno.test("a key with a blocked service may still list models", async () => {
  const { sim } = bench();
  sim.control.key(KEY, "service_blocked");
  const response = await sim.fetch(new Request(`http://sim/v1beta/models?key=${KEY}`));
  assert.equal(response.status, 200);
});

Deno.test("an unknown key is a 400, no key a 403, and two credentials a 400", async () => {
  const { post, sim } = bench();
  assert.equal((await post(ask("x"), { key: "nobody" })).status, 400);
  const url = "http://sim/v1beta/models";
  assert.equal((await sim.fetch(new Request(url))).status, 403);
  const both = new Request(`${url}?key=${KEY}`, { headers: { "x-goog-api-key": KEY } });
  assert.equal((await sim.fetch(both)).status, 400);
});

Deno.test("region() refuses everybody with FAILED_PRECONDITION", async () => {
  const { post, sim } = bench();
  sim.control.region(true);
  const { error } = await (await post(ask("x"))).json();
  assert.equal(error.status, "FAILED_PRECONDITION");
  assert.equal(error.message, "User location is not supported for the API use.");
});

Deno.test("overload() answers 503 for the model alone, until the time is over", async () => {
  const { post, sim, clock } = bench();
  sim.control.overload("gemini-2.5-flash", 5000);
  assert.equal((await post(ask("x"))).status, 503);
  assert.equal((await post(ask("x"), { model: "gemini-2.5-pro" })).status, 200);
  await clock.advance(5000);
  assert.equal((await post(ask("x"))).status, 200);
  assert.equal(sim.control.usage("alpha", "gemini-2.5-flash").rpd, 1);
});
