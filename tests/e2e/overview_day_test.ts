import assert from "node:assert/strict";
import { proxyUnderTest } from "../support/proxy_under_test.ts";
import { askNative } from "./calls.ts";

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

Deno.test("what is published for a model's projects has what was used of it taken off", async () => {
  await using t = await proxyUnderTest();
  const { admin } = t.proxy.services;
  for (let call = 0; call < 3; call++) await askNative(t, "generateContent");
  const { day } = (await admin.overview()).models.find(({ model }) => model === "gemini-2.5-flash")!;
  const { limit, left } = day?.published ?? { limit: 0, left: 0 };
  assert.ok(limit > 0);
  assert.deepEqual([day?.used, left], [3, limit - 3]);
});
