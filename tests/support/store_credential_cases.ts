import assert from "node:assert/strict";
import type { Credential } from "../../src/core/mod.ts";
import type { Store } from "../../src/store/mod.ts";
import type { StoreCase } from "./store_case.ts";

async function addKey(store: Store, key: string): Promise<Credential> {
  const added = await store.credentials.add({ source: "api_key", key, label: "  mine " });
  assert.ok(added.ok, JSON.stringify(added));
  return added.value;
}

export const credentialCases: readonly StoreCase[] = [
  {
    name: "credentials.add() keeps a trimmed key with its defaults, and gives it back",
    async run({ store, unique, clock }) {
      const key = unique("AIzaSy");
      const added = await addKey(store, `  ${key}\n`);
      const found = await store.credentials.get(added.id);
      assert.ok(found?.source === "api_key");
      assert.equal(found.key.reveal(), key);
      assert.deepEqual(
        [found.label, found.tail, found.tier, found.enabled, found.priority, found.createdAt],
        ["mine", key.slice(-4), "free", true, 0, clock.now()],
      );
      assert.ok((await store.credentials.list()).some((item) => item.id === added.id));
    },
  },
  {
    name: "credentials.add() refuses the same key twice, also when both come at once",
    async run({ store, unique }) {
      const key = unique("AIzaSy");
      const outcomes = await Promise.all(
        [key, ` ${key}`, `${key}\t`].map((text) => store.credentials.add({ source: "api_key", key: text })),
      );
      assert.equal(outcomes.filter((outcome) => outcome.ok).length, 1);
      const winner = outcomes.find((outcome) => outcome.ok);
      for (const outcome of outcomes) {
        if (!outcome.ok) {
          assert.deepEqual(outcome.error, { kind: "duplicate", id: winner?.ok && winner.value.id });
        }
      }
    },
  },
  {
    name: "credentials.add() takes a second sign-in to one account as a new token, and lifts its death",
    async run({ store, unique }) {
      const email = `${unique("ada")}@example.org`;
      const draft = { source: "antigravity", email, refreshToken: "1//first-token-000" } as const;
      const first = await store.credentials.add(draft);
      assert.ok(first.ok);
      const dead = { class: "credential_dead", reason: "revoked", at: 1 } as const;
      await store.credentials.update(first.value.id, { dead });
      const again = await store.credentials.add({
        ...draft,
        email: email.toUpperCase(),
        refreshToken: "1//second-token-00",
      });
      assert.deepEqual(again, { ok: false, error: { kind: "duplicate", id: first.value.id } });
      const found = await store.credentials.get(first.value.id);
      assert.ok(found?.source === "antigravity");
      assert.equal(found.refreshToken.reveal(), "1//second-token-00");
      assert.equal(found.dead, undefined);
      const other = await store.credentials.add({ ...draft, source: "gemini_cli" });
      assert.ok(other.ok, "another source is another credential");
    },
  },
  {
    name: "credentials.add() names the field of a bad draft",
    async run({ store }) {
      const drafts = [
        ["key", { source: "api_key", key: "   " }],
        ["key", { source: "api_key", key: "two words" }],
        ["proxy", { source: "api_key", key: "AIzaSyGood0000000", proxy: "ftp://x" }],
        ["label", { source: "api_key", key: "AIzaSyGood0000000", label: "a\u0000b" }],
        ["email", { source: "gemini_cli", email: "nobody", refreshToken: "1//x" }],
        ["refreshToken", { source: "gemini_cli", email: "a@b.c", refreshToken: "" }],
        ["serviceAccount", { source: "vertex", serviceAccount: "[]", location: "global" }],
        ["location", { source: "vertex", serviceAccount: "{}", location: " " }],
      ] as const;
      for (const [field, draft] of drafts) {
        const outcome = await store.credentials.add(draft);
        assert.ok(!outcome.ok && outcome.error.kind === "invalid", field);
        assert.equal(outcome.error.field, field);
      }
    },
  },
  {
    name: "credentials.update() changes fields, removes them with null, and moves updatedAt each time",
    async run({ store, unique }) {
      const { id, updatedAt } = await addKey(store, unique("AIzaSy"));
      const patch = {
        project: "p-1",
        tier: "premium",
        priority: 5,
        proxy: "socks5://u:secret@h:1",
        denyModels: ["*-pro"],
      } as const;
      const first = await store.credentials.update(id, patch);
      assert.ok(first.ok && first.value.updatedAt > updatedAt);
      const { project, tier, priority, proxy, denyModels } = await store.credentials.get(id) ?? {};
      assert.deepEqual({ project, tier, priority, proxy, denyModels }, patch);
      const second = await store.credentials.update(id, { project: null, proxy: null, denyModels: null });
      assert.ok(second.ok && second.value.updatedAt > first.value.updatedAt);
      const found = await store.credentials.get(id);
      assert.ok(
        found !== undefined && !("project" in found) && !("proxy" in found) && !("denyModels" in found),
      );
    },
  },
  {
    name: "credentials.update() tells of a conflict, a missing record and a field the source has not",
    async run({ store, unique }) {
      const { id, updatedAt } = await addKey(store, unique("AIzaSy"));
      const edited = await store.credentials.update(id, { label: "a" }, updatedAt);
      assert.ok(edited.ok);
      const late = await store.credentials.update(id, { label: "b" }, updatedAt);
      assert.deepEqual(late, { ok: false, error: { kind: "conflict", updatedAt: edited.value.updatedAt } });
      const foreign = await store.credentials.update(id, { refreshToken: "1//x" });
      assert.ok(!foreign.ok && foreign.error.kind === "invalid" && foreign.error.field === "refreshToken");
      await store.credentials.remove(id);
      assert.deepEqual(await store.credentials.update(id, {}), { ok: false, error: { kind: "missing" } });
    },
  },
  {
    name: "credentials.update() puts another key in place of one, with its tags, and frees the former",
    async run({ store, unique }) {
      const [old, next] = [unique("AIzaSyOld"), unique("AIzaSyNew")];
      const { id } = await addKey(store, old);
      const other = await addKey(store, unique("AIzaSyOther"));
      await store.credentials.update(id, { addTags: [" a ", "A", "b"] });
      const replaced = await store.credentials.update(id, { key: ` ${next} `, removeTags: ["B"] });
      assert.ok(replaced.ok && replaced.value.source === "api_key");
      assert.deepEqual([replaced.value.key.reveal(), replaced.value.tail, replaced.value.tags], [
        next,
        next.slice(-4),
        ["a"],
      ]);
      const taken = await store.credentials.update(other.id, { key: next });
      assert.deepEqual(taken, { ok: false, error: { kind: "duplicate", id } });
      const none = await store.credentials.update(id, { tags: [] });
      assert.ok(none.ok && !("tags" in none.value));
      assert.notEqual((await addKey(store, old)).id, id);
    },
  },
  {
    name: "credentials.remove() can be undone by restore(), and frees the key for a new record",
    async run({ store, unique }) {
      const key = unique("AIzaSy");
      const { id } = await addKey(store, key);
      const removed = await store.credentials.remove(id);
      assert.ok(removed.ok);
      assert.equal(await store.credentials.get(id), undefined);
      assert.deepEqual(await store.credentials.remove(id), { ok: false, error: { kind: "missing" } });
      assert.ok((await store.credentials.restore(removed.value)).ok);
      assert.deepEqual(await store.credentials.get(id), removed.value);
      const twice = await store.credentials.restore(removed.value);
      assert.deepEqual(twice, { ok: false, error: { kind: "duplicate", id } });
      await store.credentials.remove(id);
      const fresh = await addKey(store, key);
      assert.notEqual(fresh.id, id);
      const held = await store.credentials.restore(removed.value);
      assert.deepEqual(held, { ok: false, error: { kind: "duplicate", id: fresh.id } });
    },
  },
  {
    name: "no secret lies readable in the database, neither whole nor as a plain hash",
    async run({ store, unique }) {
      const secrets = [
        unique("AIzaSyPlain"),
        unique("1//refresh"),
        unique("ya29.access"),
        unique("proxypassword"),
      ];
      const [key = "", refreshToken = "", accessToken = "", password = ""] = secrets;
      const added = await addKey(store, key);
      await store.credentials.update(added.id, { proxy: `http://u:${password}@h:1` });
      const email = `${unique("e")}@x.y`;
      await store.credentials.add({ source: "gemini_cli", email, refreshToken, accessToken });
      const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(key));
      const hidden = [...secrets, new Uint8Array(digest).toHex()];
      for await (const entry of store.kv.list({ prefix: [] })) {
        const text = Deno.inspect([entry.key, entry.value], { depth: 10, strAbbreviateSize: 100_000 });
        for (const secret of hidden) {
          assert.ok(!text.includes(secret), `${secret} is in ${entry.key.join("/")}`);
        }
      }
    },
  },
];
