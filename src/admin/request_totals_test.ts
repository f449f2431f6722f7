import assert from "node:assert/strict";
import { callRecord, withApi } from "../../tests/support/api_bench.ts";
import { requestTotals } from "./requests.ts";

Deno.test("GET /api/requests/totals adds up every record of the filter, not a page", () =>
  withApi(async ({ proxy, ask }) => {
    for (let i = 0; i < 700; i++) {
      const failed = { status: 503, outcome: "failed", failure: "overloaded" } as const;
      proxy.services.ledger.record(callRecord(i, i % 7 === 0 ? failed : {}));
    }
    await proxy.services.ledger.flush();
    const all = await (await ask("GET", "/api/requests/totals?model=gemini-2.5-flash")).json();
    assert.deepEqual([all.requests, all.success, all.errors, all.complete], [700, 600, 100, true]);
    assert.deepEqual([all.kinds.failed, all.kinds.left, all.kinds.slow], [100, 0, 0]);
    const steps: { ok: number; failed: number; ms: number }[] = all.histogram;
    assert.ok(steps.length <= 60 && new Set(steps.map(({ ms }) => ms)).size === 1);
    const sum = (part: "ok" | "failed") => steps.reduce((total, step) => total + step[part], 0);
    assert.deepEqual([sum("ok"), sum("failed")], [600, 100]);
    const failed = await (await ask("GET", "/api/requests/totals?is=failed")).json();
    assert.deepEqual([failed.requests, failed.success, failed.kinds.failed], [100, 0, 100]);
    const page = await (await ask("GET", "/api/requests?limit=1")).json();
    assert.equal(all.tokens.total, 700 * page.items[0].usage.totalTokens);
    const none = await (await ask("GET", "/api/requests/totals?status=404")).json();
    assert.deepEqual([none.requests, none.oldest, none.complete], [0, null, true]);
    const wrong = await ask("GET", "/api/requests/totals?limit=3");
    assert.equal(wrong.status, 400);
    await wrong.body?.cancel();
  }));

Deno.test("requestTotals() says when it did not look at everything", () =>
  withApi(async ({ proxy }) => {
    for (let i = 0; i < 1_200; i++) proxy.services.ledger.record(callRecord(i));
    await proxy.services.ledger.flush();
    let now = 0;
    const totals = await requestTotals(
      { ...proxy.services, version: "0", startedAt: 0 },
      {},
      () => now += 1_000,
    );
    assert.ok(totals.ok && !totals.value.complete);
    assert.ok(totals.value.requests < 1_200 && totals.value.requests >= 500);
  }));
