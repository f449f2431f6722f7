import assert from "node:assert/strict";
import { abortable, deadline, delay, pooledMap, retry, RetryError } from "@std/async";

const never = () => new Promise<never>(() => {});

Deno.test("delay() waits, and ends with the signal's reason before or while it waits", async () => {
  await delay(0);
  const control = new AbortController();
  const waiting = delay(600_000, { signal: control.signal });
  const reason = new Error("enough");
  control.abort(reason);
  await assert.rejects(waiting, reason);
  await assert.rejects(delay(600_000, { signal: control.signal }), reason);
});

Deno.test("deadline() gives the outcome in time, else a TimeoutError or the signal's reason", async () => {
  assert.equal(await deadline(Promise.resolve(1), 600_000), 1);
  await assert.rejects(deadline(Promise.reject(new RangeError("own")), 600_000), RangeError);
  await assert.rejects(deadline(never(), 1), { name: "TimeoutError" });
  const reason = new Error("gone");
  await assert.rejects(deadline(never(), 600_000, { signal: AbortSignal.abort(reason) }), reason);
});

Deno.test("abortable() ends a promise and an iterable with the signal's reason, and closes the source", async () => {
  const control = new AbortController();
  const reason = new Error("stop");
  let closed = false;
  async function* source() {
    try {
      yield 1;
      yield 2;
    } finally {
      closed = true;
    }
  }
  const seen: number[] = [];
  await assert.rejects(async () => {
    for await (const item of abortable(source(), control.signal)) {
      seen.push(item);
      control.abort(reason);
    }
  }, reason);
  assert.deepEqual([seen, closed], [[1], true]);
  await assert.rejects(abortable(never(), control.signal), reason);
  const whole = abortable(source(), new AbortController().signal);
  assert.deepEqual(await Array.fromAsync(whole), [1, 2]);
});

Deno.test("pooledMap() keeps the order and never has more than the limit at work", async () => {
  const gates = Array.from({ length: 6 }, () => Promise.withResolvers<number>());
  let running = 0;
  let most = 0;
  const results = pooledMap(3, gates, async (gate) => {
    most = Math.max(most, ++running);
    const value = await gate.promise;
    running--;
    return value;
  });
  const all = Array.fromAsync(results);
  await delay(0);
  assert.equal(running, 3);
  for (const [index, gate] of [...gates.entries()].reverse()) gate.resolve(index);
  assert.deepEqual(await all, [0, 1, 2, 3, 4, 5]);
  assert.equal(most, 3);
});

Deno.test("pooledMap() begins nothing after a failure and throws all failures", async () => {
  const begun: number[] = [];
  const results = pooledMap(2, [1, 2, 3, 4, 5, 6], (item) => {
    begun.push(item);
    return item === 2 || item === 3 ? Promise.reject(new Error(`no ${item}`)) : Promise.resolve(item);
  });
  await assert.rejects(Array.fromAsync(results), (error) => {
    assert.ok(error instanceof AggregateError);
    assert.equal(error.errors[0].message, "no 2");
    return true;
  });
  assert.ok(!begun.includes(5), `began ${begun}`);
  await assert.rejects(pooledMap(0, [], never).next(), RangeError);
});

Deno.test("retry() tries again until it works, and tells the last error when nothing did", async () => {
  let tries = 0;
  const flaky = () => {
    if (++tries < 3) throw new Error("not yet");
    return tries;
  };
  assert.equal(await retry(flaky, { minTimeout: 0 }), 3);
  const failing = retry(() => Promise.reject(new Error("never")), { maxAttempts: 2, minTimeout: 0 });
  await assert.rejects(failing, (error) => error instanceof RetryError && /never/.test(String(error.cause)));
});

Deno.test("retry() stops at once for an error that is final, and when the signal aborts in a pause", async () => {
  let tries = 0;
  const final = retry(() => {
    tries++;
    throw new RangeError("final");
  }, { isRetriable: (error) => !(error instanceof RangeError) });
  await assert.rejects(final, RangeError);
  assert.equal(tries, 1);
  const control = new AbortController();
  const reason = new Error("left");
  const waiting = retry(() => {
    queueMicrotask(() => control.abort(reason));
    throw new Error("again");
  }, { signal: control.signal, minTimeout: 600_000, jitter: 0 });
  await assert.rejects(waiting, reason);
});
