import assert from "node:assert/strict";
import fc from "fast-check";
import { readStats } from "../../components/overview/read_overview.ts";
import { readHealth } from "../../components/shared/health.ts";
import { runCli } from "../../src/cli/mod.ts";
import { writeServerFile } from "../../src/cli/server_file.ts";
import { fakeServices } from "../cli/fake_services.ts";
import { World, worldSteps } from "../support/screens_world.ts";

const RUNS = Number(Deno.env.get("GEMINITRO_SCREENS_RUNS") ?? 6);

async function command(world: World, name: "status" | "stats") {
  const { client, services: { admin } } = world.proxy;
  const { services, read } = fakeServices({
    visit: () => Promise.resolve({ client, admin, close: () => Promise.resolve() }),
    env: { HOME: "/nowhere", GEMINITRO_HOME: "/nowhere/home", GEMINITRO_KV: "/nowhere/file" },
  });
  assert.equal(await runCli([name, "--json"], services), 0, read().stderr + read().stdout);
  return JSON.parse(read().stdout);
}

/** What `status --json` says: it asks the server that the folder names, so there has to be one. */
async function statusOf(world: World) {
  const home = await Deno.makeTempDir({ prefix: "geminitro-screens-" });
  const server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen() {} },
    (request) => world.proxy.fetch(request),
  );
  try {
    const { port, hostname: host } = server.addr;
    await writeServerFile(home, {
      pid: Deno.pid,
      home: await Deno.realPath(home),
      port,
      host,
      startedAt: 0,
      version: "1.2.3",
      flags: [],
    });
    const { services, read } = fakeServices({ env: { HOME: home, GEMINITRO_HOME: home } });
    assert.equal(await runCli(["status", "--json"], services), 0, read().stderr + read().stdout);
    return JSON.parse(read().stdout);
  } finally {
    await server.shutdown();
    await Deno.remove(home, { recursive: true });
  }
}

/** One value of /metrics. */
function metric(text: string, name: string, labels = ""): number {
  const lines = text.split("\n").filter((line) => line.startsWith(name) && line.includes(labels));
  return lines.reduce((sum, line) => sum + Number(line.split(" ").at(-1)), 0);
}

async function check(world: World): Promise<void> {
  const { proxy } = world;
  await proxy.services.ledger.flush();
  const { client } = proxy;
  const status = await statusOf(world);
  const [overview, health, stats, totals, keys, text, cli, page] = await Promise.all([
    client.overview(),
    client.health(),
    client.stats(),
    client.requestTotals({}),
    client.keys(),
    client.metrics(),
    command(world, "stats"),
    readStats(client),
  ]);
  const shown = await readHealth(client);
  assert.deepEqual([health.status, health.out], [overview.verdict.status, overview.verdict.out]);
  assert.deepEqual([shown.status, cli.overview.verdict.status], [
    overview.verdict.status,
    overview.verdict.status,
  ]);
  assert.deepEqual([status.status, status.out, status.overview.verdict.out], [
    overview.verdict.status,
    overview.verdict.out,
    overview.verdict.out,
  ]);
  // What changes with the clock alone (rates, waits) may differ between two looks; what was counted may not.
  for (const part of ["keys", "today", "failures", "models"] as const) {
    const counted = (from: typeof overview) =>
      part === "models"
        ? from.models.map(({ model, state, day }) => [model, state, day?.used, day?.left])
        : part === "today"
        ? { ...from.today, to: "" }
        : from[part];
    assert.deepEqual(counted(status.overview), counted(overview), part);
  }
  assert.deepEqual(
    [status.keys.total, status.keys.active, status.keys.cooldown, status.keys.disabled, status.keys.dead],
    [
      overview.keys.total,
      overview.keys.active,
      overview.keys.cooldown,
      overview.keys.disabled,
      overview.keys.dead,
    ],
  );
  assert.equal(metric(text, "geminitro_status", `"${overview.verdict.status}"`), 1);
  assert.deepEqual(cli.overview.models, overview.models);
  const { total, active, cooldown, disabled, dead } = overview.keys;
  assert.deepEqual(
    [total, active, cooldown, disabled, dead],
    [keys.length, health.keys.active, health.keys.cooldown, health.keys.disabled, health.keys.dead],
  );
  assert.equal(metric(text, "geminitro_keys{"), total);
  const sum = (counts: Record<string, number>) => Object.values(counts).reduce((all, one) => all + one, 0);
  const requests = stats.totalRequests;
  assert.deepEqual(
    [totals.requests, sum(stats.models), cli.stats.totalRequests, page.requests],
    [requests, requests, requests, requests],
  );
  assert.equal(
    sum(Object.fromEntries(Object.entries(stats.keyUsage).map(([id, one]) => [id, one.requests]))),
    requests,
  );
  assert.equal(metric(text, "geminitro_requests_total{"), requests);
  assert.equal(stats.totals.success + stats.totals.errors + stats.totals.cancelled, requests);
  assert.deepEqual([totals.refused, metric(text, "geminitro_refused_total ")], [
    stats.totals.refused,
    stats.totals.refused,
  ]);
  assert.deepEqual([overview.today.ok, overview.today.failed], [stats.today.success, stats.today.errors]);
  for (const { model, state } of overview.models) {
    assert.equal(metric(text, "geminitro_model_state{", `model="${model}",state="${state}"`), 1);
  }
}

Deno.test("every screen says the same, whatever happened", async () => {
  await fc.assert(
    fc.asyncProperty(worldSteps, async (all) => {
      await using world = await World.open();
      for (const step of all) await world.do(step);
      await check(world);
    }),
    { numRuns: RUNS, seed: 3, endOnFailure: true },
  );
});
