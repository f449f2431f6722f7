import assert from "node:assert/strict";
import type { Clock, Credential, CredentialId, Failure, Fetch, Result, SourceName } from "../core/mod.ts";
import { openStore, type Store } from "../store/mod.ts";
import { SETTING } from "../state/mod.ts";
import { createCatalog } from "./catalog.ts";
import { type Catalog, type ModelSource } from "./mod.ts";

const clock: Clock = { now: () => 1_000, after: () => () => {} };
const settings = {
  quotaGroups: { pro: ["gemini-2.5-pro"], light: ["gemini-2.5-flash-lite"] },
  sourceOrder: ["api_key", "gemini_cli"] as const,
};
const noFetch: Fetch = () => Promise.reject(new Error("not asked"));

interface Bench {
  readonly store: Store;
  readonly catalog: Catalog;
  key(label: string, models?: readonly string[]): Promise<Credential>;
}

/** A catalog on a store of its own; both are closed afterwards. */
async function withCatalog(run: (bench: Bench) => Promise<void>): Promise<void> {
  let ids = 0;
  const newId = (prefix: string) => `${prefix}${String(++ids).padStart(24, "0")}`;
  const store = await openStore({
    path: ":memory:",
    masterKey: "0".repeat(64),
    clock,
    random: () => 0,
    newId,
    announce: false,
  });
  const catalog = createCatalog({ store, settings, clock });
  const key: Bench["key"] = async (label, models) => {
    const added = await store.credentials.add({
      source: "api_key",
      key: `AIzaSyTESTKEY-${label}-0123456789012345`,
      label,
    });
    assert.ok(added.ok);
    if (models !== undefined) await store.modelLists.put(listOf(added.value, models));
    await catalog.reload();
    return added.value;
  };
  try {
    await run({ store, catalog, key });
  } finally {
    catalog.close();
    await store.close();
  }
}

function listOf({ id: credential, source }: Credential, models: readonly string[]) {
  return { credential, source, at: 5, models: models.map((id) => ({ id, methods: ["generateContent"] })) };
}

function idOf(catalog: Catalog, name: string): string {
  const found = catalog.resolve(name);
  return found.ok ? found.value.id : `${found.error.status} ${found.error.code}`;
}

function idsOf(catalog: Catalog): readonly string[] {
  return catalog.list().map(({ id }) => id);
}

Deno.test("resolve() lets every name pass while no list is known", () =>
  withCatalog(async ({ catalog, key }) => {
    assert.equal(idOf(catalog, "models/anything"), "anything");
    await key("a");
    assert.equal(idOf(catalog, "anything"), "anything");
    assert.equal(idOf(catalog, "models/"), "400 invalid_value");
  }));

Deno.test("resolve() follows aliases and refuses what no key serves, with near names", () =>
  withCatalog(async ({ store, catalog, key }) => {
    await store.aliases.put({ name: "fast", target: "models/gemini-2.5-flash" });
    await store.aliases.put({ name: "a", target: "b" });
    await store.aliases.put({ name: "b", target: "a" });
    await key("k", ["gemini-2.5-flash", "gemini-2.5-pro"]);
    const found = catalog.resolve("google/fast");
    assert.ok(found.ok);
    assert.equal(found.value.asked, "google/fast");
    assert.equal(found.value.id, "gemini-2.5-flash");
    assert.deepEqual(found.value.sources, ["api_key"]);
    assert.equal(found.value.capabilities.thinking.kind, "budget");
    assert.equal(idOf(catalog, "a"), "404 model_not_found");
    assert.equal(idOf(catalog, "GEMINI-2.5-flash"), "404 model_not_found");
    const missing = catalog.resolve("gemini-2.5-flsh");
    assert.ok(!missing.ok);
    assert.equal(missing.error.param, "model");
    assert.match(missing.error.message, /did you mean gemini-2\.5-flash/);
  }));

Deno.test("groups of the store win over those of the settings by name, and fallbacks name only what is served", () =>
  withCatalog(async ({ store, catalog, key }) => {
    await store.quotaGroups.put({ name: "pro", models: ["gemini-3-pro-preview"] });
    const kept = await store.fallbacks.put({
      model: "gemini-2.5-pro",
      to: ["fast", "gone", "gemini-2.5-flash"],
    });
    assert.ok(kept.ok);
    await store.aliases.put({ name: "fast", target: "gemini-2.5-flash" });
    await key("k", ["gemini-2.5-flash", "gemini-2.5-pro"]);
    assert.equal(catalog.groupOf("gemini-3-pro-preview"), "pro");
    assert.equal(catalog.groupOf("gemini-2.5-pro"), undefined);
    assert.equal(catalog.groupOf("gemini-2.5-flash-lite"), "light");
    const found = catalog.resolve("gemini-2.5-pro");
    assert.ok(found.ok);
    assert.deepEqual(found.value.fallbacks, ["gemini-2.5-flash"]);
  }));

Deno.test("list() is the union over usable keys with aliases; servedBy() and matrix() tell the keys apart", () =>
  withCatalog(async ({ store, catalog, key }) => {
    const one = await key("one", ["gemini-2.5-flash", "gemini-2.5-pro"]);
    const two = await key("two", ["gemini-2.5-flash", "gemma-3-27b-it"]);
    const silent = await key("silent");
    await store.aliases.put({ name: "fast", target: "gemini-2.5-flash" });
    await store.aliases.put({ name: "dangling", target: "nowhere" });
    await catalog.reload();
    assert.deepEqual(idsOf(catalog), ["gemini-2.5-flash", "gemini-2.5-pro", "gemma-3-27b-it", "fast"]);
    assert.equal(catalog.list()[3]?.aliasOf, "gemini-2.5-flash");
    assert.deepEqual(catalog.list()[0]?.credentials.toSorted(), [one.id, two.id].toSorted());
    assert.equal(catalog.servedBy("gemini-2.5-pro", one.id, "generate"), true);
    assert.equal(catalog.servedBy("gemini-2.5-pro", two.id, "generate"), false);
    assert.equal(catalog.servedBy("gemini-2.5-pro", silent.id, "generate"), undefined);
    const row = catalog.matrix().rows.find(({ credential }) => credential === two.id);
    assert.deepEqual(row?.models, ["gemini-2.5-flash", "gemma-3-27b-it"]);
    assert.equal(row?.at, 5);
    await store.credentials.update(two.id, { enabled: false });
    await catalog.reload();
    assert.deepEqual(idsOf(catalog), ["gemini-2.5-flash", "gemini-2.5-pro", "fast"]);
  }));

Deno.test("rules for one key and for all hide models", () =>
  withCatalog(async ({ store, catalog, key }) => {
    const one = await key("one", ["gemini-2.5-flash", "gemini-2.5-pro"]);
    await store.credentials.update(one.id, { denyModels: ["*-pro"] });
    await catalog.reload();
    assert.equal(catalog.servedBy("gemini-2.5-pro", one.id, "generate"), false);
    assert.equal(idOf(catalog, "gemini-2.5-pro"), "404 model_not_found");
    await store.settings.put(SETTING.rules, { allowModels: ["*-lite"] });
    await catalog.reload();
    assert.equal(idOf(catalog, "gemini-2.5-flash"), "403 model_not_allowed");
    assert.deepEqual(catalog.list(), []);
  }));

Deno.test("an edit of the store reaches the snapshot by itself", () =>
  withCatalog(async ({ store, catalog, key }) => {
    await key("one", ["gemini-2.5-flash"]);
    const before = catalog.revision();
    await store.aliases.put({ name: "fast", target: "gemini-2.5-flash" });
    assert.equal(idOf(catalog, "fast"), "gemini-2.5-flash");
    assert.ok(catalog.revision() > before);
  }));

Deno.test("a list that only became younger leaves the catalog as it is", () =>
  withCatalog(async ({ store, catalog, key }) => {
    const listed = await key("one", ["gemini-2.5-flash"]);
    const before = catalog.revision();
    await store.modelLists.put({ ...listOf(listed, ["gemini-2.5-flash"]), at: 6 });
    assert.equal((await store.modelLists.list())[0]?.at, 6);
    assert.equal(catalog.revision(), before);
  }));

const refusal: Failure = {
  class: "credential_dead",
  status: 400,
  message: "Google does not know this API key; replace it.",
  scope: "credential",
};

/** Answers by label; counts how many are asked at the same time. */
function modelSource(answers: Readonly<Record<string, readonly string[]>>) {
  const load = { now: 0, most: 0 };
  const source: ModelSource = {
    async discover(credential): Promise<Result<{ id: string; methods: string[] }[], Failure>> {
      load.most = Math.max(load.most, ++load.now);
      await Promise.resolve();
      load.now--;
      const models = answers[credential.label];
      if (models === undefined) return { ok: false, error: refusal };
      return { ok: true, value: models.map((id) => ({ id, methods: ["generateContent"] })) };
    },
  };
  return { load, upstreams: new Map<SourceName, ModelSource>([["api_key", source]]) };
}

Deno.test("refresh() keeps new lists, drops stale models, leaves the list of a key that is refused, and reports each", () =>
  withCatalog(async ({ store, catalog, key }) => {
    const good = await key("good", ["gemini-2.5-flash", "old-model"]);
    const bad = await key("bad", ["gemini-2.5-pro"]);
    const { upstreams } = modelSource({ good: ["gemini-2.5-flash", "new-model", "new-model"] });
    const signal = new AbortController().signal;
    const reports = await catalog.refresh([good, bad], { upstreams, fetch: noFetch, signal });
    assert.deepEqual(reports, [
      {
        credential: good.id,
        source: "api_key",
        ok: true,
        models: 2,
        added: ["new-model"],
        removed: ["old-model"],
      },
      { credential: bad.id, source: "api_key", ok: false, failure: refusal },
    ]);
    assert.deepEqual(idsOf(catalog), ["gemini-2.5-flash", "gemini-2.5-pro", "new-model"]);
    const stored = (await store.modelLists.list()).find(({ credential }) => credential === good.id);
    assert.equal(stored?.at, 1_000);
  }));

Deno.test("refresh() asks at most eight credentials at a time and stops when told to", () =>
  withCatalog(async ({ catalog, key }) => {
    const first = await key("k");
    const many = Array.from(
      { length: 30 },
      (_, index): Credential => ({ ...first, id: `c${index}` as CredentialId }),
    );
    const { load, upstreams } = modelSource({ k: ["gemini-2.5-flash"] });
    const controller = new AbortController();
    await catalog.refresh(many, { upstreams, fetch: noFetch, signal: controller.signal });
    assert.equal(load.most, 8);
    controller.abort(new Error("stopped"));
    await assert.rejects(
      catalog.refresh(many, { upstreams, fetch: noFetch, signal: controller.signal }),
      /stopped/,
    );
  }));

Deno.test("discoverOnce() finds a model that a key has got since", () =>
  withCatalog(async ({ catalog, key }) => {
    const one = await key("one", ["gemini-2.5-flash"]);
    const { upstreams } = modelSource({ one: ["gemini-2.5-flash", "gemini-4-pro"] });
    const signal = new AbortController().signal;
    const discover = () => catalog.refresh([one], { upstreams, fetch: noFetch, signal });
    assert.equal(await catalog.discoverOnce("models/gemini-4-pro", discover), true);
    assert.equal(idOf(catalog, "gemini-4-pro"), "gemini-4-pro");
    assert.equal(await catalog.discoverOnce("gemini-9", discover), false);
  }));

Deno.test("Catalog.resolve() shares its answer until something changes, and freezes it", async () => {
  await withCatalog(async ({ store, catalog, key }) => {
    await key("one", ["gemini-2.5-flash", "gemini-2.5-pro"]);
    const first = catalog.resolve("models/gemini-2.5-flash");
    assert.equal(catalog.resolve("models/gemini-2.5-flash"), first);
    assert.ok(first.ok && Object.isFrozen(first.value) && Object.isFrozen(first.value.sources));
    await store.aliases.put({ name: "gemini-2.5-flash", target: "gemini-2.5-pro" });
    await catalog.reload();
    assert.equal(idOf(catalog, "models/gemini-2.5-flash"), "gemini-2.5-pro");
  });
});
