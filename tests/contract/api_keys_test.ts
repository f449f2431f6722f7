import assert from "node:assert/strict";
import type { CredentialId } from "../../src/core/mod.ts";
import { ApiError, everyItem } from "../../src/management/client.ts";
import { callRecord, DEAD_KEY, KEY, OTHER_KEY, withApi } from "../support/api_bench.ts";
import { leaseRequestOf } from "../support/pool_fixture.ts";

async function errorOf(
  response: Response,
): Promise<{ code: string; param: string | null; message: string; type: string }> {
  const { error } = await response.json();
  assert.deepEqual(Object.keys(error).sort(), ["code", "message", "param", "type"]);
  return error;
}

function attemptOn(id: string) {
  return callRecord(0).attempts.map((one) => ({ ...one, credential: id as CredentialId }));
}

Deno.test("POST /api/keys adds one key with its models, and refuses it the second time", () =>
  withApi(async ({ ask, client }) => {
    const added = await ask("POST", "/api/keys", {
      body: { key: ` ${KEY} `, label: "first", tier: "premium" },
    });
    assert.equal(added.status, 200);
    const reply = await added.json();
    assert.deepEqual([reply.success, reply.ok, reply.added, reply.failed], [true, true, 1, 0]);
    assert.deepEqual(reply.models, ["gemini-2.5-flash", "gemini-2.5-pro"]);
    const again = await ask("POST", "/api/keys", { body: { key: KEY } });
    assert.equal(again.status, 409);
    assert.equal((await errorOf(again)).code, "duplicate");
    const [key] = await client.keys();
    assert.deepEqual(
      [key?.id, key?.label, key?.tier, key?.status, key?.tail, key?.models],
      [reply.id, "first", "premium", "active", "...aaa1", ["gemini-2.5-flash", "gemini-2.5-pro"]],
    );
  }));

Deno.test("POST /api/keys takes a pasted text, and reports each key", () =>
  withApi(async ({ ask, client, upstream }) => {
    const text = `# my keys\nexport GEMINI_API_KEY="${KEY}"\n- ${OTHER_KEY}, ${OTHER_KEY}\n${DEAD_KEY}\n`;
    const reply = await (await ask("POST", "/api/keys", { body: { text } })).json();
    assert.deepEqual(reply.results.map((one: { ok: boolean; code?: string }) => one.code ?? one.ok), [
      true,
      true,
      "duplicate",
      "credential_dead",
    ]);
    assert.equal((await client.keys()).length, 2);
    assert.equal(upstream.length, 3);
    const unchecked = await ask("POST", "/api/keys", {
      body: { keys: ["plain-key-123456"], validate: false },
    });
    assert.equal((await unchecked.json()).added, 1);
    assert.equal(upstream.length, 3);
  }));

Deno.test("POST /api/keys streams progress when asked to", () =>
  withApi(async ({ ask }) => {
    const response = await ask("POST", "/api/keys", {
      body: { keys: [KEY, OTHER_KEY] },
      headers: { accept: "text/event-stream" },
    });
    const text = await response.text();
    assert.equal(text.match(/^event: progress$/gm)?.length, 2);
    assert.match(text, /event: done\ndata: \{"success":true/);
    assert.doesNotMatch(text, /AIza/);
  }));

Deno.test("POST /api/keys says what is wrong with a body", () =>
  withApi(async ({ ask }) => {
    const cases: readonly [unknown, number, string | null][] = [
      [{}, 400, "key"],
      [{ key: "a", keys: ["b"] }, 400, "key"],
      [{ key: 7 }, 400, "key"],
      [{ key: "x", colour: "red" }, 400, "colour"],
      [{ key: "x", tier: "gold" }, 400, "tier"],
      [{ key: "two words" }, 422, "key"],
      [{ key: DEAD_KEY }, 422, null],
      [[], 400, null],
    ];
    for (const [body, status, param] of cases) {
      const response = await ask("POST", "/api/keys", { body });
      assert.equal(response.status, status, JSON.stringify(body));
      assert.equal((await errorOf(response)).param, param, JSON.stringify(body));
    }
  }));

Deno.test("PATCH /api/keys changes a key unless somebody else did", () =>
  withApi(async ({ client, ask }) => {
    await client.addKeys({ keys: [KEY] });
    const [key] = await client.keys();
    assert.ok(key !== undefined);
    const edited = await client.editKey(
      key.id,
      { label: "mine", project: "p1", enabled: false },
      key.updatedAt,
    );
    assert.deepEqual([edited.label, edited.project, edited.status], ["mine", "p1", "disabled"]);
    await assert.rejects(
      client.editKey(key.id, { label: "late" }, key.updatedAt),
      (error) => error instanceof ApiError && error.status === 409 && error.code === "conflict",
    );
    const cleared = await client.editKey(key.id, { project: null as unknown as string }, edited.updatedAt);
    assert.equal(cleared.project, null);
    assert.equal((await ask("PATCH", `/api/keys/${key.id}`, { body: { proxy: "ftp://x" } })).status, 422);
    assert.equal(
      (await ask("PATCH", `/api/keys/${key.id}`, { body: {}, headers: { "if-match": "x" } })).status,
      400,
    );
    const response = await ask("PATCH", `/api/keys/${key.id}`, { body: { label: "b" } });
    assert.match(response.headers.get("etag") ?? "", /^"\d+"$/);
  }));

Deno.test("DELETE /api/keys takes an id or a fragment that names one key, and can be undone", () =>
  withApi(async ({ client, ask }) => {
    await client.addKeys({ keys: ["key-one-SAME-END", "key-two-SAME-END", KEY], validate: false });
    assert.equal((await ask("DELETE", "/api/keys/ME-END")).status, 409);
    assert.equal((await ask("DELETE", "/api/keys/END")).status, 400);
    assert.equal((await ask("DELETE", "/api/keys/nothing-like-it")).status, 404);
    const removed = await client.removeKey(KEY.slice(-8));
    assert.equal((await client.keys()).length, 2);
    const restored = await client.restoreKey({ undo: removed.undo });
    assert.equal(restored.id, removed.id);
    assert.equal((await client.keys()).length, 3);
    await assert.rejects(client.restoreKey({ undo: removed.undo }), /cannot be undone/);
  }));

Deno.test("POST /api/keys/check retires a key that Google refuses", () =>
  withApi(async ({ client }) => {
    await client.addKeys({ keys: [KEY, DEAD_KEY], validate: false });
    const { results } = await client.checkAllKeys();
    assert.deepEqual(results.map((one) => one.ok), [true, false]);
    const keys = await client.keys();
    assert.deepEqual(keys.map((key) => key.status), ["active", "dead"]);
    assert.ok(keys[1]?.reason);
    const checked = await client.checkKey(keys[0]?.id ?? "");
    assert.equal(checked.models.length, 2);
    await assert.rejects(client.liftCooldown(keys[1]?.id ?? ""), /does not take this key/);
    assert.equal((await client.liftCooldown(keys[0]?.id ?? "")).id, keys[0]?.id);
  }));

Deno.test("GET /api/keys and /api/buckets give their lists page by page, and nothing twice while keys come and go", () =>
  withApi(async ({ client, ask }) => {
    const keys = Array.from({ length: 7 }, (_, index) => `AIzaSyTestKeyOfAPage0000000000000000${index}`);
    await client.addKeys({ keys, label: "many", validate: false });
    const all = (await client.keys()).map(({ id }) => id);
    for (const limit of [1, 3, 7, 500]) {
      assert.deepEqual((await everyItem(client.keyPage, { limit })).map(({ id }) => id), all, `by ${limit}`);
    }
    const first = await client.keyPage({ limit: 3 });
    // One that was seen goes, one is added: the next page still begins behind the last that was given.
    await client.removeKey(all[0]!);
    await client.addKeys({ key: `${keys[0]}-late`, validate: false });
    const rest = await everyItem(
      (query) => client.keyPage({ ...query, cursor: query?.cursor ?? first.next! }),
      {},
    );
    assert.deepEqual(rest.slice(0, 4).map(({ id }) => id), all.slice(3));
    assert.equal(rest.length, 5);
    await client.editKey(all[4]!, { enabled: false, label: "lonely" });
    const only = async (query: object) => (await client.keyPage(query)).items.map(({ id }) => id);
    assert.deepEqual(await only({ status: "disabled" }), [all[4]]);
    assert.deepEqual(await only({ text: "LONELY" }), [all[4]]);
    assert.equal((await only({ order: "worst" })).at(-1), all[4]);
    for (
      const path of [
        "/api/keys?cursor=x",
        "/api/buckets?cursor=x",
        "/api/keys?limit=501",
        "/api/keys?limit=0",
      ]
    ) {
      assert.equal((await ask("GET", path)).status, 400, path);
    }
    assert.deepEqual(await client.buckets({ model: "nobody-has-it" }), { items: [], next: null });
  }));

Deno.test("keys carry tags that two editors add to without losing each other's, and are found by them", () =>
  withApi(async ({ client, ask }) => {
    await client.addKeys({ keys: [KEY, OTHER_KEY], tags: [" team a ", "Team A", "spare"], validate: false });
    const [first, second] = await client.keys();
    assert.deepEqual(first?.tags, ["team a", "spare"]);
    await Promise.all([
      client.editKey(first!.id, { addTags: ["x"] }),
      client.editKey(first!.id, { addTags: ["y"], removeTags: ["SPARE"] }),
    ]);
    assert.deepEqual([...(await client.key(first!.id)).tags].sort(), ["team a", "x", "y"]);
    await client.editKey(second!.id, { tags: [] });
    const page = await client.keyPage({ tag: "TEAM A" });
    assert.deepEqual(page.items.map(({ id }) => id), [first!.id]);
    assert.deepEqual([page.total, page.all, [...page.tags]], [1, 2, ["team a", "x", "y"]]);
    assert.equal((await client.keyPage({ text: "team gemini" })).total, 0);
    const path = `/api/keys/${first!.id}`;
    const many = Array.from({ length: 18 }, (_, index) => `t${index}`);
    for (const body of [{ addTags: many }, { tags: ["a,b"] }, { tags: ["x".repeat(51)] }]) {
      const response = await ask("PATCH", path, { body });
      assert.ok([400, 422].includes(response.status), JSON.stringify(body));
      assert.match((await errorOf(response)).param ?? "", /ags/);
    }
  }));

Deno.test("POST /api/keys/{id}/replace changes the secret alone, after Google took it, and can be undone", () =>
  withApi(async ({ client, ask, proxy }) => {
    await client.addKeys({
      keys: [KEY, OTHER_KEY],
      label: "mine",
      project: "p",
      tier: "premium",
      tags: ["a"],
    });
    const [before] = await client.keys();
    const path = `/api/keys/${before!.id}/replace`;
    for (
      const [key, status] of [[DEAD_KEY, 422], [OTHER_KEY, 409], [KEY, 409], ["two words", 422]] as const
    ) {
      const response = await ask("POST", path, { body: { key } });
      assert.equal(response.status, status, key);
      assert.doesNotMatch((await errorOf(response)).message, /AIza/);
    }
    assert.deepEqual(await client.key(before!.id), before);
    const fresh = "AIzaSyTestOnly-fffffffffffffffffffffff9";
    const { key, undo } = await client.replaceKey(before!.id, { key: fresh });
    const stays = ({ tail: _tail, updatedAt: _at, modelsAt: _models, ...rest }: typeof key) => rest;
    assert.deepEqual(stays(key), stays(before!));
    assert.equal(key.tail, "...fff9");
    const secretOf = async () => {
      const found = (await proxy.services.store.credentials.list()).find(({ id }) => id === before!.id);
      return found?.source === "api_key" ? found.key.reveal() : undefined;
    };
    assert.equal(await secretOf(), fresh);
    const back = await client.restoreKey({ undo });
    assert.equal(back.tail, before!.tail);
    assert.equal(await secretOf(), KEY);
    assert.equal((await ask("POST", "/api/keys/restore", { body: { undo } })).status, 404);
  }));

Deno.test("a dead key that is replaced serves again, and its undo brings the refusal back", () =>
  withApi(async ({ client }) => {
    await client.addKeys({ keys: [DEAD_KEY], validate: false });
    await client.checkAllKeys();
    const [dead] = await client.keys();
    assert.equal(dead?.status, "dead");
    const { key, undo } = await client.replaceKey(dead!.id, { key: KEY });
    assert.deepEqual([key.status, key.models.length], ["active", 2]);
    assert.equal((await client.restoreKey({ undo })).status, "dead");
  }));

Deno.test("an undo that is refused can be tried again, and the former key does not wait for what its replacement met", () =>
  withApi(async ({ client, ask, proxy }) => {
    await client.addKeys({ keys: [KEY], validate: false });
    const { id } = (await client.keys())[0]!;
    const { undo } = await client.replaceKey(id, { key: OTHER_KEY, validate: false });
    await client.addKeys({ keys: [KEY], label: "in the way", validate: false });
    const restore = () => ask("POST", "/api/keys/restore", { body: { undo } });
    assert.equal((await restore()).status, 409);
    const other = (await client.keys()).find((key) => key.id !== id)!;
    await client.removeKey(other.id);
    const lease = proxy.services.pool.tryAcquire(leaseRequestOf({ model: "gemini-2.5-flash" }))!;
    lease.fail(
      { class: "overloaded", status: 503, message: "No.", scope: "credential" },
      { attempt: 1, sameKeyRetries: 0, classes: [] },
    );
    assert.equal((await client.key(id)).status, "cooldown");
    assert.equal((await restore()).status, 200);
    assert.equal((await client.key(id)).status, "active");
  }));

Deno.test("GET /api/keys sorts over all pages and counts the projects of a page", () =>
  withApi(async ({ client, proxy }) => {
    const keys = Array.from({ length: 5 }, (_, index) => `AIzaSyTestKeyToSort00000000000000000${index}`);
    await client.addKeys({ keys, validate: false });
    const ids = (await client.keys()).map(({ id }) => id);
    const edits = [{ label: "b10", project: "two" }, { label: "b9", project: "one" }, { priority: 5 }, {
      project: "one",
      enabled: false,
    }];
    for (const [index, edit] of edits.entries()) await client.editKey(ids[index]!, edit);
    proxy.services.ledger.record(callRecord(1, { attempts: attemptOn(ids[4]!) }));
    await proxy.services.ledger.flush();
    const sorted = async (order: "project" | "name" | "priority" | "requests" | "worst") =>
      (await everyItem(client.keyPage, { order, limit: 2 })).map(({ id }) => ids.indexOf(id));
    assert.deepEqual(await sorted("project"), [1, 3, 0, 2, 4]);
    assert.deepEqual(await sorted("name"), [2, 3, 4, 1, 0]);
    assert.equal((await sorted("priority"))[0], 2);
    assert.equal((await sorted("requests"))[0], 4);
    const page = await client.keyPage({ order: "project", limit: 1 });
    assert.deepEqual(page.projects, [{ project: "one", keys: 2, active: 1 }]);
  }));

Deno.test("GET /api/keys/activity gives the last 24 hours of the named keys alone", () =>
  withApi(async ({ client, ask, proxy }) => {
    await client.addKeys({ keys: [KEY, OTHER_KEY], validate: false });
    const [one, other] = await client.keys();
    const hour = 3_600_000;
    for (const [index, outcome] of (["ok", "failed", "ok"] as const).entries()) {
      proxy.services.ledger.record(callRecord(index, { outcome, attempts: attemptOn(one!.id) }));
    }
    await proxy.services.ledger.flush();
    const { items, stepMs, since } = await client.keyActivity({ ids: `${one!.id},cred_nobody` });
    assert.deepEqual([items.length, stepMs, items[0]?.id], [1, hour, one!.id]);
    assert.ok(Math.abs(Date.parse(since) - (Date.now() - 23 * hour)) < hour + 60_000);
    assert.equal(items[0]!.requests.length, 24);
    assert.equal(items[0]!.requests.reduce((sum, count) => sum + count), 3);
    assert.equal(items[0]!.errors.reduce((sum, count) => sum + count), 1);
    assert.equal(items[0]!.day, null);
    assert.deepEqual((await client.keyActivity({ ids: other!.id })).items[0]!.requests.filter(Boolean), []);
    assert.equal((await ask("GET", `/api/keys/activity?ids=${"a,".repeat(501)}b`)).status, 400);
    assert.equal((await ask("GET", "/api/keys/activity")).status, 400);
  }));
