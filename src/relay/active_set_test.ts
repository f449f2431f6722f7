import assert from "node:assert/strict";
import { ActiveSet } from "./active_set.ts";

const member = () => ({ index: -1 });

Deno.test("ActiveSet holds what was added and has not left, whatever the order of leaving", () => {
  const active = new ActiveSet<{ index: number }>();
  const [a, b, c] = [member(), member(), member()];
  for (const one of [a, b, c]) active.add(one);
  active.delete(a);
  assert.deepEqual(new Set(active.list()), new Set([b, c]));
  active.delete(a);
  active.delete(c);
  assert.equal(active.size, 1);
  active.add(a);
  assert.deepEqual(new Set(active.list()), new Set([a, b]));
  active.delete(b);
  active.delete(a);
  assert.deepEqual(active.list(), []);
});

Deno.test("ActiveSet lets members leave while its list is walked", () => {
  const active = new ActiveSet<{ index: number }>();
  const members = Array.from({ length: 5 }, member);
  for (const one of members) active.add(one);
  for (const one of active.list()) {
    if (one.index >= 0) active.delete(members.at(-1 - members.indexOf(one))!);
  }
  assert.equal(active.size, 2);
});
