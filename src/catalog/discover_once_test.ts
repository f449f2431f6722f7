import assert from "node:assert/strict";
import { DiscoverOnce, NEGATIVE_CACHE } from "./refresh.ts";

function setUp() {
  const known = new Set<string>();
  const state = { now: 0, runs: 0 };
  const clock = { now: () => state.now, after: () => () => {} };
  const finder = new DiscoverOnce(clock, (name) => known.has(name));
  const discover = () => {
    state.runs++;
    return Promise.resolve();
  };
  return { known, state, finder, discover };
}

Deno.test("find() discovers once for all who wait", async () => {
  const { known, finder } = setUp();
  const gate = Promise.withResolvers<void>();
  let runs = 0;
  const discover = () => {
    runs++;
    return gate.promise;
  };
  const waiting = ["a", "b", "a"].map((name) => finder.find(name, discover));
  known.add("a");
  gate.resolve();
  assert.deepEqual(await Promise.all(waiting), [true, false, true]);
  assert.equal(runs, 1);
});

Deno.test("find() looks for a missing name again only after a minute", async () => {
  const { known, state, finder, discover } = setUp();
  assert.equal(await finder.find("a", discover), false);
  state.now = NEGATIVE_CACHE - 1;
  assert.equal(await finder.find("a", discover), false);
  assert.equal(state.runs, 1);
  state.now = NEGATIVE_CACHE;
  await finder.find("a", discover);
  assert.equal(state.runs, 2);
  known.add("a");
  assert.equal(await finder.find("a", discover), true);
  assert.equal(state.runs, 2);
});

Deno.test("find() takes a discovery that fails for one in vain", async () => {
  const { finder } = setUp();
  assert.equal(await finder.find("a", () => Promise.reject(new Error("no network"))), false);
  assert.equal(await finder.find("a", () => Promise.reject(new Error("not asked"))), false);
});
