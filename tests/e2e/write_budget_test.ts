import assert from "node:assert/strict";
import { createGeminitro } from "../../src/composition/mod.ts";
import { serveSimulator } from "../../src/sim/mod.ts";
import { systemClock, systemPorts } from "../../src/system/mod.ts";

type Counts = Record<"reads" | "commits", number>;

/** Counts what goes to a database: `get`, `getMany` and `list` are one read each, any write is one commit. */
function counting(kv: Deno.Kv): { readonly kv: Deno.Kv; readonly counts: Counts; readonly calls: string[] } {
  const counts = { reads: 0, commits: 0 };
  const calls: string[] = [];
  const note = (what: keyof Counts, call: string) => {
    counts[what]++;
    calls.push(call);
  };
  const counted = new Proxy(kv, {
    get(target, name) {
      const value = Reflect.get(target, name, target);
      if (typeof value !== "function") return value;
      return (...given: unknown[]) => {
        const [first] = given;
        if (name === "get" || name === "getMany" || name === "list") {
          note("reads", `${name} ${JSON.stringify(first)}`);
        }
        if (name === "set" || name === "delete") note("commits", `${name} ${JSON.stringify(first)}`);
        const answer = value.apply(target, given);
        if (name === "atomic") {
          const commit = answer.commit.bind(answer);
          answer.commit = () => {
            note("commits", "commit");
            return commit();
          };
        }
        return answer;
      };
    },
  });
  return { kv: counted, counts, calls };
}

/** Waits until a watch that was opened later than all others has brought an epoch, and what the others began has run. */
async function seenByWatchers(database: Deno.Kv, epoch: string): Promise<void> {
  for await (const [entry] of database.watch([["epoch"]])) if (entry.versionstamp === epoch) break;
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setTimeout(resolve, 0));
}

Deno.test("one added key costs at most 4 reads and 2 commits, checked with Google or not", async () => {
  const key = (end: string) => `AIzaSyTestKeyForTheBudget000000000000${end}`;
  const simulator = serveSimulator({
    clock: systemClock,
    projects: [{ id: "project-1", keys: [key("01"), key("02")] }],
    port: 0,
    hostname: "127.0.0.1",
  });
  const database = await Deno.openKv(":memory:");
  const { kv, counts, calls } = counting(database);
  // No timer of the machine's clock runs, so that nothing but the key's own writes is counted.
  const clock = { now: () => Date.now(), after: () => () => {} };
  const proxy = await createGeminitro({
    env: {
      GEMINITRO_KV: ":memory:",
      GEMINITRO_HOME: "/nonexistent/geminitro-test",
      GEMINI_API_URL: simulator.url,
    },
    ports: { ...systemPorts(), clock },
    kv,
    print: () => {},
  });
  try {
    for (const [end, validate] of [["01", true], ["02", false]] as const) {
      const before = { ...counts };
      calls.length = 0;
      const added = await proxy.services.admin.addKeys({ keys: [key(end)], validate });
      assert.ok(added.ok && added.value[0]?.ok, JSON.stringify(added));
      assert.equal(proxy.services.pool.view().credentials.length, validate ? 1 : 2);
      // What followers of the database do without being waited for is counted too.
      await seenByWatchers(database, proxy.services.store.epoch());
      const cost = { reads: counts.reads - before.reads, commits: counts.commits - before.commits };
      assert.ok(cost.reads <= 4 && cost.commits <= 2, `${JSON.stringify(cost)}: ${calls.join("; ")}`);
    }
  } finally {
    await proxy.close();
    database.close();
    await simulator.close();
  }
});
