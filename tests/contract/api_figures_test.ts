import assert from "node:assert/strict";
import parsePrometheus from "parse-prometheus-text-format";
import { ApiError } from "../../src/management/client.ts";
import type { CredentialId } from "../../src/core/mod.ts";
import { callRecord, KEY, withApi } from "../support/api_bench.ts";

Deno.test("GET /api/health tells counts to all and tails to the owner", () =>
  withApi(async ({ ask, client }) => {
    assert.equal((await client.health()).status, "empty");
    await client.addKeys({ key: KEY });
    const open = await (await ask("GET", "/api/health", { token: null })).json();
    assert.deepEqual(Object.keys(open), [
      "status",
      "version",
      "uptime",
      "keys",
      "models",
      "queue",
      "message",
      "out",
    ]);
    assert.deepEqual([open.status, open.keys.total, open.keys.active, open.models], ["ok", 1, 1, 2]);
    assert.equal(open.keys.cooldownKeys, undefined);
    assert.deepEqual((await client.health()).keys.cooldownKeys, []);
    assert.equal((await ask("GET", "/api/health/live", { token: null })).status, 200);
    assert.equal((await ask("GET", "/api/health/ready", { token: null })).status, 200);
  }));

Deno.test("GET /api/stats and its kin have the names they always had, with tokens, latency and cost", () =>
  withApi(async ({ proxy, client }) => {
    const { ledger } = proxy.services;
    ledger.record(callRecord(1));
    ledger.record(
      callRecord(2, { outcome: "failed", failure: "quota", status: 429, message: "Daily quota is used up" }),
    );
    await ledger.flush();
    const stats = await client.stats();
    assert.deepEqual([stats.totalRequests, stats.totalSuccess, stats.totalErrors], [2, 1, 1]);
    assert.deepEqual(stats.models, { "gemini-2.5-flash": 2 });
    assert.deepEqual(stats.keyUsage, { cred_x: { requests: 2, errors: 1 } });
    assert.equal(Object.keys(stats.daily).length, 1);
    assert.equal(stats.totals.tokens.total, 2_300);
    assert.ok(stats.totals.latency.p50 !== null && Math.abs(stats.totals.latency.p50 - 400) < 40);
    const each = (900 * 0.3 + 100 * 0.03 + 150 * 2.5) / 1e6;
    assert.ok(Math.abs(stats.totals.cost - 2 * each) < 2e-6);
    assert.deepEqual(stats.classes, { ok: 1, quota: 1 });
    const unified = await client.unifiedStats();
    const model = unified["gemini-2.5-flash"];
    assert.deepEqual(model?.accountTypes, { api_key: 2, oauth: 0 });
    assert.deepEqual(model?.accounts, { cred_x: { type: "api_key", requests: 2, errors: 1 } });
    assert.deepEqual([model?.totalRequests, model?.errors, model?.errorRate], [2, 1, 0.5]);
    assert.deepEqual(await client.unifiedStats({ model: "none" }), { none: null });
    const series = await client.series({ grain: "minute", by: "model" });
    assert.equal(
      series.reduce((sum, point) => sum + (point.values["gemini-2.5-flash"]?.requests ?? 0), 0),
      2,
    );
  }));

Deno.test("GET /api/requests pages and filters; one record is found by its id", () =>
  withApi(async ({ proxy, client, ask }) => {
    const { ledger } = proxy.services;
    for (let number = 0; number < 25; number++) {
      ledger.record(callRecord(number, { agent: number % 5 === 0 ? "codex/1" : "aider" }));
    }
    await ledger.flush();
    const first = await client.requests({ limit: 20 });
    const second = await client.requests({ limit: 20, cursor: first.next ?? "" });
    assert.deepEqual([first.items.length, second.items.length, second.next], [20, 5, null]);
    assert.equal((await client.requests({ agent: "CODEX" })).items.length, 5);
    const one = await client.request("req_7");
    assert.equal(one.id, "req_7");
    assert.ok(one.cost !== null && one.cost > 0);
    for (
      const query of ["limit=0", "limit=x", "colour=red", "status=9", "class=none", "cursor=bad", "since=-1"]
    ) {
      assert.equal((await ask("GET", `/api/requests?${query}`)).status, 400, query);
    }
    await assert.rejects(
      client.request("req_none"),
      (error) => error instanceof ApiError && error.status === 404,
    );
  }));

Deno.test("caps are set, followed, scheduled and removed", () =>
  withApi(async ({ client, ask }) => {
    const { cap } = await client.putCap({ model: "models/gemini-2.5-pro", limit: 10 });
    assert.deepEqual([cap.model, cap.period, cap.alertThreshold, cap.action, cap.enabled], [
      "gemini-2.5-pro",
      "daily",
      80,
      "try_next",
      true,
    ]);
    await assert.rejects(
      client.putCap(
        { model: "gemini-2.5-pro", limit: 5 },
        new Date(Date.parse(cap.updatedAt) - 1).toISOString(),
      ),
      /Somebody else/,
    );
    await client.putCap({ model: "gemini-2.5-pro", limit: 20, alertThreshold: 0 }, cap.updatedAt);
    const caps = await client.caps();
    assert.deepEqual([caps.caps.length, caps.caps[0]?.limit, caps.caps[0]?.alertThreshold], [1, 20, 0]);
    assert.deepEqual([caps.resetTime, caps.timezone], ["00:00", "local"]);
    await client.setCapSchedule({ resetTime: "04:30", timezone: "Europe/Berlin" });
    assert.equal((await client.caps()).resetTime, "04:30");
    for (const body of [{ resetTime: "25:00" }, { timezone: "Mars/Base" }]) {
      assert.equal((await ask("POST", "/api/stats/caps/config", { body })).status, 422);
    }
    for (
      const body of [{ model: "m", limit: -1 }, { model: "m", limit: "3" }, { limit: 1 }, {
        model: "m",
        limit: 1.5,
      }]
    ) {
      assert.equal((await ask("POST", "/api/stats/caps", { body })).status, 400, JSON.stringify(body));
    }
    assert.equal(await client.capCheck("gemini-2.5-flash"), null);
    await client.removeCap("gemini-2.5-pro");
    await assert.rejects(client.removeCap("gemini-2.5-pro"), /no cap gemini-2\.5-pro/);
  }));

Deno.test("the progress of a cap is the pool's own count, and the summary shows it", () =>
  withApi(async ({ proxy, client }) => {
    await client.addKeys({ key: KEY });
    await client.putCap({ model: "gemini-2.5-pro", limit: 4, unit: "requests" });
    const { admin, pool } = proxy.services;
    for (let tries = 0; (await admin.capProgress()).length === 0 && tries < 100; tries++) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    const lease = await pool.acquire({
      model: "gemini-2.5-pro",
      operation: "generate",
      sources: ["api_key"],
      inputTokens: 1,
      session: "",
      client: callRecord(1).client,
      tried: new Set<CredentialId>(),
      counted: true,
    }, { signal: new AbortController().signal, maxWaitMs: 2_000 });
    assert.equal(lease.kind, "lease");
    if (lease.kind === "lease") {
      lease.succeed();
      lease[Symbol.dispose]();
    }
    const [progress] = await client.capProgress();
    assert.deepEqual([progress?.current, progress?.limit, progress?.percentage, progress?.atCap], [
      1,
      4,
      25,
      false,
    ]);
    assert.equal((await client.capCheck("gemini-2.5-pro"))?.current, 1);
    const summary = await client.quotaSummary();
    assert.deepEqual([summary.quotas[0]?.model, summary.quotas[0]?.current], ["gemini-2.5-pro", 1]);
    assert.match(summary.quotas[0]?.resetInFormatted ?? "", /^\d+h \d+m$/);
    assert.equal(summary.poolStatus.total, 1);
    const { items: buckets } = await client.buckets();
    assert.ok(buckets.length > 0);
    for (const limit of buckets[0]?.limits ?? []) assert.equal(typeof limit.forecast.perMinute, "number");
  }));

/** What the parser makes of a family; it has no types of its own. */
interface Family {
  readonly name: string;
  readonly type: string;
  readonly metrics: readonly {
    readonly labels?: Record<string, string>;
    readonly value?: string;
    readonly buckets?: Record<string, string>;
    readonly count?: string;
    readonly sum?: string;
  }[];
}

Deno.test("GET /metrics is text that Prometheus reads", () =>
  withApi(async ({ proxy, ask, client }) => {
    await client.addKeys({ key: KEY });
    const { ledger } = proxy.services;
    ledger.record(callRecord(1, { modelUsed: 'odd"model\n', queuedMs: 3_000 }));
    ledger.record(callRecord(3));
    ledger.record(callRecord(2, { outcome: "failed", failure: "quota", status: 429 }));
    await ledger.flush();
    const response = await ask("GET", "/metrics");
    assert.match(response.headers.get("content-type") ?? "", /^text\/plain; version=0\.0\.4/);
    const text = await response.text();
    assert.match(text, /geminitro_requests_total\{model="odd\\"model\\n",outcome="ok"\} 1/);
    const families = new Map((parsePrometheus(text) as Family[]).map((one) => [one.name, one]));
    for (const { name, type } of families.values()) {
      assert.equal(type === "COUNTER", name.endsWith("_total"), `${name} is a ${type}`);
    }
    for (const name of ["request_duration_seconds", "time_to_first_token_seconds", "queue_wait_seconds"]) {
      const family = families.get(`geminitro_${name}`);
      assert.equal(family?.type, "HISTOGRAM", name);
      const valuesOf = (suffix: string) =>
        [...text.matchAll(
          new RegExp(`^geminitro_${name}_${suffix}\\{model="gemini-2.5-flash"[^}]*\\} (\\S+)$`, "gm"),
        )]
          .map(([, value]) => Number(value));
      const counts = valuesOf("bucket");
      assert.deepEqual(counts, counts.toSorted((x, y) => x - y), name);
      assert.deepEqual(valuesOf("count"), counts.slice(-1));
      assert.ok(valuesOf("sum")[0]! >= 0);
    }
    assert.match(text, /geminitro_queue_wait_seconds_bucket\{model="odd\\"model\\n",le="2.5"\} 0/);
    assert.match(text, /geminitro_queue_wait_seconds_bucket\{model="odd\\"model\\n",le="5"\} 1/);
    const status = families.get("geminitro_status")?.metrics.find(({ value }) => value === "1");
    assert.deepEqual(status?.labels, { status: "ok" });
    assert.match(text, /geminitro_keys\{status="active"\} 1/);
  }));
