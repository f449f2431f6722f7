/** What the webhook is told is what the Overview says, in its words, whatever the pool's own events are. */
import assert from "node:assert/strict";
import { KEYS, proxyUnderTest } from "../support/proxy_under_test.ts";
import { ask, at, MODEL, tell, until } from "./calls.ts";

interface Post {
  readonly type: string;
  readonly subject: string;
  readonly message: string;
  readonly data: { readonly model: string | null; readonly until?: number | null };
}

Deno.test("alerts: the webhook hears what the verdict says of each model, and when it serves again", async () => {
  const posts: Post[] = [];
  const hook = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, async (request) => {
    posts.push(await request.json());
    return new Response();
  });
  try {
    await using t = await proxyUnderTest({
      env: { ALERT_WEBHOOK_URL: `http://127.0.0.1:${hook.addr.port}`, QUEUE_MAX_WAIT: "0" },
    });
    const cap = (limit: number) =>
      tell(t, "/api/stats/caps", { body: { model: MODEL, limit, unit: "requests", period: "daily" } });
    const said = async () => String(at((await tell(t, "/api/overview")).json, "verdict.message"));
    const of = (type: string) => posts.filter((post) => post.type === type);

    // Nobody has called yet: only the verdict knows.
    assert.equal((await cap(0)).status, 200);
    await until(() => of("pool-exhausted").length === 1, 20_000);
    assert.equal(of("pool-exhausted")[0]?.subject, MODEL);
    assert.equal(of("pool-exhausted")[0]?.message, await said());
    assert.equal(of("pool-exhausted")[0]?.data.until, null);

    assert.equal((await tell(t, `/api/stats/caps/${MODEL}`, { method: "DELETE" })).status, 200);
    await until(() => of("pool-recovered").length === 1, 20_000);
    assert.equal(of("pool-recovered")[0]?.subject, MODEL);
    assert.equal(await said(), "Every model can be served");

    // No model at all is one alert, not one a model.
    for (const key of KEYS) t.simulator.control.key(key, "invalid");
    assert.equal((await ask(t, "chat")).status, 401);
    await until(() => of("pool-exhausted").length === 2, 20_000);
    assert.equal(of("pool-exhausted")[1]?.subject, "all models");
    assert.equal(of("pool-exhausted")[1]?.message, await said());

    for (const key of KEYS) t.simulator.control.key(key, "valid");
    assert.equal((await tell(t, "/api/keys/check", { method: "POST" })).status, 200);
    await until(() => of("pool-recovered").length === 2, 20_000);
    assert.deepEqual(of("pool-exhausted").length, 2);
  } finally {
    await hook.shutdown();
  }
});
