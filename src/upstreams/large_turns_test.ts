import assert from "node:assert/strict";
import { takeTurn } from "./read_reply.ts";

Deno.test("takeTurn() lets few large pieces pass each time around the loop, one of each when several wait", async () => {
  const [one, two, three] = [{}, {}, {}];
  for (let piece = 0; piece < 4; piece++) assert.equal(takeTurn(one), undefined);
  // What is there already must not be read in one go, however much it is.
  await takeTurn(one);
  const order: string[] = [];
  const small = setInterval(() => order.push("small"), 0);
  const turns = [["two", two], ["three", three], ["two again", two]] as const;
  await Promise.all(turns.map(async ([name, who]) => {
    await takeTurn(who);
    order.push(name);
  }));
  clearInterval(small);
  assert.deepEqual(order.filter((name) => name !== "small"), ["two", "three", "two again"]);
  assert.ok(order.indexOf("small") < order.indexOf("three"), order.join());
  // Nobody wants a turn any more: the next one need not wait.
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.equal(takeTurn(three), undefined);
  await new Promise((resolve) => setTimeout(resolve, 20));
});
