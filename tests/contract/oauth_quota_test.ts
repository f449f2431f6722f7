import assert from "node:assert/strict";
import { oauthBench } from "../e2e/oauth_fixture.ts";

const signal = new AbortController().signal;
const HOUR = 3_600_000;

function poolNotes() {
  const notes = new Map<string, { fraction: number | undefined; resetsAt: number | undefined }>();
  return {
    notes,
    noteQuota(
      _id: string,
      model: string | { readonly group: string },
      fraction: number | undefined,
      resetsAt: number | undefined,
    ) {
      notes.set(String(model), { fraction, resetsAt });
    },
  };
}

const MODELS = ["gemini-3.6-flash-high", "gemini-pro-agent", "claude-sonnet-4-6"];

async function benchWithAccount() {
  const pool = poolNotes();
  const bench = await oauthBench({ pool });
  const id = await bench.signIn("ada@example.com");
  const models = MODELS.map((model) => ({ id: model, methods: ["generateContent"] }));
  await bench.store.modelLists.put({ credential: id, source: "antigravity", at: 0, models });
  return { bench, pool, state: bench.simulator.control.account("ada@example.com") };
}

Deno.test("polling reads the budgets of five hours and a week and tells the pool of each model", async () => {
  const { bench, pool, state } = await benchWithAccount();
  await using _ = bench;
  state.quotas.gemini["5h"].fraction = 0.4;
  state.quotas.gemini.weekly.fraction = 0.03;
  assert.deepEqual(await bench.oauth.pollQuotas(signal), { accounts: 1, failed: 0, low: 2 });
  const weekly = state.quotas.gemini.weekly.resetsAt;
  for (const model of MODELS.slice(0, 2)) {
    assert.equal(pool.notes.get(model)?.fraction, 0.03);
    assert.ok(Math.abs((pool.notes.get(model)?.resetsAt ?? 0) - weekly) < 1_000);
  }
  assert.equal(pool.notes.get("claude-sonnet-4-6")?.fraction, 1);
  const [view] = await bench.oauth.quotaView();
  assert.deepEqual(view?.buckets.map(({ group, window, remaining }) => [group, window, remaining]), [
    ["gemini", "5h", 0.4],
    ["gemini", "weekly", 0.03],
    ["third_party", "5h", 1],
    ["third_party", "weekly", 1],
  ]);
  state.quotas.gemini.weekly.fraction = 1;
  await bench.oauth.pollQuotas(signal);
  assert.equal(pool.notes.get("gemini-pro-agent")?.fraction, 0.4, "it comes back by itself");
});

Deno.test("unknown is not zero", async () => {
  const { bench, pool, state } = await benchWithAccount();
  await using _ = bench;
  for (const budget of Object.values(state.quotas.third_party)) budget.fraction = undefined;
  await bench.oauth.pollQuotas(signal);
  assert.equal(pool.notes.get("claude-sonnet-4-6")?.fraction, undefined);
  const [view] = await bench.oauth.quotaView();
  assert.ok(
    view?.buckets.filter((bucket) => bucket.group === "third_party").every((bucket) =>
      !("remaining" in bucket)
    ),
  );
});

Deno.test("only the first host is asked, and old numbers stay with the reason when it cannot answer", async () => {
  const { bench, state } = await benchWithAccount();
  await using _ = bench;
  state.quotas.gemini["5h"].fraction = 0.5;
  await bench.oauth.pollQuotas(signal);
  bench.simulator.control.failHost("daily", "unavailable");
  assert.deepEqual(await bench.oauth.pollQuotas(signal), { accounts: 1, failed: 1, low: 0 });
  const [view] = await bench.oauth.quotaView();
  assert.equal(view?.buckets[0]?.remaining, 0.5);
  assert.ok((view?.problem ?? "").length > 10);
  const asked = bench.simulator.log.filter((entry) => entry.path.endsWith("Summary"));
  assert.deepEqual(new Set(asked.map((entry) => entry.host)), new Set(["daily"]));
});

Deno.test("Gemini CLI's budgets are read by model", async () => {
  const pool = poolNotes();
  await using bench = await oauthBench({ pool });
  await bench.signIn("bob@example.com", "gemini_cli");
  const state = bench.simulator.control.account("bob@example.com");
  state.quotas.gemini["5h"] = { fraction: 0.01, resetsAt: bench.clock.now() + HOUR };
  await bench.oauth.pollQuotas(signal);
  assert.equal(pool.notes.get("gemini-2.5-pro")?.fraction, 0.01);
});

Deno.test("dead and disabled accounts are not asked about, and a removed one leaves no numbers", async () => {
  const { bench } = await benchWithAccount();
  await using _ = bench;
  await bench.oauth.pollQuotas(signal);
  const [account] = await bench.store.credentials.list();
  await bench.store.credentials.update(account!.id, { enabled: false });
  assert.deepEqual(await bench.oauth.pollQuotas(signal), { accounts: 0, failed: 0, low: 0 });
  await bench.oauth.signOut(account!.id);
  assert.deepEqual(await bench.oauth.quotaView(), []);
});

Deno.test("when one model has used its budget up, the others that share it are left out until the same time", async () => {
  const { bench, pool } = await benchWithAccount();
  await using _ = bench;
  const [account] = await bench.store.credentials.list();
  const noted = pool.notes.size;
  const told = Promise.withResolvers<void>();
  const seen: string[] = [];
  const { createOAuth } = await import("../../src/oauth/mod.ts");
  let emit: (event: Record<string, unknown>) => void = () => {};
  const { store, settings, ports, upstreams } = bench;
  const room = createOAuth({
    store,
    settings,
    ports,
    upstreams,
    ledger: { log: () => {} },
    pool: {
      noteQuota(_id, model, fraction, resetsAt) {
        seen.push(`${model} ${fraction} ${resetsAt}`);
        told.resolve();
      },
      subscribe(listener) {
        emit = (event) => listener(event as unknown as Parameters<typeof listener>[0]);
        return () => {};
      },
    },
  });
  const scope = `antigravity/${account!.id}/gemini-pro-agent`;
  emit({ type: "cooled", scope: "model:gemini-pro-agent", credential: account!.id, until: 5 });
  emit({ type: "cooled", scope, until: 5 });
  emit({ type: "cooled", scope, credential: account!.id, until: 77 });
  await told.promise;
  assert.deepEqual(seen, ["gemini-3.6-flash-high 0 77"]);
  assert.equal(pool.notes.size, noted);
  await room.close();
});
