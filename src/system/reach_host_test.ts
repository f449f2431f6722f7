import assert from "node:assert/strict";
import { ReservedPort } from "../../tests/support/reserved_port.ts";
import { createReachHost } from "./mod.ts";

const nothing = () => undefined;

Deno.test("createReachHost() knows a host that listens from one that does not", async () => {
  using listener = Deno.listen({ port: 0, hostname: "127.0.0.1" });
  using silent = new ReservedPort();
  const reach = createReachHost(nothing);
  assert.equal(await reach(`http://127.0.0.1:${listener.addr.port}/v1`, 2_000), true);
  assert.equal(await reach(`http://127.0.0.1:${silent.port}/v1`, 2_000), false);
  assert.equal(await reach("http://no-such-host.invalid/", 2_000), false);
});

Deno.test("createReachHost() does not take an open port for a host that speaks TLS", async () => {
  using listener = Deno.listen({ port: 0, hostname: "127.0.0.1" });
  const accepted = listener.accept();
  const reach = createReachHost(nothing);
  assert.equal(await reach(`https://127.0.0.1:${listener.addr.port}/`, 100), false);
  (await accepted).close();
});

Deno.test("createReachHost() tries a host once for all who ask, and knows nothing behind a proxy", async () => {
  using listener = Deno.listen({ port: 0, hostname: "127.0.0.1" });
  const url = `http://127.0.0.1:${listener.addr.port}/`;
  const reach = createReachHost(nothing);
  assert.equal(reach(url, 1_000), reach(`${url}other`, 1_000));
  await reach(url, 1_000);
  using silent = new ReservedPort();
  const behind = createReachHost((name) => name === "https_proxy" ? "http://proxy" : undefined);
  assert.equal(await behind(`http://127.0.0.1:${silent.port}/`, 1_000), true);
});
