import assert from "node:assert/strict";
import { isDeepStrictEqual } from "node:util";
import type { ClientId, CredentialId } from "../../src/core/mod.ts";
import type { StoreCase } from "./store_case.ts";

export const configurationCases: readonly StoreCase[] = [
  {
    name: "each kind of configuration record is kept, listed and removed, and each write moves the epoch",
    async run({ store, unique, clock }) {
      const name = unique("n");
      const createdAt = clock.now();
      const client = {
        id: name as ClientId,
        name: "laptop",
        hash: "00ff",
        tail: "abcd",
        createdAt,
        revoked: false,
      };
      const budget = { unit: "usd", limit: 2.5, period: "monthly" } as const;
      const cap = { model: name, limit: 0, unit: "tokens", period: "daily", alertThreshold: 80 } as const;
      const writes = [
        [store.aliases, () => store.aliases.put({ name, target: "m" })],
        [store.quotaGroups, () => store.quotaGroups.put({ name, models: ["a", "b"] })],
        [store.fallbacks, () => store.fallbacks.put({ model: name, to: ["b"] })],
        [store.caps, () => store.caps.put({ ...cap, action: "reject", enabled: true })],
        [store.clients, () => store.clients.put({ ...client, budget, allowModels: ["x*"], expiresAt: 9 })],
      ] as const;
      for (const [records, put] of writes) {
        const before = store.epoch();
        const written = await put();
        assert.ok(written.ok, JSON.stringify(written));
        assert.ok(store.epoch() > before);
        assert.deepEqual(await records.get(name), written.value);
        assert.ok(
          (await records.list()).some((item) => isDeepStrictEqual(item, written.value)),
        );
        const middle = store.epoch();
        assert.deepEqual(await records.remove(name), { ok: true, value: undefined });
        assert.ok(store.epoch() > middle);
        assert.deepEqual(await records.remove(name), { ok: false, error: { kind: "missing" } });
        assert.equal(await records.get(name), undefined);
      }
    },
  },
  {
    name: "a configuration record with an old stamp is refused, and without one the last write wins",
    async run({ store, unique }) {
      const name = unique("alias");
      const first = await store.aliases.put({ name, target: "a" });
      assert.ok(first.ok);
      const second = await store.aliases.put({ name, target: "b" }, first.value.updatedAt);
      assert.ok(second.ok && second.value.updatedAt > first.value.updatedAt);
      const late = await store.aliases.put({ name, target: "c" }, first.value.updatedAt);
      assert.deepEqual(late, { ok: false, error: { kind: "conflict", updatedAt: second.value.updatedAt } });
      assert.ok((await store.aliases.put({ name, target: "d" })).ok);
      assert.equal((await store.aliases.get(name))?.target, "d");
    },
  },
  {
    name: "a bad configuration record is refused by field",
    async run({ store }) {
      const cap = { model: "m", unit: "tokens", period: "daily", action: "reject", enabled: true } as const;
      const refused = [
        ["name", await store.aliases.put({ name: " ", target: "m" })],
        ["target", await store.aliases.put({ name: "a", target: "" })],
        ["models", await store.quotaGroups.put({ name: "g", models: [] })],
        ["to", await store.fallbacks.put({ model: "m", to: ["m"] })],
        ["limit", await store.caps.put({ ...cap, limit: -1, alertThreshold: 80 })],
        ["alertThreshold", await store.caps.put({ ...cap, limit: 1, alertThreshold: 101 })],
      ] as const;
      for (const [field, outcome] of refused) {
        assert.ok(!outcome.ok && outcome.error.kind === "invalid", field);
        assert.equal(outcome.error.field, field);
      }
    },
  },
  {
    name:
      "model lists of any size are kept; where only their age changed, the models are the same objects as before",
    async run({ store, unique }) {
      const credential = unique("cred_") as CredentialId;
      const models = Array.from({ length: 900 }, (_, index) => ({
        id: `gemini-${index}`,
        displayName: "A model with a long and winding name of its own ".repeat(2),
        inputTokenLimit: 1_048_576,
        methods: ["generateContent", "countTokens"],
      }));
      await store.modelLists.put({ credential, source: "api_key", at: 1, models });
      const stored = async () =>
        (await store.modelLists.list()).find((item) => item.credential === credential);
      const first = await stored();
      const epoch = store.epoch();
      await store.modelLists.put({ credential, source: "api_key", at: 2, models: [...models] });
      const found = await stored();
      assert.equal(found?.models, first?.models);
      assert.deepEqual(found, { credential, source: "api_key", at: 2, models });
      await store.modelLists.put({ credential, source: "api_key", at: 3, models: models.slice(1) });
      assert.ok(store.epoch() > epoch);
      await store.modelLists.remove(credential);
      assert.equal((await store.modelLists.list()).some((item) => item.credential === credential), false);
    },
  },
  {
    name: "settings move the epoch and pool state does not; both may be larger than one value",
    async run({ store, unique }) {
      const name = unique("named");
      for (const [records, moves] of [[store.settings, true], [store.poolState, false]] as const) {
        const before = store.epoch();
        await records.put(name, { a: 1 });
        assert.equal(store.epoch() > before, moves);
        assert.deepEqual(await records.get(name), { a: 1 });
        const large = { text: "\u00e4".repeat(100_000) };
        await records.put(name, large);
        assert.deepEqual((await records.list()).find((item) => item.name === name), { name, value: large });
        await records.remove(name);
        assert.equal(await records.get(name), undefined);
      }
      for await (const entry of store.kv.list({ prefix: ["part"] })) {
        assert.fail(`left over: ${entry.key.join("/")}`);
      }
    },
  },
  {
    name: "pool state: many records are put together, also large ones, and again over what was there",
    async run({ store, unique }) {
      const names = Array.from({ length: 25 }, (_, index) => unique(`many ${index}`));
      const texts = (round: string) =>
        names.map((name, index) => ({ name, value: { text: round.repeat(index === 12 ? 100_000 : 1) } }));
      for (const round of ["\u00e4", "b"]) {
        const records = texts(round);
        await store.poolState.putAll(records);
        const listed = new Map((await store.poolState.list()).map(({ name, value }) => [name, value]));
        for (const { name, value } of records) assert.deepEqual(listed.get(name), value);
      }
      for (const name of names) await store.poolState.remove(name);
      for await (const entry of store.kv.list({ prefix: ["part"] })) {
        assert.fail(`left over: ${entry.key.join("/")}`);
      }
    },
  },
];
