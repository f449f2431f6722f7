/** Requests as coding agents really send them: each must be served, with nothing lost that matters. */
import assert from "node:assert/strict";
import { AGENTS } from "../support/agent_bodies.ts";
import { proxyUnderTest } from "../support/proxy_under_test.ts";
import { assertIdle, generateCalls, type Json, tell } from "./calls.ts";

for (const { agent, path, headers, body, check } of AGENTS) {
  Deno.test(`what ${agent} sends is served at the first try`, async () => {
    await using t = await proxyUnderTest();
    const told = await tell(t, path, { body, ...(headers === undefined ? {} : { headers }) });
    assert.equal(told.status, 200, told.text);
    assert.ok(!/"error":\{/.test(told.text), told.text);
    assert.deepEqual(generateCalls(t).map(({ status }) => status), [200]);
    const [sent] = generateCalls(t);
    check(sent?.body as Json);
    if (agent === "Gemini CLI") {
      assert.deepEqual(JSON.parse(sent!.bodyText), body, "a native body was changed");
    }
    assertIdle(t);
  });
}
