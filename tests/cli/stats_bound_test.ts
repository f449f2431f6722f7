import assert from "node:assert/strict";
import { runCli } from "../../src/cli/mod.ts";
import { OWNER_TOKEN, withApi } from "../support/api_bench.ts";
import { fakeServices } from "./fake_services.ts";

Deno.test("stats --json gives at most 2,000 buckets, and says whether they are all", () =>
  withApi(async ({ proxy, client, upstream }) => {
    const stats = async () => {
      const { services, read } = fakeServices({
        visit: () => Promise.resolve({ client, admin: proxy.services.admin, close: () => Promise.resolve() }),
      });
      assert.equal(await runCli(["stats", "--json"], services), 0, read().stderr);
      return JSON.parse(read().stdout).quota;
    };
    const add = async (from: number, to: number) => {
      const keys = Array.from(
        { length: to - from },
        (_, at) => `AIzaSyMany-${String(from + at).padStart(28, "0")}`,
      );
      for (let at = 0; at < keys.length; at += 500) await client.addKeys({ keys: keys.slice(at, at + 500) });
    };
    // A call brings about the buckets of its model at every key, though its client leaves.
    const askEach = async () => {
      for (const model of ["gemini-2.5-flash", "gemini-2.5-pro"]) {
        const leaving = new AbortController();
        const sent = upstream.length;
        const answer = proxy.fetch(
          new Request("http://localhost/v1/chat/completions", {
            method: "POST",
            headers: { authorization: `Bearer ${OWNER_TOKEN}`, "content-type": "application/json" },
            body: JSON.stringify({ model, messages: [{ role: "user", content: "hello" }] }),
            signal: leaving.signal,
          }),
        ).then((response) => response.body?.cancel(), () => {});
        while (upstream.length === sent) await new Promise((resolve) => setTimeout(resolve, 1));
        leaving.abort();
        await answer;
      }
    };
    await add(0, 10);
    await askEach();
    const few = await stats();
    assert.ok(few.buckets.length > 0);
    assert.equal(few.bucketsComplete, true);
    await add(10, 1_100);
    await askEach();
    const many = await stats();
    assert.deepEqual([many.buckets.length, many.bucketsComplete], [2_000, false]);
  }));
