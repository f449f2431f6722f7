import assert from "node:assert/strict";
import { openLentBody, takeTurn } from "./read_reply.ts";

Deno.test("takeTurn() lets few large pieces pass each time around the loop, one of each when several wait", async () => {
  const [one, two, three] = [{}, {}, {}];
  for (let piece = 0; piece < 4; piece++) assert.equal(takeTurn(one), undefined);
  // What is there already must not be read in one go, however much it is.
  await takeTurn(one);
  const order: string[] = [];
  // What else waits for the loop to come around.
  let small = setImmediate(function others() {
    order.push("small");
    small = setImmediate(others);
  });
  const turns = [["two", two], ["three", three], ["two again", two]] as const;
  await Promise.all(turns.map(async ([name, who]) => {
    await takeTurn(who);
    order.push(name);
  }));
  clearImmediate(small);
  assert.deepEqual(order.filter((name) => name !== "small"), ["two", "three", "two again"]);
  assert.ok(order.indexOf("small") < order.indexOf("three"), order.join());
  // Nobody wants a turn any more: the next one need not wait.
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(takeTurn(three), undefined);
});

/** A body whose pieces are there before anybody asks. */
function ready(pieces: number, size: number): ReadableStream<Uint8Array<ArrayBuffer>> {
  return new ReadableStream({
    type: "bytes",
    pull(controller) {
      controller.enqueue(new Uint8Array(size));
      if (--pieces === 0) controller.close();
    },
  });
}

Deno.test("openLentBody() comes back to the event loop while it reads pieces that do not fill its buffers", async () => {
  let read = 0;
  let atFirstTurn: number | undefined;
  // Began before any reader did, so that it comes as soon as the loop goes around.
  setImmediate(() => atFirstTurn = read);
  const readers = [1, 2].map(() => openLentBody(ready(40, 12_000), { events: true }));
  await Promise.all(readers.map(async (reader) => {
    while (await reader.read() !== undefined) read++;
  }));
  assert.equal(read, 80);
  assert.ok(atFirstTurn !== undefined && atFirstTurn <= 8, `${atFirstTurn} of ${read}`);
});
