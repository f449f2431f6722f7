import assert from "node:assert/strict";
import { withLedger } from "../../tests/support/ledger_bench.ts";
import { sign } from "./mod.ts";

Deno.test("logs() gives back redacted lines, newest first, by level and text", () =>
  withLedger(async (ledger) => {
    ledger.log("info", "server", "Started with AIzaSyA1234567890abcdef", { apiKey: "plain-secret", port: 1 });
    ledger.log("error", "pool", "All keys are out");
    await ledger.flush();
    const all = await ledger.logs({ limit: 10 });
    assert.deepEqual(all.map((entry) => entry.level), ["error", "info"]);
    assert.doesNotMatch(JSON.stringify(all), /AIza|plain-secret/);
    assert.equal((await ledger.logs({ limit: 10, level: "warn" })).length, 1);
    assert.equal((await ledger.logs({ limit: 10, text: "STARTED" })).length, 1);
  }));

Deno.test("subscribe() sends the newest state at most ten times a second and resumes by id", () =>
  withLedger(async (ledger, clock) => {
    const subscription = ledger.subscribe();
    for (let number = 0; number < 50; number++) ledger.publish("stats_update", number);
    clock.move(100);
    ledger.publish("log", "line");
    const seen: unknown[] = [];
    let last = 0;
    for await (const event of subscription.events) {
      seen.push(event.data);
      if (event.data === 0) last = event.id;
      if (event.data === "line") break;
    }
    assert.deepEqual(seen, [0, 49, "line"]);
    assert.equal(ledger.listeners(), 0);
    const resumed = ledger.subscribe(last);
    const next = await resumed.events[Symbol.asyncIterator]().next();
    assert.ok(!next.done && next.value.id === last + 1);
    resumed.close();
  }));

Deno.test("subscribe() gives a listener that comes back within five minutes what it missed, and nothing after", () =>
  withLedger(async (ledger, clock) => {
    ledger.publish("alert", "before anybody listened");
    const first = ledger.subscribe();
    ledger.publish("alert", "heard");
    const heard = await first.events[Symbol.asyncIterator]().next();
    assert.ok(!heard.done);
    first.close();
    const missed = async () => {
      const back = ledger.subscribe(heard.value.id);
      back.close();
      return (await Array.fromAsync(back.events)).map(({ data }) => data);
    };
    clock.move(299_000);
    ledger.publish("alert", "missed");
    assert.deepEqual(await missed(), ["missed"]);
    clock.move(301_000);
    ledger.publish("alert", "for nobody");
    const late = ledger.subscribe(heard.value.id);
    clock.move(100);
    late.close();
    assert.deepEqual((await Array.fromAsync(late.events)).map(({ name }) => name), ["missed"]);
  }));

Deno.test("subscribe() tells a reader that lines were left out of a burst, once they were", () =>
  withLedger(async (ledger, clock) => {
    const reader = ledger.subscribe();
    const burst = (lines: number) => {
      for (let line = 0; line < lines; line++) ledger.publish("log", line);
      clock.move(100);
    };
    burst(40);
    clock.move(1_000);
    burst(400);
    reader.close();
    const names = (await Array.fromAsync(reader.events)).map(({ name }) => name);
    assert.equal(names.filter((name) => name === "log").length, 40 + 51);
    assert.equal(names.filter((name) => name === "missed").length, 1);
    assert.equal(names.at(-1), "missed");
  }));

Deno.test("subscribe() drops a listener that does not read, and ends all at close", () =>
  withLedger(async (ledger) => {
    const slow = ledger.subscribe();
    for (let number = 0; number < 1_100; number++) ledger.publish("alert", number);
    assert.equal(ledger.listeners(), 0);
    slow.close();
    const open = ledger.subscribe();
    const reading = Array.fromAsync(open.events);
    await ledger.close();
    assert.deepEqual(await reading, []);
  }));

Deno.test("alert() posts a signed body once, and again after it was cleared", async () => {
  const posts: { body: string; signature: string }[] = [];
  await withLedger(async (ledger) => {
    const alert = { type: "pool-exhausted", subject: "gemini-2.5-pro", message: "No key is left" } as const;
    await ledger.alert(alert);
    await ledger.alert(alert);
    assert.equal(await ledger.clearAlert("pool-exhausted", "gemini-2.5-pro"), true);
    await ledger.alert(alert);
    await ledger.testAlert();
  }, async (_url, init) => {
    posts.push({
      body: String(init?.body),
      signature: new Headers(init?.headers).get("x-geminitro-signature") ?? "",
    });
    return await Promise.resolve(new Response(null, { status: 204 }));
  });
  assert.equal(posts.filter((post) => post.body.includes("pool-exhausted")).length, 2);
  for (const post of posts) assert.equal(post.signature, `sha256=${await sign(post.body, "geminitro")}`);
});
