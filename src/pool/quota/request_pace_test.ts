import assert from "node:assert/strict";
import { MINUTE } from "../tuning.ts";
import { Prior } from "./prior.ts";
import { RequestPace } from "./request_pace.ts";
import { SendWindow } from "./send_window.ts";

const START = Date.UTC(2026, 5, 1, 12);

function paceOf() {
  const window = new SendWindow();
  const prior = new Prior();
  return { window, prior, pace: new RequestPace(window, prior) };
}

type Paced = ReturnType<typeof paceOf>;

/** A call that Google refused for a limit of `value` a minute. */
function refused({ window, pace }: Paced, at: number, value: number) {
  window.advance(at);
  const sent = window.add(at, 1);
  window.cancel(sent);
  return pace.refused({ kind: "requests_per_minute", value }, sent, false, at);
}

Deno.test("refused() paces below one call a minute where others use a small limit up", () => {
  const paced = paceOf();
  const { pace, window } = paced;
  assert.equal(refused(paced, START, 2).explained, false);
  assert.deepEqual([pace.sharedLimit, pace.minInterval], [1, 0]);
  refused(paced, START + 2 * MINUTE, 2);
  assert.equal(pace.minInterval, 0.5);
  window.advance(START + 3 * MINUTE);
  assert.deepEqual([pace.check(START + 3 * MINUTE), pace.nextAt], ["closed", START + 3.5 * MINUTE]);
  window.advance(START + 3.5 * MINUTE);
  assert.equal(pace.check(START + 3.5 * MINUTE), "open");
});

Deno.test("refused() takes one missing request of a small limit for somebody else's", () => {
  const small = paceOf();
  small.window.add(START + 1_000, 1);
  assert.equal(refused(small, START + 10_000, 2).explained, false);
  const large = paceOf();
  for (let i = 0; i < 9; i++) large.window.add(START + 1_000 + i, 1);
  assert.equal(refused(large, START + 10_000, 10).explained, true);
});

/** A call that Google answered with a fault of its own. */
function faulty({ window }: Paced, at: number): void {
  const sent = window.add(at, 1);
  sent.doubtful = true;
  window.release(sent);
}

Deno.test("refused() sees that faults are free when more of them came than the limit allows", () => {
  const paced = paceOf();
  for (let i = 0; i < 20; i++) faulty(paced, START + i);
  for (let i = 0; i < 4; i++) paced.window.add(START + 100 + i, 1);
  const { explained } = refused(paced, START + 10_000, 10);
  assert.equal(paced.prior.faults, "free");
  assert.equal(explained, false, "four served calls do not use ten up: somebody else does");
  assert.equal(paced.pace.sharedLimit, 4);
});

Deno.test("refused() takes faults to count when only with them the limit is used up", () => {
  const paced = paceOf();
  for (let i = 0; i < 5; i++) faulty(paced, START + i);
  for (let i = 0; i < 5; i++) paced.window.add(START + 100 + i, 1);
  assert.equal(refused(paced, START + 10_000, 10).explained, true);
  assert.equal(paced.prior.faults, "counted");
});

Deno.test("served() proves nothing about a limit by a call that was sent before it was stated", () => {
  const paced = paceOf();
  const early = Array.from({ length: 8 }, (_, i) => paced.window.add(START + i, 1));
  refused(paced, START + 5_000, 5);
  for (const sent of early) assert.equal(paced.pace.served(sent, START + 6_000), false);
  assert.equal(paced.pace.known?.value, 5);
});

Deno.test("foundRoom() makes the next step beyond a shared limit come sooner while calls wait, a refusal later again", () => {
  const paced = paceOf();
  const { pace, prior } = paced;
  refused(paced, START, 10);
  const before = pace.sharedStep;
  pace.sent(true, START + 10 * MINUTE);
  pace.foundRoom(pace.sharedLimit, START + 10 * MINUTE);
  assert.equal(pace.sharedStep, before, "nobody waits");
  prior.press(false, START + 10 * MINUTE);
  pace.foundRoom(1, START + 10 * MINUTE);
  assert.equal(pace.sharedStep, before, "what was ours already proves nothing");
  pace.foundRoom(pace.sharedLimit, START + 10 * MINUTE);
  assert.equal(pace.sharedStep, before / 2);
  refused(paced, START + 20 * MINUTE, 10);
  assert.equal(pace.sharedStep, before * 2);
});
