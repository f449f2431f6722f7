import assert from "node:assert/strict";
import { createConnections } from "./mod.ts";

const START = 1_800_000_000_000;

/** Connections on a wall that is moved by hand. */
function bench() {
  const state = { now: START, beat: undefined as (() => void) | undefined, opened: 0 };
  const connections = createConnections({
    wall: () => state.now,
    every(_ms, task) {
      state.beat = task;
      return () => void (state.beat = undefined);
    },
    open() {
      state.opened++;
      return Deno.createHttpClient({});
    },
  });
  /** Time passes, the beat kept. */
  const pass = (ms: number) => {
    for (let at = 0; at < ms; at += 2_000) {
      state.now += 2_000;
      state.beat?.();
    }
  };
  return { state, connections, pass };
}

Deno.test("calls share a pool while time passes; a jump of the wall gives the next call a new one", () => {
  const { state, connections, pass } = bench();
  const first = connections.client();
  connections.heard("https://a.example/v1");
  pass(10_000);
  assert.equal(connections.client(), first);
  assert.equal(connections.reuses("https://a.example/v2"), true);
  assert.equal(connections.reuses("https://b.example/v1"), false);
  state.now += 60_000;
  assert.notEqual(connections.client(), first);
  assert.equal(connections.reuses("https://a.example/v1"), false);
  connections.close();
});

Deno.test("an idle process has no beat, and begins with a new pool", () => {
  const { state, connections, pass } = bench();
  const first = connections.client();
  pass(60_000);
  assert.equal(state.beat, undefined);
  assert.notEqual(connections.client(), first);
  connections.close();
  assert.equal(state.beat, undefined);
});

Deno.test("a spare that answered takes the place of the pool that did not", () => {
  const { connections } = bench();
  const first = connections.client("http://proxy.example");
  const spare = connections.spare("http://proxy.example");
  assert.equal(connections.client("http://proxy.example"), first);
  spare.promote();
  assert.equal(connections.client("http://proxy.example"), spare.client);
  connections.spare().drop();
  connections.close();
});
