/** docs/security.md, "What a request can carry": clients that promise more than they send. */
import assert from "node:assert/strict";
import { ask, TOKEN } from "../e2e/calls.ts";
import { proxyUnderTest } from "../support/proxy_under_test.ts";

const MIB = 1_048_576;

Deno.test("bodies that are declared and never come take no memory", async () => {
  await using t = await proxyUnderTest();
  const { hostname, port, host } = new URL(t.url);
  const head = new TextEncoder().encode(
    `POST /v1/chat/completions HTTP/1.1\r\nhost: ${host}\r\nauthorization: Bearer ${TOKEN}\r\n` +
      `content-type: application/json\r\nexpect: 100-continue\r\ncontent-length: ${10 * MIB}\r\n\r\n`,
  );
  const before = Deno.memoryUsage().rss;
  let most = before;
  const watch = setInterval(() => most = Math.max(most, Deno.memoryUsage().rss), 5);
  const connections = await Promise.all(Array.from({ length: 200 }, async () => {
    const connection = await Deno.connect({ hostname, port: Number(port) });
    await connection.write(head);
    return connection;
  }));
  assert.equal((await ask(t, "chat")).status, 200);
  for (const connection of connections) connection.close();
  // Each of them is let in, finds its client gone and leaves, before a large body of somebody else has its turn.
  assert.equal((await ask(t, "chat", { text: "x".repeat(MIB) })).status, 200);
  clearInterval(watch);
  assert.ok(most - before < 500 * MIB, `${Math.round((most - before) / MIB)} MiB more`);
});
