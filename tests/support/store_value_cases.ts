import assert from "node:assert/strict";
import type { StoreCase } from "./store_case.ts";

export const valueCases: readonly StoreCase[] = [
  {
    name: "a value that ends is there until its time by the clock, and gone at it",
    async run({ store, clock, unique }) {
      const id = unique("id");
      await store.expiring.put("signature", id, { a: [1, null] }, 60_000);
      clock.move(59_999);
      assert.deepEqual(await store.expiring.get("signature", id), { a: [1, null] });
      assert.equal(await store.expiring.get("other", id), undefined);
      clock.move(1);
      assert.equal(await store.expiring.get("signature", id), undefined);
      assert.equal(await store.expiring.take("signature", id), undefined);
    },
  },
  {
    name: "values larger than one record are split and joined, overwritten and removed without a rest",
    async run({ store, unique }) {
      const id = unique("id").repeat(40);
      for (const size of [0, 60 * 1024 - 2, 60 * 1024 - 1, 1_500_000]) {
        const text = "x".repeat(size);
        await store.expiring.put("response", id, text, 60_000);
        assert.equal(await store.expiring.get("response", id), text);
      }
      await store.expiring.put("response", id, "\u{1f600}".repeat(50_000), 60_000);
      assert.equal(await store.expiring.take("response", id), "\u{1f600}".repeat(50_000));
      await store.expiring.put("response", id, "x".repeat(200_000), 60_000);
      await store.expiring.remove("response", id);
      assert.equal(await store.expiring.get("response", id), undefined);
      for await (const entry of store.kv.list({ prefix: ["part"] })) {
        assert.fail(`left over: ${entry.key.join("/")}`);
      }
    },
  },
  {
    name: "take() gives a one-time value to exactly one of many",
    async run({ store, unique, other }) {
      const id = unique("state");
      const second = await other();
      await store.expiring.put("oauth_state", id, "once", 60_000);
      const stores = [store, second, store, second, store, second];
      const taken = await Promise.all(stores.map((each) => each.expiring.take("oauth_state", id)));
      assert.deepEqual(taken.filter((value) => value !== undefined), ["once"]);
    },
  },
  {
    name: "put() refuses a time to live of nothing",
    async run({ store }) {
      await assert.rejects(store.expiring.put("a", "b", 1, 0), RangeError);
      await assert.rejects(store.expiring.put("a", "b", 1, Number.NaN), RangeError);
    },
  },
  {
    name: "the vault opens what it sealed, never seals twice alike, and refuses a changed text",
    async run({ store }) {
      const sealed = await store.vault.seal("gr\u00fc\u00dfe");
      assert.notEqual(sealed, await store.vault.seal("gr\u00fc\u00dfe"));
      assert.equal(await store.vault.open(sealed), "gr\u00fc\u00dfe");
      const changed = sealed.slice(0, 10) + (sealed[10] === "A" ? "B" : "A") + sealed.slice(11);
      await assert.rejects(store.vault.open(changed));
      await assert.rejects(store.vault.open("nothing"));
    },
  },
  {
    name: "a record that does not decode is reported, left as it is, and does not hide the others",
    async run({ store, unique }) {
      const [good, bad, newer] = [unique("good"), unique("bad"), unique("newer")];
      await store.aliases.put({ name: good, target: "m" });
      await store.kv.set(["config", "alias", bad], { v: 1, name: bad, target: 7 });
      await store.kv.set(["config", "alias", newer], { v: 2, name: newer });
      await store.kv.set(["epoch"], { v: 1 });
      const names = (await store.aliases.list()).map((alias) => alias.name);
      assert.ok(names.includes(good) && !names.includes(bad) && !names.includes(newer));
      const problems = new Map(store.quarantined().map(({ key, problem }) => [key, problem]));
      assert.match(problems.get(`config/alias/${bad}`) ?? "", /^Field target: .*expected string/);
      assert.match(problems.get(`config/alias/${newer}`) ?? "", /Version 2/);
      assert.deepEqual((await store.kv.get(["config", "alias", bad])).value, { v: 1, name: bad, target: 7 });
      for (const name of [good, bad, newer]) await store.kv.delete(["config", "alias", name]);
    },
  },
];
