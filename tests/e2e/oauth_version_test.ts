import assert from "node:assert/strict";
import { join } from "node:path";
import { answerOf, type OAuthProxy, oauthProxy } from "./oauth_proxy_fixture.ts";

const NEW = "gemini-3.8-flash-high";

/** The versions that Antigravity was told, in the order in which they changed. */
function told({ google }: OAuthProxy): readonly string[] {
  const agents = google.log.filter(({ host }) => host === "daily" || host === "prod")
    .map(({ headers }) => headers["user-agent"] ?? "");
  return agents.filter((agent, index) => agent !== agents[index - 1]);
}

const looks = ({ google }: OAuthProxy) => google.log.filter(({ path }) => path.endsWith(".yml")).length;

/** Calls until the proxy has taken over a version that it reads beside the calls. */
async function callUntil(under: OAuthProxy, agent: string): Promise<void> {
  for (const end = Date.now() + 60_000; told(under).at(-1) !== agent;) {
    assert.ok(Date.now() < end, `${agent} is not told: ${told(under)}`);
    await answerOf(await under.chat());
  }
}

Deno.test("the client version follows Google's manifest, beside calls, once for all restarts of six hours", async () => {
  await using places = new AsyncDisposableStack();
  const folder = await Deno.makeTempDir();
  places.defer(() => Deno.remove(folder, { recursive: true }));
  await using under = await oauthProxy({ GEMINITRO_KV: join(folder, "kv.sqlite3") });
  under.google.control.setManifest("version: 2.13.4\nfiles:\n  - url: Antigravity.zip\n");
  await under.signIn("ada@example.com");
  await callUntil(under, "antigravity/hub/2.13.4 geminitro");
  assert.equal(told(under)[0], "antigravity/hub/2.11.0 geminitro", "nothing waited for the manifest");
  assert.equal(looks(under), 1);
  under.google.control.setManifest("version: 2.14.0\n");
  await under.restart();
  await callUntil(under, "antigravity/hub/2.13.4 geminitro");
  assert.equal(looks(under), 1, "the answer of before the restart counts");
});

Deno.test("a manifest that lies, is older, is huge or does not answer changes nothing", async () => {
  const before = "antigravity/hub/2.11.0 geminitro";
  const texts = ["version: 2.9.1\n", "version: 9.9.9-evil\r\nx: y", "x".repeat(2_000_000), undefined];
  for (const text of texts) {
    await using under = await oauthProxy();
    under.google.control.setManifest(text);
    await under.signIn("ada@example.com");
    for (const end = Date.now() + 60_000; looks(under) === 0;) {
      assert.ok(Date.now() < end, "the manifest is not read");
      await answerOf(await under.chat());
    }
    await answerOf(await under.chat());
    assert.deepEqual(told(under), [before]);
  }
});

Deno.test("with the version switched off no manifest is read", async () => {
  await using under = await oauthProxy({ ANTIGRAVITY_VERSION_URL: "off" });
  await under.signIn("ada@example.com");
  for (let call = 0; call < 3; call++) await answerOf(await under.chat());
  assert.equal(looks(under), 0);
});

Deno.test("an own user agent with an old version is kept, and what it hides is told", async () => {
  await using under = await oauthProxy({ ANTIGRAVITY_USER_AGENT: "antigravity/hub/2.9.1 mine" });
  under.google.control.account("ada@example.com").models = [NEW, "gemini-2.5-pro"];
  await under.signIn("ada@example.com");
  await answerOf(await under.chat());
  assert.deepEqual(told(under), ["antigravity/hub/2.9.1 mine"]);
  const { body } = await under.api("GET", "/api/accounts");
  const [antigravity] = body["sources"] as { warning?: string }[];
  assert.match(antigravity?.warning ?? "", /says version 2\.9\.1, .* hides gemini-3\.8 from it/);
  const refused = await under.chat("gemini-3.8-flash");
  assert.equal(refused.status, 404);
  assert.match(await refused.text(), /shows gemini-3\.8 only to clients from version 2\.11\.0 on/);
});

Deno.test("the usual version is shown newer models", async () => {
  await using under = await oauthProxy();
  under.google.control.account("ada@example.com").models = [NEW];
  await under.signIn("ada@example.com");
  const [source] = await answerOf(await under.chat("gemini-3.8-flash"));
  assert.equal(source, "antigravity");
  const { body } = await under.api("GET", "/api/accounts");
  assert.deepEqual((body["sources"] as { warning?: string }[]).map(({ warning }) => warning), [
    undefined,
    undefined,
  ]);
});
