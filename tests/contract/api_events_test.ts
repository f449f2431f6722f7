import assert from "node:assert/strict";
import { callRecord, KEY, withApi } from "../support/api_bench.ts";

Deno.test("GET /api/events begins with the state, tells what happens and resumes after an id", () =>
  withApi(async ({ client, proxy }) => {
    const stop = new AbortController();
    const seen: string[] = [];
    const sent = callRecord(1);
    let last = 0;
    for await (const event of client.events(stop.signal)) {
      seen.push(event.name);
      if (event.id > 0) last = event.id;
      if (event.name === "stats_update_full" && seen.length === 2) {
        await client.addKeys({ key: KEY, validate: false });
        await client.putCap({ model: "m", limit: 1 });
        proxy.services.ledger.record(sent);
      }
      if (event.name === "request") {
        const { id, attempts } = event.data as { id: string; attempts: unknown };
        const expected = sent.attempts.map(({ credential, startedAt, failure }) => ({
          credential,
          startedAt,
          failure: failure ?? null,
        }));
        assert.deepEqual([id, attempts], [sent.id, expected]);
      }
      if (["usage:cap-updated", "traffic_update", "request"].every((name) => seen.includes(name))) break;
    }
    assert.deepEqual(seen.slice(0, 2), ["stats_update", "stats_update_full"]);
    assert.equal(proxy.services.ledger.listeners(), 0);
    proxy.services.ledger.publish("log", { message: "missed" });
    for await (const event of client.events(stop.signal, last)) {
      if (event.name !== "log") continue;
      assert.deepEqual(event.data, { message: "missed" });
      break;
    }
  }));

Deno.test("GET /api/events sends only what was asked for and ends with the ledger", () =>
  withApi(async ({ ask, proxy }) => {
    const response = await ask("GET", "/api/events?events=log");
    assert.equal(response.headers.get("content-type"), "text/event-stream");
    const reading = response.text();
    proxy.services.ledger.publish("traffic_update", 1);
    proxy.services.ledger.publish("log", { message: "one" });
    await new Promise((resolve) => setTimeout(resolve, 20));
    await proxy.services.ledger.close();
    const text = await reading;
    assert.match(text, /event: log\ndata: {"message":"one"}/);
    assert.doesNotMatch(text, /traffic_update|stats_update/);
    assert.equal((await ask("GET", "/api/events?colour=red")).status, 400);
  }));
