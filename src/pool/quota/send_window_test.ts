import assert from "node:assert/strict";
import { SendWindow } from "./send_window.ts";

Deno.test("requestsFreeAt() is the moment at which enough sends have left", () => {
  const window = new SendWindow();
  for (const at of [0, 1_000, 2_000]) window.add(at, 10);
  window.advance(2_000);
  assert.equal(window.requestsFreeAt(4), 0);
  assert.equal(window.requestsFreeAt(3), 60_150);
  assert.equal(window.requestsFreeAt(2), 61_150);
  window.advance(61_150);
  assert.equal(window.requests, 1);
});

Deno.test("tokensFreeAt() is never for what is larger than the limit", () => {
  const window = new SendWindow();
  window.add(0, 800);
  assert.equal(window.tokensFreeAt(1_000, 200), 0);
  assert.equal(window.tokensFreeAt(1_000, 201), 60_150);
  assert.equal(window.tokensFreeAt(1_000, 1_001), Infinity);
});

Deno.test("cancel() takes a refused call out of the pace and the evidence, release() only out of the pace", () => {
  const window = new SendWindow();
  const refused = window.add(0, 5), faulty = window.add(1, 5);
  window.cancel(refused);
  window.release(faulty);
  assert.equal(window.requests, 0);
  assert.equal(window.tokens, 0);
  assert.equal(window.countAt(10), 1);
});

Deno.test("absorb() adds another window's sends, and calls under way still settle right", () => {
  const mine = new SendWindow(), other = new SendWindow();
  const sent = mine.add(10, 100);
  other.add(5, 50);
  mine.absorb(other);
  assert.equal(mine.requests, 2);
  mine.settle(sent, 70);
  assert.equal(mine.tokens, 120);
  mine.advance(60_160);
  assert.equal(mine.requests, 0);
  assert.equal(mine.tokens, 0);
});

Deno.test("a window of thousands counts calls of a moment together, and loses none of them", () => {
  const window = new SendWindow();
  const sent = Array.from({ length: 5_000 }, (_, index) => window.add(index * 4, 10));
  assert.equal(window.requests, 5_000);
  assert.ok(window.snapshot().length < 1_300, "an entry a call is kept");
  for (const [index, call] of sent.entries()) {
    if (index % 2 === 0) window.settle(call, 30);
    else if (index % 5 === 0) window.cancel(call);
  }
  const cancelled = sent.filter((_, index) => index % 2 === 1 && index % 5 === 0).length;
  assert.equal(window.requests, 5_000 - cancelled);
  assert.equal(window.tokens, 2_500 * 30 + (2_500 - cancelled) * 10);
  assert.equal(window.countAt(20_000), 5_000 - cancelled);
  // The last call was sent at 19,996: until a minute after it, the newest moment stays.
  window.advance(19_996 + 60_149);
  assert.ok(window.requests > 0);
  window.advance(19_996 + 60_150);
  assert.equal(window.requests, 0);
  assert.equal(window.tokens, 0);
  window.settle(sent.at(-2)!, 99);
  window.release(sent.at(-1)!);
  assert.equal(window.tokens, 0, "what has left weighs nothing");
});
