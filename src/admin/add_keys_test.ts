import assert from "node:assert/strict";
import { withApi } from "../../tests/support/api_bench.ts";

Deno.test("addKeys() reads the credentials a few times in all, not once a key", () =>
  withApi(async ({ proxy }) => {
    const { store, admin } = proxy.services;
    const list = store.credentials.list.bind(store.credentials);
    let reads = 0;
    store.credentials.list = () => (reads++, list());
    const keys = Array.from({ length: 120 }, (_, index) => `AIzaSyMany-${String(index).padStart(28, "0")}`);
    const added = await admin.addKeys({ keys, validate: false });
    assert.ok(added.ok && added.value.every((one) => one.ok));
    assert.equal((await admin.keys()).length, 120);
    assert.ok(reads <= 40, `${reads} reads of all credentials for 120 keys`);
  }));
