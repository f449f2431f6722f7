import assert from "node:assert/strict";
import type { ClientId, CredentialId } from "../../src/core/mod.ts";
import { ApiError } from "../../src/management/client.ts";
import { type ApiBench, callRecord, KEY, OTHER_KEY, withApi } from "../support/api_bench.ts";

const MODEL = "gemini-2.5-flash";

async function eventually(holds: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; !await holds(); tries++) {
    assert.ok(tries < 400, `never: ${holds}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

async function usedOf(client: ApiBench["client"]): Promise<number | undefined> {
  return (await client.capProgress())[0]?.current;
}

function failsWith(status: number, pattern: RegExp) {
  return (error: unknown) =>
    error instanceof ApiError && error.status === status && pattern.test(error.message);
}

Deno.test("the use of a cap survives another reset time, another zone, and its removal", () =>
  withApi(async ({ proxy, client }) => {
    for (let number = 0; number < 4; number++) proxy.services.ledger.record(callRecord(number));
    await proxy.services.ledger.flush();
    await client.putCap({ model: MODEL, limit: 10, period: "monthly" });
    await eventually(async () => await usedOf(client) === 4);
    for (
      const change of [{ resetTime: "00:01" }, { timezone: "Asia/Tokyo" }, {
        timezone: "UTC",
        resetTime: "00:00",
      }]
    ) {
      await client.setCapSchedule(change);
      await eventually(async () => (await client.caps()).resetTime === (change.resetTime ?? "00:01"));
      await eventually(async () => await usedOf(client) === 4);
    }
    await client.removeCap(MODEL);
    await client.putCap({ model: MODEL, limit: 10, period: "monthly" });
    await eventually(async () => await usedOf(client) === 4);
  }));

Deno.test("a cap below its use shows the true use", () =>
  withApi(async ({ proxy, client }) => {
    for (let number = 0; number < 4; number++) proxy.services.ledger.record(callRecord(number));
    await proxy.services.ledger.flush();
    await client.putCap({ model: MODEL, limit: 2, period: "monthly" });
    await eventually(async () => await usedOf(client) === 4);
    const [progress] = await client.capProgress();
    assert.deepEqual([progress?.limit, progress?.atCap, progress?.percentage], [2, true, 200]);
  }));

Deno.test("the quota summary counts accounts that exist, and those of a group's models", () =>
  withApi(async ({ proxy, client }) => {
    await client.addKeys({ keys: [KEY, OTHER_KEY] });
    await client.putQuotaGroup("flash", { models: [MODEL, "gemini-2.5-flash-lite"] });
    await client.putCap({ model: "group:flash", limit: 100 });
    const keys = await client.keys();
    const [attempt] = callRecord(0).attempts;
    keys.forEach(({ id }, number) =>
      proxy.services.ledger.record(
        callRecord(number, { attempts: [{ ...attempt!, credential: id as CredentialId }] }),
      )
    );
    await proxy.services.ledger.flush();
    const accounts = async () => (await client.quotaSummary()).quotas[0]?.accounts;
    await eventually(async () => (await accounts())?.total === 2);
    await client.removeKey(keys[0]!.id);
    assert.deepEqual(await accounts(), { apiKeys: 1, oauth: 0, total: 1 });
  }));

Deno.test("calls by key add up to calls by model, also when several keys were tried", () =>
  withApi(async ({ proxy, client }) => {
    const [attempt] = callRecord(0).attempts;
    const tried = { ...attempt!, credential: "cred_first" as CredentialId, failure: "rate_limit" } as const;
    proxy.services.ledger.record(callRecord(1, { attempts: [tried, attempt!] }));
    proxy.services.ledger.record(
      callRecord(2, { attempts: [tried, tried], outcome: "failed", failure: "quota", status: 429 }),
    );
    await proxy.services.ledger.flush();
    proxy.services.ledger.record(callRecord(3, { attempts: [], outcome: "failed", failure: "quota" }));
    await proxy.services.ledger.flush();
    const { models, keyUsage, totalRequests } = await client.stats();
    const sum = (counts: Iterable<number>) => [...counts].reduce((total, count) => total + count, 0);
    assert.equal(sum(Object.values(models)), totalRequests);
    assert.equal(sum(Object.values(keyUsage).map(({ requests }) => requests)), totalRequests);
  }));

Deno.test("an attempt that failed before its call was answered elsewhere shows at both keys", () =>
  withApi(async ({ proxy, client }) => {
    await client.addKeys({ keys: [KEY, OTHER_KEY] });
    const [first, second] = (await client.keys()).map(({ id }) => id as CredentialId);
    const [attempt] = callRecord(0).attempts;
    const tried = { ...attempt!, credential: first!, failure: "rate_limit" } as const;
    proxy.services.ledger.record(callRecord(1, { attempts: [tried, { ...attempt!, credential: second! }] }));
    await proxy.services.ledger.flush();
    const counts = async () =>
      (await client.keys()).map(({ usage, errors, retried }) => [usage, errors, retried]);
    assert.deepEqual(await counts(), [[0, 0, 1], [1, 0, 0]]);
    const { items } = await client.keyActivity({ ids: [first!, second!].join(",") });
    assert.deepEqual(
      items.map(({ requests, errors, retried }) => [requests.at(-1), errors.at(-1), retried.at(-1)]),
      [[0, 0, 1], [1, 0, 0]],
    );
  }));

Deno.test("keys are listed in the order of adding, and a removed key comes back with its models", () =>
  withApi(async ({ proxy, client, ask }) => {
    const many = Array.from({ length: 12 }, (_, index) => `key-of-nobody-number-${index}-aaaaaa`);
    await client.addKeys({ keys: many, validate: false });
    assert.deepEqual(
      (await client.keys()).map(({ tail }) => tail),
      many.map((key) => `...${key.slice(-4)}`),
    );
    for (const { id } of await client.keys()) await client.removeKey(id);
    await client.addKeys({ key: KEY });
    const [key] = await client.keys();
    const { undo } = await client.removeKey(key!.id);
    assert.deepEqual(proxy.services.catalog.list(), []);
    const back = await client.restoreKey({ undo });
    assert.deepEqual(back.models, ["gemini-2.5-flash", "gemini-2.5-pro"]);
    assert.deepEqual(proxy.services.catalog.list().map(({ id }) => id), [
      "gemini-2.5-flash",
      "gemini-2.5-pro",
    ]);
    assert.equal((await ask("GET", "/api/models")).status, 200);
  }));

Deno.test("a client's name and a model's group are given once, and the refusal names what is there", () =>
  withApi(async ({ client }) => {
    await client.addClient({ name: "ci" });
    await assert.rejects(client.addClient({ name: "ci" }), failsWith(409, /ci/));
    await assert.rejects(client.putQuotaGroup("own", { models: ["y", "z"] }), failsWith(422, /flash/));
    await client.putQuotaGroup("flash", { models: ["y"] });
    await client.putQuotaGroup("own", { models: ["z"] });
    await assert.rejects(client.putQuotaGroup("third", { models: ["z"] }), failsWith(422, /own/));
  }, { QUOTA_GROUPS_FLASH: "x,y" }));

Deno.test("a span that has not begun is empty", () =>
  withApi(async ({ client, ask }) => {
    const later = Date.now() + 3 * 86_400_000;
    assert.deepEqual(await client.series({ since: later }), []);
    assert.deepEqual(await client.unifiedStats({ since: later }), {});
    assert.deepEqual(await client.flows({ since: later }), []);
    assert.deepEqual((await client.requests({ since: later })).items, []);
    const iso = new Date(later).toISOString();
    assert.deepEqual(await (await ask("GET", `/api/stats/series?since=${iso}`)).json(), []);
  }));

Deno.test("clients that left are neither answered nor failed", () =>
  withApi(async ({ proxy, client }) => {
    const { ledger } = proxy.services;
    ledger.record(callRecord(1));
    ledger.record(callRecord(2, { outcome: "cancelled", failure: "client_gone", status: 499 }));
    ledger.record(
      callRecord(3, { outcome: "failed", failure: "quota", status: 429, client: "owner" as ClientId }),
    );
    await ledger.flush();
    const { totals, totalRequests, totalSuccess, totalErrors } = await client.stats();
    assert.deepEqual([totalRequests, totalSuccess, totalErrors, totals.cancelled], [3, 1, 1, 1]);
    assert.equal(totals.errorRate, 0.5);
    const { hour } = await client.overview();
    assert.deepEqual([hour.requests, hour.ok, hour.failed, hour.cancelled, hour.failureRate], [
      3,
      1,
      1,
      1,
      0.5,
    ]);
  }));

Deno.test("an earlier program's aliases and quota groups are taken from its models.json; the rest is listed", () =>
  withApi(async ({ client }) => {
    const report = await client.importFile({
      files: {
        "models.json": {
          models: ["Gemini 2.5 Pro"],
          aliases: { fast: "gemini-2.5-flash", Strong: "Gemini 2.5 Pro", broken: 7 },
          quotaGroups: {
            pro: ["Gemini 2.5 Pro", "models/gemini-2.0-pro"],
            twice: ["gemini-2.5-pro"],
            empty: [],
          },
        },
      },
    });
    assert.deepEqual([report.aliases.added, report.quotaGroups.added], [2, 1]);
    assert.deepEqual((await client.aliases()).map(({ name, target }) => [name, target]), [
      ["fast", "gemini-2.5-flash"],
      ["strong", "gemini-2.5-pro"],
    ]);
    assert.deepEqual((await client.quotaGroups())[0]?.models, ["gemini-2.5-pro", "gemini-2.0-pro"]);
    assert.equal(report.notTaken.length, 3);
  }));

Deno.test("times are ISO 8601 in every reply, and an edit takes what was read", () =>
  withApi(async ({ proxy, client, ask }) => {
    await client.addKeys({ key: KEY });
    const cap = (await client.putCap({ model: MODEL, limit: 3 })).cap;
    proxy.services.ledger.record(callRecord(1));
    await proxy.services.ledger.flush();
    const paths = [
      "keys/safe",
      "stats/caps",
      "requests",
      "buckets",
      "stats/series",
      "logs",
      "overview",
      "models",
    ];
    for (const path of paths) {
      const text = await (await ask("GET", `/api/${path}`)).text();
      for (
        const [, field, value] of text.matchAll(
          /"(\w*(?:At|Until|until|since|time|at|lastUsed))":(\d[^,}]*)/g,
        )
      ) {
        assert.fail(`${path}: ${field} is ${value}`);
      }
    }
    const [key] = await client.keys();
    const edited = await client.editKey(key!.id, { label: "a" }, key!.updatedAt);
    await client.editKey(key!.id, { label: "b", updatedAt: edited.updatedAt });
    await assert.rejects(
      client.editKey(key!.id, { label: "c" }, key!.updatedAt),
      failsWith(409, /meanwhile/),
    );
    await client.putCap({ model: MODEL, limit: 4 }, cap.updatedAt);
    const etag = (await ask("PATCH", `/api/keys/${key!.id}`, { body: { label: "d" } })).headers.get("etag") ??
      "";
    const again = await ask("PATCH", `/api/keys/${key!.id}`, {
      body: { label: "e" },
      headers: { "if-match": etag },
    });
    assert.equal(again.status, 200);
  }));

Deno.test("a sum with a call whose price is not known says so everywhere, and does not count it as free", () =>
  withApi(async ({ proxy, client }) => {
    const { ledger } = proxy.services;
    ledger.record(callRecord(1));
    ledger.record(callRecord(2, { modelUsed: "a-model-without-a-price" }));
    await ledger.flush();
    const stats = await client.stats();
    const [totals, series, unified, metrics] = await Promise.all([
      client.requestTotals({}),
      client.series({ grain: "day" }),
      client.unifiedStats(),
      client.metrics(),
    ]);
    const sums = [stats.totals, stats.today, totals, series.at(-1)?.values["total"]];
    assert.deepEqual(sums.map((sum) => sum?.unpriced), [1, 1, 1, 1]);
    const priced = stats.modelStats["gemini-2.5-flash"]!;
    assert.ok(priced.cost > 0 && priced.unpriced === 0);
    for (const sum of sums) assert.ok(Math.abs(sum!.cost - priced.cost) < 2e-6);
    assert.deepEqual(
      [stats.modelStats, unified].map((by) => by["a-model-without-a-price"]).map((
        one,
      ) => [one?.cost, one?.unpriced]),
      [[0, 1], [0, 1]],
    );
    assert.match(metrics, /^geminitro_unpriced_requests_total\{model="a-model-without-a-price"\} 1$/m);
    const { items } = await client.requests({ model: "a-model-without-a-price" });
    assert.deepEqual(items.map(({ cost }) => cost), [null]);
  }));
