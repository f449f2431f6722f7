import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { connect, createServer } from "node:net";
import { withoutProxyExceptions } from "../support/proxy_exceptions.ts";
import { answerOf, oauthProxy } from "./oauth_proxy_fixture.ts";

interface RecordingProxy extends AsyncDisposable {
  readonly url: string;
  /** Request lines, oldest first: `CONNECT host:port` or `POST http://...`. */
  readonly heard: string[];
  /** The ports from which it asks. */
  readonly ports: Set<number>;
  /** What clients proved themselves with. */
  readonly passwords: Set<string>;
}

/** A forward proxy that notes what goes through it: tunnels, and plain requests in absolute form. */
async function recordingProxy(): Promise<RecordingProxy> {
  const heard: string[] = [];
  const passwords = new Set<string>();
  const ports = new Set<number>();
  const server = createServer((client) => {
    client.once("data", (bytes) => {
      const head = bytes.toString("latin1");
      const [method = "", target = ""] = head.split(" ");
      heard.push(`${method} ${target}`);
      const proof = /^proxy-authorization: basic (\S+)/im.exec(head)?.[1];
      if (proof !== undefined) passwords.add(atob(proof));
      const url = URL.parse(method === "CONNECT" ? `http://${target}` : target);
      if (url === null) return client.destroy();
      const upstream = connect(Number(url.port || 80), url.hostname, () => {
        ports.add(upstream.localPort ?? 0);
        if (method === "CONNECT") client.write("HTTP/1.1 200 OK\r\n\r\n");
        else upstream.write(Buffer.from(head.replace(target, url.pathname + url.search), "latin1"));
        client.pipe(upstream).pipe(client);
      });
      upstream.on("error", () => client.destroy());
    });
    client.on("error", () => {});
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  assert.ok(address !== null && typeof address === "object");
  return {
    url: `http://user:a-secret-password@127.0.0.1:${address.port}`,
    heard,
    ports,
    passwords,
    [Symbol.asyncDispose]: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

Deno.test("an account with a proxy of its own takes it for everything, and nothing of it goes direct", async () => {
  using _ = withoutProxyExceptions();
  await using recorder = await recordingProxy();
  await using under = await oauthProxy();
  const refreshToken = under.google.control.issueRefreshToken("ada@example.com");
  const added = await under.api("POST", "/api/keys/oauth-manual", {
    provider: "antigravity",
    refreshToken,
    confirmed: true,
    proxy: recorder.url,
  });
  assert.equal(added.status, 200, JSON.stringify(added.body));
  const id = String(added.body["id"]);
  await answerOf(await under.chat());
  under.google.control.expireAccessTokens("ada@example.com");
  await answerOf(await under.chat());
  await under.proxy.services.oauth.pollQuotas(new AbortController().signal);
  await under.api("POST", `/api/keys/${id}/check`);
  await under.api("POST", "/api/models");
  const shown = JSON.stringify((await under.api("GET", "/api/keys/safe")).body) + under.log.join("\n");
  assert.ok(!shown.includes("a-secret-password"), "its password is shown nowhere");
  await under.api("DELETE", "/api/accounts/ada@example.com");
  assert.ok(!under.google.control.hasGrant("ada@example.com"), "signed out");
  assert.ok(recorder.heard.length > 0);
  assert.deepEqual([...recorder.passwords], ["user:a-secret-password"]);
  // The fake's address is the proxy's only way in: whoever comes from another port came direct.
  assert.deepEqual(under.google.peers.filter((port) => !recorder.ports.has(port)), []);
});

Deno.test("a proxy that is set later is taken by everything from then on, and one that is removed by nothing", async () => {
  using _ = withoutProxyExceptions();
  await using recorder = await recordingProxy();
  await using under = await oauthProxy();
  const { id } = await under.signIn("ada@example.com");
  await answerOf(await under.chat());
  const everything = async () => {
    await under.api("POST", `/api/keys/${id}/check`);
    await answerOf(await under.chat());
    await under.api("POST", "/api/accounts/quota", {});
    await under.api("POST", "/api/models");
  };
  const set = await under.api("PATCH", `/api/keys/${id}`, { proxy: recorder.url });
  assert.equal(set.status, 200, JSON.stringify(set.body));
  assert.ok(!JSON.stringify(set.body).includes("a-secret-password"));
  const before = under.google.log.length;
  const [peers, methods] = [under.google.peers.length, new Set<string>()];
  under.google.control.expireAccessTokens("ada@example.com");
  await everything();
  for (const { path } of under.google.log.slice(before)) methods.add(path.replace(/^.*[:/]/, ""));
  assert.deepEqual(under.google.peers.slice(peers).filter((port) => !recorder.ports.has(port)), []);
  assert.deepEqual(
    ["fetchAvailableModels", "loadCodeAssist", "retrieveUserQuotaSummary", "streamGenerateContent", "token"]
      .filter((method) => !methods.has(method)),
    [],
    [...methods].join(),
  );
  await under.api("PATCH", `/api/keys/${id}`, { proxy: null });
  const heard = recorder.heard.length;
  await everything();
  assert.equal(recorder.heard.length, heard, "nothing takes a proxy that was removed");
  await under.api("PATCH", `/api/keys/${id}`, { proxy: recorder.url });
  const last = under.google.peers.length;
  await under.api("DELETE", "/api/accounts/ada@example.com");
  assert.ok(!under.google.control.hasGrant("ada@example.com"), "signed out");
  assert.deepEqual(under.google.peers.slice(last).filter((port) => !recorder.ports.has(port)), []);
});

Deno.test("a proxy that is set later is taken from then on, and a dead one is the account's fault and says so", async () => {
  using _ = withoutProxyExceptions();
  await using recorder = await recordingProxy();
  await using under = await oauthProxy();
  const { id } = await under.signIn("ada@example.com");
  await under.signIn("bob@example.com");
  const set = await under.api("PATCH", `/api/keys/${id}`, { proxy: recorder.url });
  assert.equal(set.status, 200, JSON.stringify(set.body));
  await under.api("POST", `/api/keys/${id}/check`);
  assert.ok(recorder.heard.length > 0);
  await under.api("PATCH", `/api/keys/${id}`, { proxy: "http://127.0.0.1:9" });
  under.google.control.expireAccessTokens("ada@example.com");
  for (let call = 0; call < 4; call++) {
    assert.match((await answerOf(await under.chat()))[1], /project-of-bob/);
  }
  const checked = await under.api("POST", `/api/keys/${id}/check`);
  assert.match(JSON.stringify(checked.body), /proxy \(127\.0\.0\.1:9\)/);
});
