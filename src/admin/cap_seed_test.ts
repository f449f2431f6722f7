import assert from "node:assert/strict";
import { callRecord, withApi } from "../../tests/support/api_bench.ts";

Deno.test("a cap made after calls of its period counts them, once", () =>
  withApi(async ({ proxy, client }) => {
    const { ledger, admin } = proxy.services;
    for (let i = 0; i < 3; i++) ledger.record(callRecord(i));
    ledger.record(callRecord(3, { status: 429, outcome: "failed", failure: "rate_limit" }));
    const cap = { model: "gemini-2.5-flash", limit: 10, period: "monthly" } as const;
    const used = async () => {
      for (let tries = 0; tries < 200; tries++) {
        const [progress] = await admin.capProgress();
        if (progress !== undefined && (progress.current > 0 || tries > 40)) return progress.current;
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      throw new Error("The pool did not take the cap over");
    };
    assert.ok((await admin.putCap(cap)).ok);
    assert.equal(await used(), 3);
    assert.ok((await admin.putCap({ ...cap, enabled: false })).ok);
    assert.ok((await admin.putCap({ ...cap, enabled: true })).ok);
    assert.equal(await used(), 3);
    await client.stats();
  }));
