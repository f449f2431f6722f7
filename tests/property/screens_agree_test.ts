import assert from "node:assert/strict";
import fc from "fast-check";
import { createDashboardData } from "../../components/data/dashboard_data.ts";
import { createGeminitro, type Geminitro } from "../../src/composition/mod.ts";
import { runCli } from "../../src/cli/mod.ts";
import { serveSimulator } from "../../src/sim/mod.ts";
import { systemClock, systemPorts } from "../../src/system/mod.ts";
import { fakeServices } from "../cli/fake_services.ts";
import { KEYS } from "../support/proxy_under_test.ts";

const RUNS = Number(Deno.env.get("GEMINITRO_SCREENS_RUNS") ?? 6);
const MODELS = ["gemini-2.5-flash", "gemini-2.5-pro", "gemini-2.5-flash-lite"] as const;

/** A clock that can be put on: what happened lies back as far as it was moved. */
class MovedClock {
  #ahead = 0;
  move(ms: number): void {
    this.#ahead += ms;
  }
  readonly now = () => systemClock.now() + this.#ahead;
  readonly after = systemClock.after.bind(systemClock);
}

type Step =
  | { readonly kind: "call"; readonly model: number }
  | { readonly kind: "refused" }
  | { readonly kind: "key"; readonly enabled: boolean }
  | { readonly kind: "cap"; readonly limit: number }
  | { readonly kind: "restart" }
  | { readonly kind: "later"; readonly minutes: number };

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: fc.record({ kind: fc.constant("call" as const), model: fc.nat(2) }) },
    { weight: 2, arbitrary: fc.constant({ kind: "refused" as const }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant("key" as const), enabled: fc.boolean() }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant("cap" as const), limit: fc.nat(3) }) },
    { weight: 1, arbitrary: fc.constant({ kind: "restart" as const }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant("later" as const), minutes: fc.nat(90) }) },
  ),
  { minLength: 3, maxLength: 12 },
);

/** The program on a database that outlives it, with Google's stand-in behind it. */
class World implements AsyncDisposable {
  readonly clock = new MovedClock();
  readonly simulator = serveSimulator({
    projects: KEYS.map((key, index) => ({
      id: `p${index}`,
      keys: [key],
      limits: { "gemini-2.5-pro": { rpd: 1 }, "gemini-2.5-flash": { rpm: 3 } },
    })),
  });
  private constructor(readonly kv: Deno.Kv) {}
  proxy!: Geminitro;

  static async open(): Promise<World> {
    const world = new World(await Deno.openKv(":memory:"));
    await world.start();
    const added = await world.proxy.rooms.admin.addKeys({ keys: [...KEYS] });
    assert.ok(added.ok);
    return world;
  }

  async start(): Promise<void> {
    this.proxy = await createGeminitro({
      env: {
        GEMINITRO_KV: ":memory:",
        GEMINITRO_MASTER_KEY: "a-master-key-that-outlives-a-restart-0001",
        GEMINI_API_URL: this.simulator.url,
        QUEUE_MAX_WAIT: "0",
        LOG_LEVEL: "error",
      },
      kv: this.kv,
      ports: { ...systemPorts(), clock: this.clock },
      print: () => {},
    });
  }

  async ask(model: string, token = "geminitro"): Promise<void> {
    const response = await this.proxy.fetch(
      new Request("http://localhost/v1/chat/completions", {
        method: "POST",
        headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
        body: JSON.stringify({ model, messages: [{ role: "user", content: "hello" }] }),
      }),
    );
    await response.text();
  }

  async do(step: Step): Promise<void> {
    const { admin, store } = this.proxy.rooms;
    switch (step.kind) {
      case "call":
        return await this.ask(MODELS[step.model]!);
      case "refused":
        return await this.ask("gemini-9");
      case "key": {
        const [first] = await store.credentials.list();
        await admin.editKey(first!.id, { enabled: step.enabled });
        return;
      }
      case "cap":
        await admin.putCap({ model: MODELS[2], limit: step.limit });
        return;
      case "restart":
        await this.proxy.close();
        return await this.start();
      case "later":
        this.clock.move(step.minutes * 60_000);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.proxy.close();
    this.kv.close();
    await this.simulator.close();
  }
}

async function command(world: World, name: "status" | "stats") {
  const { client, rooms } = world.proxy;
  const { services, read } = fakeServices({
    visit: () => Promise.resolve({ client, admin: rooms.admin, close: () => Promise.resolve() }),
    env: { HOME: "/nowhere", GEMINITRO_HOME: "/nowhere/home", GEMINITRO_KV: "/nowhere/file" },
  });
  assert.equal(await runCli([name, "--json"], services), 0, read().stderr + read().stdout);
  return JSON.parse(read().stdout);
}

/** One value of /metrics. */
function metric(text: string, name: string, labels = ""): number {
  const lines = text.split("\n").filter((line) => line.startsWith(name) && line.includes(labels));
  return lines.reduce((sum, line) => sum + Number(line.split(" ").at(-1)), 0);
}

async function check(world: World): Promise<void> {
  const { proxy } = world;
  await proxy.rooms.ledger.flush();
  const { client } = proxy;
  const [overview, health, stats, totals, keys, text, cli, page] = await Promise.all([
    client.overview(),
    client.health(),
    client.stats(),
    client.requestTotals({}),
    client.keys(),
    client.metrics(),
    command(world, "stats"),
    createDashboardData(client).stats(),
  ]);
  const shown = await createDashboardData(client).health();
  assert.deepEqual([health.status, health.out], [overview.verdict.status, overview.verdict.out]);
  assert.deepEqual([shown.status, cli.overview.verdict.status], [
    overview.verdict.status,
    overview.verdict.status,
  ]);
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
    fc.asyncProperty(steps, async (all) => {
      await using world = await World.open();
      for (const step of all) await world.do(step);
      await check(world);
    }),
    { numRuns: RUNS, seed: 3, endOnFailure: true },
  );
});
