import assert from "node:assert/strict";
import { callRecord, KEY, OTHER_KEY, withApi } from "../support/api_bench.ts";

Deno.test("aliases lead to models, circles and late edits are refused", () =>
  withApi(async ({ client, ask }) => {
    await client.addKeys({ key: KEY });
    const alias = await client.putAlias("fast", { target: "gemini-2.5-flash" });
    assert.deepEqual((await client.aliases()).map(({ name, resolves }) => [name, resolves]), [[
      "fast",
      "gemini-2.5-flash",
    ]]);
    await client.putAlias("quick", { target: "fast" });
    await assert.rejects(client.putAlias("fast", { target: "quick" }), /back to itself/);
    await assert.rejects(
      client.putAlias(
        "fast",
        { target: "gemini-2.5-pro" },
        new Date(Date.parse(alias.updatedAt) - 5).toISOString(),
      ),
      /Somebody else/,
    );
    await client.putAlias("team/model", { target: "gemini-2.5-pro" });
    await client.removeAlias("team/model");
    assert.equal((await ask("DELETE", "/api/aliases/team%2Fmodel")).status, 404);
    const matrix = await client.models();
    assert.deepEqual(matrix.models, ["gemini-2.5-flash", "gemini-2.5-pro"]);
    assert.ok(matrix.entries.some((entry) => entry.id === "quick" && entry.aliasOf === "gemini-2.5-flash"));
  }));

Deno.test("quota groups and fallbacks are kept; a model is in one group only", () =>
  withApi(async ({ client }) => {
    await client.putQuotaGroup("pro", { models: ["a", "b"] });
    await assert.rejects(client.putQuotaGroup("other", { models: ["b"] }), /one group only/);
    assert.deepEqual(
      (await client.quotaGroups()).map(({ name, origin }) => [name, origin]).sort(),
      [["flash", "setting"], ["pro", "set"]],
    );
    await client.removeQuotaGroup("pro");
    await client.putFallback("a", { to: ["b", "c"] });
    await assert.rejects(client.putFallback("a", { to: ["a"] }), /own fallback/);
    assert.deepEqual((await client.fallbacks()).map(({ model, to }) => [model, to]), [["a", ["b", "c"]]]);
    await client.removeFallback("a");
  }, { QUOTA_GROUPS_FLASH: "x,y" }));

Deno.test("POST /api/models and /api/refresh-models ask the keys again", () =>
  withApi(async ({ client, ask, upstream }) => {
    await client.addKeys({ key: KEY, validate: false });
    upstream.length = 0;
    const { results } = await client.refreshModels();
    assert.deepEqual(results.map(({ ok, models, added }) => [ok, models, added.length]), [[true, 2, 2]]);
    const again = await (await ask("POST", "/api/refresh-models")).json();
    assert.deepEqual(again.models, ["gemini-2.5-flash", "gemini-2.5-pro"]);
    assert.equal(upstream.length, 2);
    assert.deepEqual(await (await ask("GET", "/api/config-template")).json(), again.models);
  }));

Deno.test("a client token works, is limited, is shown once and ends when it is revoked", () =>
  withApi(async ({ client, proxy, ask }) => {
    const { admin, ledger } = proxy.services;
    const made = await client.addClient({
      name: "ci",
      allowModels: ["gemini-2.5-flash*"],
      requestsPerMinute: 2,
      budget: { unit: "tokens", limit: 2_000, period: "daily" },
    });
    assert.match(made.token, /^gn-[\w-]{40}$/);
    const who = admin.authenticate(made.token);
    assert.deepEqual([who?.name, who?.owner], ["ci", false]);
    assert.ok(who !== undefined);
    assert.equal(admin.mayUse(who, "gemini-2.5-pro"), false);
    assert.equal(admin.admit(who, "gemini-2.5-pro")?.code, "model_not_allowed");
    assert.equal(admin.admit(who, "gemini-2.5-flash-lite"), undefined);
    assert.equal(admin.admit(who, "gemini-2.5-flash"), undefined);
    const rate = admin.admit(who, "gemini-2.5-flash");
    assert.deepEqual([rate?.status, rate?.code], [429, "rate_limit_exceeded"]);
    assert.ok((rate?.until ?? 0) > Date.now());
    for (const number of [1, 2]) ledger.record(callRecord(number, { client: who.id }));
    const budget = admin.admit(who, "gemini-2.5-flash");
    assert.deepEqual([budget?.status, budget?.code], [429, "insufficient_quota"]);
    await ledger.flush();
    const own = await (await ask("GET", "/api/clients/me", { token: made.token })).json();
    assert.deepEqual([own.name, own.usage.tokens.total], ["ci", 2_300]);
    assert.doesNotMatch(JSON.stringify(await client.clients()), new RegExp(`${made.token}|"hash"`));
    const edited = await client.editClient("ci", {
      name: "ci-2",
      budget: { unit: "tokens", limit: 9_000, period: "daily" },
      requestsPerMinute: null,
      allowModels: null,
    });
    assert.deepEqual([edited.budget?.limit, edited.requestsPerMinute, edited.allowModels], [
      9_000,
      undefined,
      undefined,
    ]);
    const after = admin.authenticate(made.token);
    assert.ok(after !== undefined, "the token stays");
    assert.equal(admin.mayUse(after, "gemini-2.5-pro"), true);
    assert.equal(admin.admit(after, "gemini-2.5-flash"), undefined, "the new budget holds at once");
    const seen = new Date(Date.parse(edited.updatedAt) - 5).toISOString();
    await assert.rejects(client.editClient("ci-2", { name: "ci" }, seen), /Somebody else/);
    await assert.rejects(client.editClient("nobody", { name: "ci" }), /no client nobody/);
    await client.editClient("ci-2", { name: "ci" });
    const revoked = await client.revokeClient("ci");
    assert.equal(revoked.status, "revoked");
    assert.equal(admin.authenticate(made.token), undefined);
    assert.equal(admin.admit(who, "gemini-2.5-flash")?.status, 401);
    const restored = await client.restoreClient(revoked.id);
    assert.equal(restored.status, "active");
    assert.equal(admin.authenticate(made.token)?.name, "ci");
    await assert.rejects(client.restoreClient(revoked.id), /not revoked/);
    await client.revokeClient("ci");
    await client.addClient({ name: "ci" });
    await assert.rejects(client.restoreClient(revoked.id), /another client ci/);
    assert.equal((await ask("POST", "/api/clients", { body: { name: "x", expiresAt: 5 } })).status, 422);
  }));

Deno.test("settings and preferences change, with a check for late edits", () =>
  withApi(async ({ client, ask }) => {
    const before = await client.settings();
    const after = await client.changeSettings({
      prices: { "my-model": { input: 1, cached: 0, output: 2 } },
    });
    assert.ok("my-model" in after.prices.models);
    await assert.rejects(client.changeSettings({ prices: {} }, before.updatedAt), /Somebody else/);
    assert.equal((await ask("POST", "/api/settings", { body: { autoUpdate: "yes" } })).status, 400);
    await assert.rejects(client.changeSettings({ autoUpdate: true }), /no \.env to write to/);
    assert.deepEqual(await client.preferences(), { setupMethod: null });
    assert.deepEqual(await client.setPreferences({ setupMethod: "browser", theme: "dawn" }), {
      setupMethod: "browser",
      theme: "dawn",
    });
    assert.equal((await ask("POST", "/api/preferences", { body: { setupMethod: "other" } })).status, 400);
    const setup = await client.setupState();
    assert.deepEqual([setup.hasKeys, setup.models], [false, []]);
    assert.equal((await ask("POST", "/api/agents/install", { body: { agents: ["x"] } })).status, 503);
    assert.equal((await ask("POST", "/api/keys/oauth/antigravity")).status, 503);
    assert.equal((await ask("POST", "/api/keys/oauth/other")).status, 400);
  }));

Deno.test("an export under a passphrase is taken over elsewhere, once, and says first what it would do", () =>
  withApi(async ({ client }) => {
    await client.addKeys({ keys: [KEY, OTHER_KEY], label: "mine" });
    await client.putAlias("fast", { target: "gemini-2.5-flash" });
    await client.putCap({ model: "gemini-2.5-pro", limit: 9 });
    const { token } = await client.addClient({ name: "ci" });
    const document = await client.exportSealed({ passphrase: "correct horse" });
    const open = await client.exportFile();
    assert.doesNotMatch(JSON.stringify([document, open]), new RegExp(`${KEY}|${OTHER_KEY}|${token}`));
    await assert.rejects(client.exportSealed({ passphrase: "short" }), /8 characters/);
    assert.doesNotMatch(JSON.stringify(open), /sealed|dashboard-session/);
    await withApi(async (other) => {
      await assert.rejects(other.client.importFile({ document }), /give its passphrase/);
      await assert.rejects(other.client.importFile({ document, passphrase: "wrong horse" }), /not the one/);
      const dry = await other.client.importFile({ document, passphrase: "correct horse", dryRun: true });
      assert.deepEqual([dry.keys.added, dry.aliases.added, (await other.client.keys()).length], [2, 1, 0]);
      const done = await other.client.importFile({ document, passphrase: "correct horse" });
      assert.deepEqual([done.keys.added, done.caps.added, done.clients.added], [2, 1, 1]);
      assert.deepEqual((await other.client.keys()).map((key) => key.label), ["mine", "mine"]);
      assert.equal(other.proxy.services.admin.authenticate(token)?.name, "ci");
      const again = await other.client.importFile({ document, passphrase: "correct horse" });
      assert.deepEqual([again.keys, again.caps], [
        { added: 0, unchanged: 2, failed: 0 },
        { added: 0, unchanged: 1, failed: 0 },
      ]);
    });
  }));

Deno.test("an import leaves out settings that were sealed with another database's key", () =>
  withApi(async ({ client, proxy }) => {
    const document = await client.exportFile();
    const sealed = { name: "dashboard-session", value: { sealed: "v1.of-another-database" } };
    const kept = await proxy.services.store.settings.get("dashboard-session");
    await proxy.services.store.settings.remove("dashboard-session");
    await client.importFile({ document: { ...document, settings: [sealed] } });
    assert.equal(await proxy.services.store.settings.get("dashboard-session"), undefined);
    assert.ok(kept !== undefined);
  }));

Deno.test("POST /api/import takes an earlier .geminitro folder, gemini-balance's keys and plain lists", () =>
  withApi(async ({ client, proxy, ask }) => {
    const seed = await client.importFile({
      files: {
        "keys.json": [KEY, { key: OTHER_KEY, label: "b", priorityTier: "standard" }, {
          source: "antigravity",
          email: "a@b.example",
          refreshToken: "1//refresh-token-of-nobody",
        }, 7],
        "usage_caps.json": {
          caps: [{ model: "models/gemini-2.5-pro", limit: 5, action: "warn_only" }],
          resetTime: "03:00",
        },
        "history.json": { totalRequests: 3, keyUsage: { [KEY]: { requests: 3, errors: 1 } } },
        "models.json": ["x"],
      },
    });
    assert.deepEqual([seed.format, seed.keys.added, seed.caps.added], ["seed", 3, 1]);
    assert.ok(seed.notes.some((note) => note.startsWith("1 entries")));
    assert.deepEqual((await client.keys()).map((key) => key.tier), ["free", "standard", "free"]);
    assert.equal((await client.caps()).resetTime, "03:00");
    const history = JSON.stringify(await proxy.services.store.settings.get("imported-history"));
    assert.match(history, /"requests":3/);
    assert.doesNotMatch(history, /AIza/);
    const balance = await client.importFile({ text: `API_KEYS=["${KEY}", "key-number-three-3"]\nALLOWED=1` });
    assert.deepEqual([balance.format, balance.keys], ["gemini-balance", {
      added: 1,
      unchanged: 1,
      failed: 0,
    }]);
    const list = await client.importFile({ text: "key-number-four-4\nkey-number-five-5" });
    assert.deepEqual([list.format, list.keys.added], ["list", 2]);
    const raw = await ask("POST", "/api/import", { body: { keys: ["key-number-six-66"] } });
    assert.equal((await raw.json()).keys.added, 1);
    assert.equal((await ask("POST", "/api/import", { body: { document: { a: 1 } } })).status, 422);
  }));
