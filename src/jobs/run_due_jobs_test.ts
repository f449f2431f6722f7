import assert from "node:assert/strict";
import { withApi } from "../../tests/support/api_bench.ts";
import { type Job, type JobDeps, JOBS, runDueJobs } from "./mod.ts";

function jobOf(more: Partial<Job> = {}): Job & { runs: number } {
  const job = {
    name: "test",
    every: () => 1_000,
    lease: 5_000,
    runs: 0,
    run: () => {
      job.runs++;
      return Promise.resolve({ done: true });
    },
    ...more,
  };
  return job;
}

function withDeps(run: (deps: JobDeps, move: (ms: number) => void) => Promise<void>): Promise<void> {
  return withApi(async ({ proxy }) => {
    const { store, settings, ledger, admin } = proxy.services;
    let now = Date.now();
    const clock = { now: () => now, after: () => () => {} };
    await run(
      { store, settings, ledger, admin, clock, signal: new AbortController().signal },
      (ms) => now += ms,
    );
  });
}

Deno.test("runDueJobs() runs a job when it is due and not before", () =>
  withDeps(async (deps, move) => {
    const job = jobOf();
    assert.deepEqual((await runDueJobs(deps, [job])).map(({ name, ok, result }) => [name, ok, result]), [
      ["test", true, { done: true }],
    ]);
    assert.deepEqual(await runDueJobs(deps, [job]), []);
    move(1_000);
    assert.equal((await runDueJobs(deps, [job])).length, 1);
    move(-500_000);
    assert.equal((await runDueJobs(deps, [job])).length, 1, "a clock that was set back");
    assert.equal(job.runs, 3);
  }));

Deno.test("runDueJobs() leaves a job alone that another process runs, or that is switched off", () =>
  withDeps(async (deps) => {
    const lease = await deps.store.lease("job test", 60_000);
    assert.deepEqual(await runDueJobs(deps, [jobOf(), jobOf({ name: "off", every: () => 0 })]), []);
    await lease?.release();
    assert.equal((await runDueJobs(deps, [jobOf()])).length, 1);
  }));

Deno.test("runDueJobs() reports a failure and tries it again sooner", () =>
  withDeps(async (deps, move) => {
    const failing = jobOf({ every: () => 86_400_000, run: () => Promise.reject(new Error("no disk")) });
    const after = jobOf({ name: "after" });
    const reports = await runDueJobs(deps, [failing, after]);
    assert.deepEqual(reports.map(({ ok, error }) => [ok, error]), [[false, "no disk"], [true, undefined]]);
    move(5 * 60_000);
    assert.equal((await runDueJobs(deps, [failing])).length, 1);
  }));

Deno.test("runDueJobs() tells of no failure when a job ends with the server, and runs it at the next start", () =>
  withDeps(async (deps) => {
    const ending = new AbortController();
    const job = jobOf({
      run: ({ signal }) => {
        ending.abort();
        return Promise.reject(signal.reason);
      },
    });
    await runDueJobs({ ...deps, signal: ending.signal }, [job]);
    await deps.ledger.flush();
    assert.deepEqual((await deps.ledger.logs({ limit: 50, kind: "job" })).map(({ message }) => message), []);
    const next = jobOf();
    await runDueJobs(deps, [next]);
    assert.equal(next.runs, 1);
  }));

Deno.test("every job can run on an empty database, twice", () =>
  withDeps(async (deps, move) => {
    const first = await runDueJobs(deps);
    assert.deepEqual(first.map(({ error }) => error), first.map(() => undefined));
    assert.equal(first.length, JOBS.length - 2, "without accounts or agents nobody is asked for theirs");
    move(25 * 3_600_000);
    const second = await runDueJobs(deps);
    assert.deepEqual(second.map(({ ok }) => ok), first.map(() => true));
  }));
