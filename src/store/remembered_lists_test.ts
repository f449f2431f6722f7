import assert from "node:assert/strict";
import { openStore, type Store } from "./mod.ts";
import { randomId, systemClock } from "../../tests/support/store_ports.ts";

/** Two processes on one database. */
async function withTwo(run: (one: Store, other: Store) => Promise<void>): Promise<void> {
  const kv = await Deno.openKv(":memory:");
  const options = {
    path: ":memory:",
    kv,
    masterKey: "a passphrase of the test",
    clock: systemClock,
    random: Math.random,
    newId: randomId,
  };
  const [one, other] = [await openStore(options), await openStore(options)];
  try {
    await run(one, other);
  } finally {
    await one.close();
    await other.close();
    kv.close();
  }
}

Deno.test("credentials.list() sees at once what another process added, changed and removed", () =>
  withTwo(async (one, other) => {
    assert.deepEqual(await one.credentials.list(), []);
    const added = await other.credentials.add({
      source: "api_key",
      key: "AIzaSyTestOnly-1111111111111111111111111",
    });
    assert.ok(added.ok);
    const labels = async () => (await one.credentials.list()).map((credential) => credential.label);
    assert.deepEqual(await labels(), [""]);
    await other.credentials.update(added.value.id, { label: "changed" });
    assert.deepEqual(await labels(), ["changed"]);
    await other.credentials.remove(added.value.id);
    assert.deepEqual(await labels(), []);
  }));

Deno.test("modelLists.list() sees at once what another process and this one wrote in turn", () =>
  withTwo(async (one, other) => {
    const added = await one.credentials.add({
      source: "api_key",
      key: "AIzaSyTestOnly-2222222222222222222222222",
    });
    assert.ok(added.ok);
    const credential = added.value.id;
    const list = (at: number) => ({
      credential,
      source: "api_key" as const,
      at,
      models: [{ id: "m", methods: [] }],
    });
    const seen = async (store: Store) => (await store.modelLists.list()).map(({ at }) => at);
    assert.deepEqual(await seen(one), []);
    await other.modelLists.put(list(1));
    await one.modelLists.put(list(2));
    assert.deepEqual([await seen(one), await seen(other)], [[2], [2]]);
    await other.modelLists.put(list(3));
    assert.deepEqual([await seen(one), await seen(other)], [[3], [3]]);
    await one.credentials.remove(credential);
    assert.deepEqual([await seen(one), await seen(other)], [[], []]);
  }));
