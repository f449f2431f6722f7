import assert from "node:assert/strict";
import { withApi } from "../support/api_bench.ts";

Deno.test("limits set by hand are listed, changed in part, kept apart by project, and forgotten", () =>
  withApi(async ({ ask, client }) => {
    await client.putLimit("gemini-2.5-flash@team", { requestsPerMinute: 5, requestsPerDay: 20 });
    await client.putLimit("*", { tokensPerMinute: 250_000 });
    const changed = await client.putLimit("gemini-2.5-flash@team", { requestsPerMinute: null });
    assert.deepEqual([changed.requestsPerMinute, changed.requestsPerDay], [null, 20]);
    assert.deepEqual((await client.limits()).map(({ name }) => name), ["*", "gemini-2.5-flash@team"]);
    const empty = await ask("PUT", "/api/limits/gemini-2.5-pro", { body: {} });
    assert.equal(empty.status, 422);
    await empty.body?.cancel();
    for (const bad of [{ requestsPerDay: -1 }, { requestsPerDay: 1.5 }, { requestsPerDay: "20" }]) {
      const refused = await ask("PUT", "/api/limits/gemini-2.5-pro", { body: bad });
      assert.equal(refused.status, 400, JSON.stringify(bad));
      await refused.body?.cancel();
    }
    for (const name of ["toString", "__proto__", "nobody"]) {
      const missing = await ask("DELETE", `/api/limits/${name}`);
      assert.equal(missing.status, 404, name);
      await missing.body?.cancel();
    }
    await client.removeLimit("*");
    assert.deepEqual((await client.limits()).map(({ name }) => name), ["gemini-2.5-flash@team"]);
  }));
