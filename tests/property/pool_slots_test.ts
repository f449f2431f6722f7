import assert from "node:assert/strict";
import fc from "fast-check";
import type { CappedPool, Lease } from "../../src/pool/mod.ts";
import { benchOf, credentialOf, leaseRequestOf, mapStore, StepClock } from "../support/pool_fixture.ts";

const SLOTS = 4;

interface Process {
  readonly id: string;
  readonly pool: CappedPool;
  readonly held: Lease[];
}

/** Processes on one database that come, go and die. */
class Machines {
  readonly clock = new StepClock();
  readonly #store = mapStore(new Map(), { now: () => this.clock.now() });
  readonly processes: Process[] = [];
  #count = 0;

  async join(): Promise<void> {
    const id = `p${this.#count++}`;
    const { database } = this.#store;
    database.processes.push({ id, startedAt: this.clock.now(), until: Infinity });
    const store = mapStore(database.records, { processId: id, database, now: () => this.clock.now() });
    const settings = { maxConcurrentRequestsPerKey: SLOTS };
    const { pool } = await benchOf([credentialOf("a"), credentialOf("b")], {
      clock: this.clock,
      store,
      settings,
    });
    this.processes.push({ id, pool, held: [] });
    database.listeners.forEach((listener) => listener());
    await this.clock.pass(0);
  }

  /** Dies without a word; its calls die with it. */
  async kill(at: number): Promise<void> {
    const [dead] = this.processes.splice(at % Math.max(1, this.processes.length), 1);
    if (dead === undefined) return;
    const { processes, listeners } = this.#store.database;
    processes.splice(processes.findIndex((one) => one.id === dead.id), 1);
    listeners.forEach((listener) => listener());
    await this.clock.pass(0);
  }

  inFlight(key: string): number {
    return this.processes.flatMap((one) => one.held).filter((lease) => lease.credential.id === key).length;
  }
}

Deno.test("slots never pass their limit, with processes that join and die while calls run", async () => {
  const step = fc.record({
    action: fc.constantFrom("claim", "claim", "claim", "claim", "end", "end", "join", "kill", "pass"),
    at: fc.nat(5),
    pass: fc.integer({ min: 1, max: 3_000 }),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 20, maxLength: 100 }), async (steps) => {
      const machines = new Machines();
      await machines.join();
      for (const { action, at, pass } of steps) {
        const { processes } = machines;
        if (action === "join" && processes.length < 4) await machines.join();
        else if (action === "kill" && processes.length > 1) await machines.kill(at);
        else if (action === "pass") await machines.clock.pass(pass);
        const process = processes[at % processes.length];
        if (action === "claim") {
          const lease = process?.pool.tryAcquire(leaseRequestOf());
          if (lease !== undefined) process?.held.push(lease);
        }
        if (action === "end") process?.held.shift()?.succeed();
        for (const key of ["a", "b"]) {
          assert.ok(machines.inFlight(key) <= SLOTS, `${machines.inFlight(key)} on ${key}`);
        }
      }
      for (const process of machines.processes) await process.pool.close();
    }),
    { numRuns: 100 },
  );
});

Deno.test("all processes together get all slots once they have settled", async () => {
  const machines = new Machines();
  for (let i = 0; i < 3; i++) await machines.join();
  await machines.clock.pass(3_000);
  for (const process of machines.processes) {
    for (;;) {
      const lease = process.pool.tryAcquire(leaseRequestOf());
      if (lease === undefined) break;
      process.held.push(lease);
    }
  }
  assert.equal(machines.inFlight("a") + machines.inFlight("b"), 2 * SLOTS);
  for (const process of machines.processes) await process.pool.close();
});
