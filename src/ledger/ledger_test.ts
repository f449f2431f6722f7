import assert from "node:assert/strict";
import { call, START, withLedger } from "../../tests/support/ledger_bench.ts";
import type { LedgerService } from "./mod.ts";

async function allPages(
  ledger: LedgerService,
  filter: Parameters<LedgerService["requests"]>[0],
  limit: number,
) {
  const ids: string[] = [];
  for (let cursor: string | undefined, first = true; first || cursor !== undefined; first = false) {
    const page = await ledger.requests(filter, { limit, ...(cursor === undefined ? {} : { cursor }) });
    ids.push(...page.items.map((record) => record.id));
    cursor = page.cursor;
  }
  return ids;
}

Deno.test("requests() pages newest first over fresh and sealed records", () =>
  withLedger(async (ledger, clock) => {
    for (let number = 0; number < 300; number++) {
      ledger.record(call(number));
      if (number % 50 === 49) {
        await ledger.flush();
        clock.move(3_000);
      }
      if (number === 199) assert.equal(await ledger.seal(), 200);
    }
    await ledger.flush();
    const expected = Array.from({ length: 300 }, (_, index) => `req_${299 - index}`);
    assert.deepEqual(await allPages(ledger, {}, 7), expected);
    assert.deepEqual(await allPages(ledger, {}, 1_000), expected);
    const pro = await allPages(ledger, { model: "gemini-2.5-pro", key: "...key1" }, 5);
    assert.deepEqual(
      pro,
      expected.filter((id) => Number(id.slice(4)) % 2 === 1 && Number(id.slice(4)) % 3 === 1),
    );
    assert.equal((await ledger.request("req_5"))?.at, START + 5);
    assert.equal((await ledger.request("req_250"))?.at, START + 250);
    assert.equal(await ledger.request("req_none"), undefined);
  }));

Deno.test("requests() goes on from a cursor whose records were sealed meanwhile", () =>
  withLedger(async (ledger, clock) => {
    for (let number = 0; number < 100; number++) ledger.record(call(number));
    await ledger.flush();
    clock.move(5_000);
    const first = await ledger.requests({}, { limit: 10 });
    assert.equal(await ledger.seal(), 100);
    const second = await ledger.requests({}, { limit: 10, cursor: first.cursor ?? "" });
    assert.deepEqual(
      second.items.map((record) => record.id),
      Array.from({ length: 10 }, (_, i) => `req_${89 - i}`),
    );
  }));

Deno.test("requests() filters by time, class, status, agent and error text", () =>
  withLedger(async (ledger, clock) => {
    for (let number = 0; number < 60; number++) {
      const failed = number % 20 === 0;
      ledger.record(call(number, {
        ...(failed
          ? {
            outcome: "failed",
            failure: "quota",
            status: 429,
            message: `Daily quota of key ${number} is used up`,
          }
          : {}),
        agent: number < 30 ? "Codex/2" : "aider",
      }));
    }
    await ledger.flush();
    clock.move(5_000);
    for (const sealed of [false, true]) {
      if (sealed) await ledger.seal();
      assert.deepEqual(await allPages(ledger, { class: "quota" }, 2), ["req_40", "req_20", "req_0"]);
      assert.deepEqual(await allPages(ledger, { status: "4xx", agent: "codex" }, 9), ["req_20", "req_0"]);
      assert.deepEqual(await allPages(ledger, { text: "KEY 40" }, 9), ["req_40"]);
      assert.deepEqual(await allPages(ledger, { since: START + 58 }, 9), ["req_59", "req_58"]);
      assert.deepEqual(await allPages(ledger, { until: START + 1 }, 9), ["req_1", "req_0"]);
      assert.deepEqual(await allPages(ledger, { text: "nothing" }, 9), []);
    }
  }));

Deno.test("requests() refuses a cursor that is not one", () =>
  withLedger(async (ledger) => {
    for (const cursor of ["", "x", "s.1", "s.a.b", "f..1.x", "f.a.-1.x"]) {
      await assert.rejects(ledger.requests({}, { limit: 1, cursor }), RangeError);
    }
  }));

Deno.test("totals() and series() sum the counts of several processes", () =>
  withLedger(async (ledger, clock, again) => {
    const other = again();
    for (let number = 0; number < 10; number++) (number % 2 === 0 ? ledger : other).record(call(number));
    await ledger.flush();
    await other.flush();
    clock.move(3_600_000);
    ledger.record(call(10, { outcome: "failed", failure: "overloaded", status: 503 }));
    await ledger.flush();
    const range = { grain: "hour", dim: "model", from: START, to: clock.now() } as const;
    const totals = await ledger.totals(range);
    assert.equal(totals.get("gemini-2.5-flash")?.requests, 6);
    assert.equal(totals.get("gemini-2.5-flash")?.failed, 1);
    assert.equal(totals.get("gemini-2.5-pro")?.costMicros, 5 * (1_000 * 1.25 + 100 * 10));
    const points = await ledger.series({ ...range, dim: "total" });
    assert.deepEqual(points.map((point) => point.cells.get("total")?.requests), [10, 1]);
    assert.equal((await ledger.lifetime("total")).get("total")?.requests, 11);
    await other.close();
  }));

Deno.test("mergeRollups() joins the counts of ended processes without changing the sums", () =>
  withLedger(async (ledger, clock, again) => {
    for (let run = 0; run < 12; run++) {
      const ended = again();
      ended.record(call(run));
      await ended.close();
    }
    clock.move(25 * 3_600_000);
    ledger.record(call(99));
    await ledger.flush();
    const before = (await ledger.lifetime("total")).get("total")?.requests;
    assert.ok(await ledger.mergeRollups() > 0);
    assert.ok(await ledger.mergeRollups() > 0);
    assert.equal(before, 13);
    assert.equal((await ledger.lifetime("total")).get("total")?.requests, 13);
  }));

Deno.test("sweep() removes what is older than the retention, once", () =>
  withLedger(async (ledger, clock) => {
    for (let number = 0; number < 10; number++) ledger.record(call(number));
    await ledger.flush();
    clock.move(5_000);
    await ledger.seal();
    clock.move(91 * 86_400_000);
    ledger.record(call(11, { at: clock.now() }));
    await ledger.flush();
    assert.equal((await ledger.sweep()).records, 10);
    assert.deepEqual(await allPages(ledger, {}, 5), ["req_11"]);
    assert.deepEqual(await ledger.sweep(), { records: 0, rollups: 0 });
    assert.equal((await ledger.lifetime("total")).get("total")?.requests, 11);
  }));

Deno.test("series() with `most` keeps the busiest names and counts the others together, whatever there is", () =>
  withLedger(async (ledger, clock) => {
    const [minutes, agents] = [6, 40];
    const from = clock.now();
    for (let minute = 0; minute < minutes; minute++) {
      for (let agent = 0; agent < agents; agent++) {
        // The first is the busiest, and is not there in every minute.
        const calls = agent === 0 ? (minute % 2) * 30 : agent < 3 ? 5 : 1;
        for (let count = 0; count < calls; count++) {
          ledger.record(call(minute * 10_000 + agent * 100 + count, { agent: `agent-${agent}` }));
        }
      }
      clock.move(60_000);
    }
    await ledger.flush();
    const range = { grain: "minute", dim: "agent", from, to: clock.now() } as const;
    const sumOf = (points: Awaited<ReturnType<LedgerService["series"]>>) =>
      points.map(({ time, cells }) => [
        time,
        [...cells.values()].reduce((total, { requests }) => total + requests, 0),
      ]);
    const whole = await ledger.series(range);
    for (const most of [1, 6, 12, 18, 24, 100, 1_000]) {
      const points = await ledger.series({ ...range, most });
      assert.deepEqual(sumOf(points), sumOf(whole), `of ${most}`);
      const cells = points.reduce((total, point) => total + point.cells.size, 0);
      assert.ok(cells <= Math.max(most, minutes), `${cells} of ${most}`);
      const names = new Set(points.flatMap((point) => [...point.cells.keys()]));
      assert.equal(names.has("agent-0"), most >= 12, `agent-0 of ${most}`);
      assert.equal(names.has("agent-1"), most >= 18, `agent-1 of ${most}`);
    }
  }));
