import assert from "node:assert/strict";
import { QuotaCounter } from "./quota.ts";
import { ask, bench, KEY, messageOf, NOON } from "../../tests/support/sim_calls.ts";

const MODEL = "gemini-2.5-flash";

Deno.test("take() in a sliding minute frees a place when the oldest call is a minute old", () => {
  const counter = new QuotaCounter("sliding");
  assert.deepEqual(counter.take({ rpm: 2 }, 1, NOON, MODEL), []);
  assert.deepEqual(counter.take({ rpm: 2 }, 1, NOON + 20_000, MODEL), []);
  const [violation] = counter.take({ rpm: 2 }, 1, NOON + 30_000, MODEL);
  assert.equal(violation?.kind, "rpm");
  assert.equal(violation?.retryMs, 30_000);
  assert.deepEqual(counter.take({ rpm: 2 }, 1, NOON + 59_999, MODEL).length, 1);
  assert.deepEqual(counter.take({ rpm: 2 }, 1, NOON + 60_000, MODEL), []);
});

Deno.test("take() in a fixed minute frees everything at the full minute", () => {
  const counter = new QuotaCounter("fixed");
  assert.deepEqual(counter.take({ rpm: 1 }, 1, NOON + 59_000, MODEL), []);
  assert.equal(counter.take({ rpm: 1 }, 1, NOON + 59_500, MODEL)[0]?.retryMs, 500);
  assert.deepEqual(counter.take({ rpm: 1 }, 1, NOON + 60_000, MODEL), []);
});

Deno.test("take() counts nothing for a refused call", () => {
  const counter = new QuotaCounter("sliding");
  counter.take({ rpm: 1 }, 5, NOON, MODEL);
  for (let call = 0; call < 10; call++) counter.take({ rpm: 1 }, 5, NOON + call, MODEL);
  assert.deepEqual(counter.usage(NOON + 10), { rpm: 1, tpm: 5, rpd: 1, tpd: 5 });
});

Deno.test("take() limits input tokens and tells when enough of them have left the minute", () => {
  const counter = new QuotaCounter("sliding");
  counter.take({ tpm: 100 }, 60, NOON, MODEL);
  counter.take({ tpm: 100 }, 30, NOON + 10_000, MODEL);
  const [violation] = counter.take({ tpm: 100 }, 50, NOON + 20_000, MODEL);
  assert.equal(violation?.kind, "tpm");
  assert.equal(violation?.retryMs, 40_000);
});

Deno.test("a day's count ends at midnight in Los Angeles, whatever the minute says", async () => {
  const { post, clock } = bench({ projects: [{ id: "alpha", keys: [KEY], limits: { "*": { rpd: 1 } } }] });
  assert.equal((await post(ask("one"))).status, 200);
  await clock.advance(3_600_000);
  assert.equal((await post(ask("two"))).status, 429);
  await clock.advanceTo(Date.UTC(2026, 2, 3, 8) - 1);
  assert.equal((await post(ask("three"))).status, 429);
  await clock.advance(1);
  assert.equal((await post(ask("four"))).status, 200);
});

Deno.test("keys of one project share its counters, other projects and models do not", async () => {
  const limits = { "gemini-2.5-*": { rpm: 1 } };
  const { post } = bench({
    projects: [{ id: "alpha", keys: ["a1", "a2"], limits }, { id: "beta", keys: ["b1"], limits }],
  });
  assert.equal((await post(ask("x"), { key: "a1" })).status, 200);
  assert.equal((await post(ask("x"), { key: "a2" })).status, 429);
  assert.equal((await post(ask("x"), { key: "b1" })).status, 200);
  assert.equal((await post(ask("x"), { key: "a2", model: "gemini-2.5-pro" })).status, 200);
  assert.equal((await post(ask("x"), { key: "a2", model: "gemini-2.0-flash" })).status, 200);
});

Deno.test("a broken minute answers with the time that is left, as Google words it", async () => {
  const { post, clock } = bench({ projects: [{ id: "alpha", keys: [KEY], limits: { "*": { rpm: 1 } } }] });
  await post(ask("one"));
  await clock.advance(12_500);
  const response = await post(ask("two"));
  const { error } = await response.json();
  assert.equal(response.status, 429);
  assert.equal(error.status, "RESOURCE_EXHAUSTED");
  assert.match(
    error.message,
    /^You exceeded your current quota, please check your plan and billing details\./,
  );
  assert.match(error.message, /limit: 1, model: gemini-2\.5-flash\nPlease retry in 47\.5s\.$/);
  const [failure, help, retry] = error.details;
  assert.deepEqual(failure.violations, [{
    quotaMetric: "generativelanguage.googleapis.com/generate_content_free_tier_requests",
    quotaId: "GenerateRequestsPerMinutePerProjectPerModel-FreeTier",
    quotaDimensions: { location: "global", model: MODEL },
    quotaValue: "1",
  }]);
  assert.equal(help["@type"], "type.googleapis.com/google.rpc.Help");
  assert.equal(retry.retryDelay, "48s");
});

Deno.test("a broken day carries a short delay that means nothing", async () => {
  const { post } = bench({ projects: [{ id: "alpha", keys: [KEY], limits: { "*": { rpd: 1, rpm: 1 } } }] });
  await post(ask("one"));
  const { error } = await (await post(ask("two"))).json();
  const ids = error.details[0].violations.map((violation: { quotaId: string }) => violation.quotaId);
  assert.deepEqual(ids, [
    "GenerateRequestsPerMinutePerProjectPerModel-FreeTier",
    "GenerateRequestsPerDayPerProjectPerModel-FreeTier",
  ]);
  assert.equal(error.details.at(-1).retryDelay, "36s");
});

Deno.test("a model that the project may not use is refused with every quota and no value", async () => {
  const { post } = bench({ projects: [{ id: "alpha", keys: [KEY], limits: { "*-pro": { rpm: 0 } } }] });
  const { error } = await (await post(ask("one"), { model: "gemini-2.5-pro" })).json();
  assert.equal(error.details[0].violations.length, 3);
  assert.ok(error.details[0].violations.every((violation: object) => !("quotaValue" in violation)));
  assert.match(error.message, /limit: 0, model: gemini-2\.5-pro/);
});

Deno.test("embeddings have quotas and metrics of their own", async () => {
  const { post } = bench({
    projects: [{ id: "alpha", keys: [KEY], limits: { "gemini-embedding-*": { rpm: 1 } } }],
  });
  const more = { model: "gemini-embedding-001", method: "embedContent" };
  const body = { content: { parts: [{ text: "x" }] } };
  assert.equal((await post(body, more)).status, 200);
  assert.match(await messageOf(await post(body, more)), /embed_content_free_tier_requests, limit: 1/);
});

Deno.test("countTokens uses no quota, and presetDay() counts calls of others", async () => {
  const { post, sim } = bench({ projects: [{ id: "alpha", keys: [KEY], limits: { "*": { rpd: 10 } } }] });
  await post(ask("one"), { method: "countTokens" });
  assert.equal(sim.control.usage("alpha", MODEL).rpd, 0);
  sim.control.presetDay("alpha", MODEL, 10);
  assert.equal((await post(ask("two"))).status, 429);
});
