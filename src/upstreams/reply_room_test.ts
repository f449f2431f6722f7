import assert from "node:assert/strict";
import { FREE_BYTES, UPSTREAM_BOUNDS } from "./bounds.ts";
import { WaitingBytes } from "./read_reply.ts";
import { ReplyBeyondBounds } from "./unreadable_reply.ts";

const ROOM = UPSTREAM_BOUNDS.waitingBytes + FREE_BYTES;

/** Whether the promise has settled once everything that is due has run. */
async function settled(promise: Promise<unknown>): Promise<boolean> {
  let done = false;
  promise.then(() => done = true, () => done = true);
  await new Promise((resolve) => setTimeout(resolve, 0));
  return done;
}

Deno.test("WaitingBytes() lets small replies through at all times, and the oldest large one", () => {
  using large = new WaitingBytes();
  assert.equal(large.hold(10 * ROOM), undefined);
  using small = new WaitingBytes();
  assert.equal(small.hold(FREE_BYTES), undefined);
  assert.equal(large.hold(11 * ROOM), undefined);
});

Deno.test("WaitingBytes() holds who is over the room back until others have given theirs back, the oldest first", async () => {
  using first = new WaitingBytes();
  using second = new WaitingBytes();
  using third = new WaitingBytes();
  assert.equal(first.hold(ROOM), undefined);
  const [two, three] = [second.hold(ROOM), third.hold(ROOM)];
  assert.ok(two !== undefined && three !== undefined);
  assert.equal(await settled(two), false);
  first[Symbol.dispose]();
  assert.equal(await settled(two), true);
  assert.equal(await settled(three), false);
  second.hold(0);
  assert.equal(await settled(three), true);
});

Deno.test("WaitingBytes() gives up what waits when its reply breaks, and leaves its room to others", async () => {
  using first = new WaitingBytes();
  first.hold(ROOM);
  const { promise: closed, reject } = Promise.withResolvers<void>();
  using broken = new WaitingBytes(closed);
  const room = broken.hold(ROOM);
  using last = new WaitingBytes();
  const next = last.hold(2 * FREE_BYTES);
  assert.ok(room !== undefined && next !== undefined);
  reject(new Error("cut"));
  await assert.rejects(room, ReplyBeyondBounds);
  assert.equal(await settled(next), false);
  first[Symbol.dispose]();
  assert.equal(await settled(next), true);
});

Deno.test("WaitingBytes() holds nothing more after it was given back", () => {
  const gone = new WaitingBytes();
  gone[Symbol.dispose]();
  assert.equal(gone.hold(10 * ROOM), undefined);
  using next = new WaitingBytes();
  using other = new WaitingBytes();
  assert.equal(next.hold(2 * FREE_BYTES), undefined);
  assert.equal(other.hold(2 * FREE_BYTES), undefined);
});
