import assert from "node:assert/strict";
import { KEYS, proxyUnderTest } from "../support/proxy_under_test.ts";
import { askNative, MODEL } from "./calls.ts";

Deno.test("a model that joins a quota group keeps what it used today, before it is asked again", async () => {
  await using t = await proxyUnderTest();
  const { admin } = t.proxy.services;
  assert.equal((await askNative(t, "generateContent")).status, 200);
  const used = async () => {
    const row = (await admin.overview()).models.find(({ model }) => model === "gemini-2.5-flash");
    return row?.day?.used;
  };
  assert.equal(await used(), 1);
  assert.ok((await admin.putQuotaGroup("flash", ["gemini-2.5-flash"])).ok);
  assert.equal(await used(), 1);
});

Deno.test("what keys and models bring into a quota group or a project, and what they take out, adds up", async () => {
  await using t = await proxyUnderTest();
  const { admin } = t.proxy.services;
  const other = "gemini-2.5-pro";
  const uses = () =>
    t.proxy.services.pool.view().buckets.flatMap(({ limits }) => limits)
      .flatMap(({ kind, used }) => kind === "requests_per_day" && used > 0 ? [used] : []).toSorted();
  for (let call = 0; call < 4; call++) assert.equal((await askNative(t, "generateContent")).status, 200);
  const before = uses();
  assert.equal(before.reduce((sum, used) => sum + used, 0), 4);
  assert.ok((await admin.putQuotaGroup("flash", ["gemini-2.5-flash"])).ok);
  assert.deepEqual(uses(), before, "a model that has a group counts once");
  for (let call = 0; call < 2; call++) {
    assert.equal((await askNative(t, "generateContent", undefined, other)).status, 200);
  }
  assert.ok((await admin.putQuotaGroup("flash", ["gemini-2.5-flash", other])).ok);
  const grouped = uses();
  assert.equal(grouped.reduce((sum, used) => sum + used, 0), 6, "a model that joins a group that is there");

  const keys = await admin.keys();
  for (const { id } of keys) assert.ok((await admin.editKey(id, { project: "one" })).ok);
  assert.deepEqual(uses(), [6], "two keys in one project");
  for (const { id } of keys) assert.ok((await admin.editKey(id, { project: null })).ok);
  assert.deepEqual(uses(), grouped, "two keys that leave it again");
});

Deno.test("what is published for a model's projects has what was used of it taken off", async () => {
  await using t = await proxyUnderTest();
  const { admin } = t.proxy.services;
  for (let call = 0; call < 3; call++) await askNative(t, "generateContent");
  const { day } = (await admin.overview()).models.find(({ model }) => model === "gemini-2.5-flash")!;
  const { limit, left } = day?.published ?? { limit: 0, left: 0 };
  assert.ok(limit > 0);
  assert.deepEqual([day?.used, left], [3, limit - 3]);
});

Deno.test("a day that others used up too is used up, and a project whose only key is dead is not open", async () => {
  const limits = { "*": { rpd: 1_000 } };
  await using t = await proxyUnderTest({
    projects: [{ id: "p1", keys: [KEYS[0]], limits }, { id: "p2", keys: [KEYS[1]], limits }],
  });
  const { admin } = t.proxy.services;
  t.simulator.control.presetDay("p1", MODEL, 1_000);
  t.simulator.control.presetDay("p2", MODEL, 1_000);
  await askNative(t, "generateContent");
  const row = async () => (await admin.overview()).models.find(({ model }) => model === MODEL);
  const out = await row();
  assert.deepEqual([out?.state, out?.day?.used, out?.day?.left, out?.projects], ["out", 2_000, 0, {
    open: 0,
    total: 2,
  }]);
  t.simulator.control.presetDay("p1", MODEL, 0);
  t.simulator.control.presetDay("p2", MODEL, 0);
  t.simulator.control.key(KEYS[1], "suspended");
  for (const { id } of await admin.keys()) await admin.liftCooldown(id);
  for (const { id } of await admin.keys()) await admin.checkKey(id);
  assert.deepEqual((await row())?.projects, { open: 1, total: 2 });
});
