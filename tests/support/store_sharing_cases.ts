import assert from "node:assert/strict";
import fc from "fast-check";
import type { StoreCase } from "./store_case.ts";

/** Random claims and returns by two processes at once. */
const claims = fc.array(
  fc.record({ want: fc.integer({ min: 0, max: 9 }), back: fc.integer({ min: 0, max: 3 }) }),
  {
    maxLength: 12,
  },
);

export const sharingCases: readonly StoreCase[] = [
  {
    name: "slices never pass the limit, whatever several processes claim and return at once",
    async run({ store, clock, unique, other }) {
      const second = await other();
      const property = fc.asyncProperty(claims, fc.integer({ min: 0, max: 30 }), async (steps, limit) => {
        const window = unique("window");
        const end = clock.now() + 60_000;
        let kept = 0;
        await Promise.all(steps.map(async ({ want, back }, index) => {
          const each = index % 2 === 0 ? store : second;
          const { granted, taken } = await each.takeSlice(window, want, limit, end);
          assert.ok(
            granted <= want && taken <= limit,
            `granted ${granted} of ${want}, taken ${taken} of ${limit}`,
          );
          const unused = Math.min(granted, back);
          if (unused > 0) await each.returnSlice(window, unused);
          kept += granted - unused;
        }));
        const { taken } = await store.takeSlice(window, 0, limit, end);
        assert.equal(taken, kept, "what is on the record is what is held");
      });
      await fc.assert(property, { numRuns: 15, seed: 7 });
    },
  },
  {
    name: "a window begins again after its end, and a lower limit takes nothing back",
    async run({ store, clock, unique }) {
      const window = unique("window");
      const take = (want: number, limit: number) => store.takeSlice(window, want, limit, clock.now() + 1_000);
      assert.deepEqual(await take(7, 10), { granted: 7, taken: 7 });
      assert.deepEqual(await take(7, 10), { granted: 3, taken: 10 });
      assert.deepEqual(await take(1, 5), { granted: 0, taken: 10 });
      await store.returnSlice(window, 99);
      assert.deepEqual(await take(1, 5), { granted: 1, taken: 1 });
      clock.move(1_000);
      assert.deepEqual(await take(2, 5), { granted: 2, taken: 2 });
      assert.deepEqual(await take(Number.NaN, 5), { granted: 0, taken: 2 });
    },
  },
  {
    name: "a lease belongs to one until it is released or ends, and can be renewed by its holder alone",
    async run({ store, clock, unique, other }) {
      const name = unique("lease");
      const second = await other();
      const both = await Promise.all([
        store.lease(name, 1_000),
        second.lease(name, 1_000),
        store.lease(name, 1_000),
      ]);
      const [held, ...more] = both.filter((lease) => lease !== undefined);
      assert.ok(held !== undefined && more.length === 0);
      clock.move(900);
      assert.equal(await held.renew(1_000), true);
      assert.equal(held.until, clock.now() + 1_000);
      clock.move(900);
      assert.equal(await second.lease(name, 1_000), undefined);
      clock.move(100);
      const next = await second.lease(name, 1_000);
      assert.ok(next !== undefined);
      assert.equal(await held.renew(1_000), false);
      await held.release();
      assert.equal(await store.lease(name, 1_000), undefined, "an old holder releases nothing");
      await next.release();
      const last = await store.lease(name, 1_000);
      assert.ok(last !== undefined);
      await last.release();
    },
  },
  {
    name: "another process hears of a write at its next look at the epoch",
    async run({ store, clock, unique, other }) {
      const second = await other();
      const heard = Promise.withResolvers<void>();
      const stop = second.config.subscribe(({ epoch }) => {
        if (epoch >= store.epoch()) heard.resolve();
      });
      await store.aliases.put({ name: unique("alias"), target: "m" });
      clock.move(1_000);
      await heard.promise;
      stop();
      assert.ok(second.epoch() >= store.epoch());
    },
  },
  {
    name: "processes() lists the living, and one that stopped beating is gone after its time",
    async run({ store, clock, other }) {
      const second = await other();
      const ids = async () => (await store.processes()).map((record) => record.id);
      assert.ok((await ids()).includes(second.processId) && (await ids()).includes(store.processId));
      await second.close();
      assert.ok(!(await ids()).includes(second.processId));
      const dead = { v: 1, id: "proc_dead", startedAt: 0, until: clock.now() + 500 };
      await store.kv.set(["process", "proc_dead"], dead);
      assert.ok((await ids()).includes("proc_dead"));
      clock.move(3_000);
      assert.ok(!(await ids()).includes("proc_dead"), "it is not listed any more");
      // A beat that was already at work may have to end before the one that tidies up.
      const gone = async () => (await store.kv.get(["process", "proc_dead"])).value === null;
      for (let turn = 0; turn < 200 && !await gone(); turn++) clock.move(1_000);
      assert.ok(await gone(), "its record is tidied up");
    },
  },
];
