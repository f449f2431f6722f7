import assert from "node:assert/strict";
import { CommitLost } from "../state/mod.ts";
import { commitWithRetry, Turns, whileLocked } from "./commit.ts";
import { COMMIT_TRIES } from "./limits.ts";

const noPause = () => 0;

Deno.test("commitWithRetry() tries again until the commit holds, reading again each time", async () => {
  const kv = await Deno.openKv(":memory:");
  let tries = 0;
  const answer = await commitWithRetry(async () => {
    const entry = await kv.get<number>(["n"]);
    if (++tries <= 3) await kv.set(["n"], tries);
    return { commit: kv.atomic().check(entry).set(["n"], (entry.value ?? 0) + 10), done: () => tries };
  }, noPause);
  assert.equal(answer, 4);
  assert.equal((await kv.get(["n"])).value, 13);
  kv.close();
});

Deno.test("commitWithRetry() gives up after its tries, and at once on an error of another kind", async () => {
  const kv = await Deno.openKv(":memory:");
  let tries = 0;
  const lost = commitWithRetry(() => {
    tries++;
    return Promise.resolve({
      commit: kv.atomic().check({ key: ["n"], versionstamp: "0".repeat(20) }),
      done: () => 1,
    });
  }, noPause);
  await assert.rejects(lost, CommitLost);
  assert.equal(tries, COMMIT_TRIES);
  await assert.rejects(commitWithRetry(() => Promise.reject(new RangeError("no")), noPause), RangeError);
  kv.close();
});

Deno.test("whileLocked() waits out a locked file", async () => {
  let tries = 0;
  const task = () =>
    ++tries < 3 ? Promise.reject(new TypeError("database is locked")) : Promise.resolve("in");
  assert.equal(await whileLocked(task, noPause), "in");
  await assert.rejects(whileLocked(() => Promise.reject(new TypeError("disk is full")), noPause), /full/);
});

Deno.test("Turns.run() runs tasks of one name after each other, others at once, also after a failure", async () => {
  const turns = new Turns();
  const order: string[] = [];
  const gate = Promise.withResolvers<void>();
  const first = turns.run("a", async () => {
    await gate.promise;
    order.push("first");
    throw new Error("failed");
  });
  const second = turns.run("a", () => Promise.resolve(order.push("second")));
  await turns.run("b", () => Promise.resolve(order.push("other")));
  gate.resolve();
  await assert.rejects(first);
  await second;
  assert.deepEqual(order, ["other", "first", "second"]);
});
