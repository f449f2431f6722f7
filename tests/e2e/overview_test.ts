import assert from "node:assert/strict";
import { Overview } from "../../src/management/schema/overview.ts";
import { ServedProcess } from "../support/served_process.ts";
import { KEYS, proxyUnderTest, type UnderTest } from "../support/proxy_under_test.ts";
import { ask, askNative, assertIdle, at, list, MODEL, read, send, tell, until } from "./calls.ts";

async function overview(t: UnderTest): Promise<Overview> {
  const { status, json } = await tell(t, "/api/overview");
  assert.equal(status, 200);
  return Overview.strict().parse(json);
}

const ONE_A_DAY = [{ id: "p1", keys: [KEYS[0]], limits: { [MODEL]: { rpd: 1 } } }];

Deno.test("a model that is out is told by overview and health, with until when", async () => {
  await using t = await proxyUnderTest({ projects: ONE_A_DAY });
  assert.equal((await overview(t)).verdict.status, "ok");
  await ask(t, "chat");
  assert.equal((await ask(t, "chat")).status, 429);
  await t.proxy.services.ledger.flush();
  const told = await overview(t);
  assert.equal(told.verdict.status, "degraded");
  assert.deepEqual(told.verdict.out.map(({ model, reason }) => [model, reason]), [[MODEL, "day"]]);
  assert.match(
    told.verdict.message,
    /gemini-2\.5-flash is out until \d\d:\d\d, in \d+ (?:h|min|s)\b|until \d{4}-/,
  );
  assert.ok(Date.parse(told.verdict.out[0]?.until ?? "") > Date.now());
  const row = told.models.find(({ model }) => model === MODEL);
  assert.deepEqual([row?.state, row?.day?.left, row?.exhaustedAt, row?.keys.able], ["out", 0, null, 0]);
  assert.match(told.verdict.out[0]?.why ?? "", /requests of the day \(RPD\) are used up/);
  assert.deepEqual([told.hour.requests, told.hour.ok, told.hour.failed], [2, 1, 1]);
  assert.deepEqual(told.failures, [{ reason: "quota", requests: 1, share: 0.5 }]);
  assert.deepEqual(told.problems.map(({ kind, subject }) => [kind, subject]), [["model_out", MODEL]]);
  const health = await (await fetch(`${t.url}/api/health`)).json();
  assert.deepEqual([health.status, health.out], [told.verdict.status, told.verdict.out]);
});

Deno.test("with every model out the verdict is exhausted, and names when the first one comes back", async () => {
  await using t = await proxyUnderTest({
    projects: [{ id: "p1", keys: [KEYS[0]] }],
  });
  const cap = (model: string, limit: number) => tell(t, "/api/stats/caps", { body: { model, limit } });
  const models = (await overview(t)).otherModels;
  assert.ok(models > 1);
  assert.equal((await ask(t, "chat")).status, 200);
  // A cap of 0 never opens; the one that is used up does with the next period.
  for (const { id } of t.proxy.services.catalog.list()) await cap(id, id === MODEL ? 1 : 0);
  await until(async () => (await overview(t)).verdict.status === "exhausted");
  const told = await overview(t);
  assert.equal(told.verdict.out.length, models);
  assert.ok(told.verdict.out.every(({ reason }) => reason === "capped"));
  assert.ok(Date.parse(told.verdict.until ?? "") > Date.now());
});

Deno.test("calls that wait and run are listed, and end when they are cancelled", async () => {
  await using t = await proxyUnderTest({
    projects: [{ id: "p1", keys: [KEYS[0]], limits: { "*": { rpm: 1 } } }],
    env: { QUEUE_MAX_WAIT: "120000" },
  });
  await ask(t, "chat");
  const inState = (state: string) => async () =>
    list((await tell(t, "/api/calls")).json["items"]).some((one) => one["state"] === state);
  const waiting = askNative(t, "generateContent");
  await until(inState("waiting"));
  t.simulator.control.fault({ kind: "hang_before_head" });
  const running = send(t, "/v1/chat/completions", {
    body: { model: "gemini-2.5-pro", messages: [{ role: "user", content: "hello" }], stream: true },
  });
  await until(inState("sent"));
  const { items } = (await tell(t, "/api/calls")).json as { items: Record<string, unknown>[] };
  const [sent, waits] = [
    items.find((one) => one["state"] === "sent"),
    items.find((one) => one["state"] === "waiting"),
  ];
  assert.deepEqual([sent?.["model"], waits?.["model"]], ["gemini-2.5-pro", MODEL]);
  assert.equal(at(waits, "waiting.reason"), "minute");
  assert.ok(Date.parse(String(at(waits, "waiting.until"))) > Date.now());
  const detail = await tell(t, `/api/calls/${waits?.["id"]}`);
  assert.equal(at(detail.json, "refusals.0.reason"), "minute");
  assert.equal((await overview(t)).calls.waiting, 1);
  for (const one of items) {
    assert.equal((await tell(t, `/api/calls/${one["id"]}`, { method: "DELETE" })).status, 200);
  }
  const ended = [await read(await running), await waiting];
  assert.ok(
    ended.every(({ text }) => text.includes("owner cancelled this call")),
    ended.map(({ text }) => text).join(),
  );
  await until(async () => at((await tell(t, "/api/calls")).json, "items.0.id") === undefined);
  assert.equal((await tell(t, "/api/calls/req_none", { method: "DELETE" })).status, 404);
  await t.proxy.services.ledger.flush();
  assert.equal((await overview(t)).hour.cancelled, 2);
  assertIdle(t);
  assert.equal((await overview(t)).keys.active, 1);
});

Deno.test("requests refused before they became calls are records, counted apart from calls", async () => {
  await using t = await proxyUnderTest();
  await ask(t, "chat");
  const refused = [
    await ask(t, "chat", { more: { model: "gemini-9" } }),
    await tell(t, "/v1/messages", { body: "{not json" }),
    await tell(t, "/v1beta/models/gemini-9:generateContent", { body: "{}" }),
    await tell(t, "/v1/nothing", { body: "{}" }),
    await tell(t, "/v1/chat/completions", { body: "{}", headers: { authorization: "Bearer gn-wrong" } }),
  ];
  assert.deepEqual(refused.map(({ status }) => status), [404, 400, 404, 404, 401]);
  await t.proxy.services.ledger.flush();
  const { json } = await tell(t, "/api/requests?class=refused");
  const records = json["items"] as Record<string, unknown>[];
  assert.deepEqual(new Set(records.map(({ outcome }) => outcome)), new Set(["refused"]));
  assert.deepEqual(
    records.map(({ status, modelAsked, client }) => [status, modelAsked, client]).sort(),
    [[400, "", "owner"], [401, "", ""], [404, "", "owner"], [404, "gemini-9", "owner"], [
      404,
      "gemini-9",
      "owner",
    ]],
  );
  assert.ok(records.every(({ message }) => typeof message === "string" && message !== ""));
  const stats = (await tell(t, "/api/stats")).json;
  assert.deepEqual([stats["totalRequests"], at(stats, "totals.refused")], [1, 5]);
  assert.deepEqual(Object.keys(stats["models"] as object), [MODEL]);
  const told = await overview(t);
  assert.deepEqual([told.hour.requests, told.hour.ok, told.hour.refused], [1, 1, 5]);
});

Deno.test("strangers fill the records with at most sixty refusals a minute", async () => {
  await using t = await proxyUnderTest();
  for (let number = 0; number < 80; number++) {
    await (await fetch(`${t.url}/v1/models`, { headers: { origin: "https://evil.example" } })).body?.cancel();
  }
  await t.proxy.services.ledger.flush();
  const { today } = await overview(t);
  assert.ok(today.refused > 0 && today.refused <= 120, String(today.refused));
});

Deno.test("what is stored is shown from the first second after a restart", async () => {
  await using served = await ServedProcess.open({
    projects: [{ id: "p1", keys: [KEYS[0]], limits: { [MODEL]: { rpd: 2 } } }],
  });
  await until(async () => (await served.ask()).status === 200, 20_000);
  while ((await served.ask()).status === 200);
  await new Promise((resolve) => setTimeout(resolve, 3_000));
  const before = await served.api<Overview>("/api/overview");
  assert.equal(before.verdict.status, "degraded");
  await served.kill();
  await served.start();
  const after = await served.api<Overview>("/api/overview");
  assert.deepEqual(after.verdict.out, before.verdict.out);
  const row = ({ models }: Overview) => models.find(({ model }) => model === MODEL);
  assert.deepEqual(
    [row(after)?.day?.used, row(after)?.day?.left, row(after)?.until],
    [row(before)?.day?.used, row(before)?.day?.left, row(before)?.until],
  );
  assert.deepEqual([after.today.ok, after.today.failed], [before.today.ok, before.today.failed]);
  const { items: buckets } = await served.api<{ items: { model: string }[] }>("/api/buckets");
  assert.ok(JSON.stringify(buckets).includes(MODEL));
});

Deno.test("the use of a cap is what was answered, also after the process was killed", async () => {
  await using served = await ServedProcess.open();
  await until(async () => (await served.ask()).status === 200, 20_000);
  const put = await fetch(`${served.url}/api/stats/caps`, {
    method: "POST",
    headers: { authorization: "Bearer geminitro", "content-type": "application/json" },
    body: JSON.stringify({ model: MODEL, limit: 1_000 }),
  });
  await put.body?.cancel();
  assert.equal(put.status, 200);
  for (let number = 0; number < 5; number++) assert.equal((await served.ask()).status, 200);
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  await served.kill();
  await served.start();
  const [progress] = await served.api<{ current: number }[]>("/api/stats/caps/progress");
  const { totalSuccess } = await served.api<{ totalSuccess: number }>("/api/stats");
  assert.equal(progress?.current, totalSuccess);
});
