import assert from "node:assert/strict";
import { Bag } from "./bag.ts";

const member = () => ({ place: -1 });

Deno.test("Bag holds what was added and has not left, whatever the order of leaving", () => {
  const bag = new Bag<{ place: number }>();
  const [a, b, c] = [member(), member(), member()];
  for (const one of [a, b, c]) bag.add(one);
  bag.delete(a);
  assert.deepEqual(new Set(bag.list()), new Set([b, c]));
  bag.delete(a);
  bag.delete(c);
  assert.equal(bag.size, 1);
  bag.add(a);
  assert.deepEqual(new Set(bag.list()), new Set([a, b]));
  bag.delete(b);
  bag.delete(a);
  assert.deepEqual(bag.list(), []);
});

Deno.test("Bag lets members leave while its list is walked", () => {
  const bag = new Bag<{ place: number }>();
  const members = Array.from({ length: 5 }, member);
  for (const one of members) bag.add(one);
  for (const one of bag.list()) {
    if (one.place >= 0) bag.delete(members.at(-1 - members.indexOf(one))!);
  }
  assert.equal(bag.size, 2);
});
