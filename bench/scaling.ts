/**
 * What several processes bring and cost: WORKERS=1 and 2 on one port side by side, and how quickly a database tells others of
 * a change and grants a share. DENO_KV_URL (and DENO_KV_ACCESS_TOKEN) add a KV Connect server to the comparison.
 *
 *     deno task bench:scaling [--seconds 3] [--rounds 3] [--connections 32]
 */
import { parseArgs } from "@std/cli/parse-args";
import { StoreProcess } from "../tests/support/store_process.ts";
import { startChild } from "./support/child.ts";
import { median } from "./support/compare.ts";
import { workerCosts } from "./support/worker_costs.ts";

const flags = parseArgs(Deno.args, {
  string: ["seconds", "rounds", "connections"],
  default: { seconds: "3", rounds: "3", connections: "32" },
});

await compareWorkers();
await compareDatabases();

async function compareWorkers(): Promise<void> {
  await using simulator = await startChild("./sim_server.ts", ["20"]);
  const { rates, costs, failures } = await workerCosts(simulator.url, {
    rounds: Number(flags["rounds"]),
    ms: Number(flags["seconds"]) * 1_000,
    connections: Number(flags["connections"]),
  });
  console.log(
    `Processor cores: ${navigator.hardwareConcurrency}; load average ${Deno.loadavg()[0]?.toFixed(1)}`,
  );
  console.log(
    `Throughput: ${rates[0].toFixed(0)}/s with one, ${rates[1].toFixed(0)}/s with two: ${
      (rates[1] / rates[0]).toFixed(2)
    }`,
  );
  console.log(
    `Processor time a request: ${costs[0].toFixed(2)} ms with one, ${
      costs[1].toFixed(2)
    } ms with two: so two free cores ` +
      `would give ${(2 * costs[0] / costs[1]).toFixed(2)} times as much. Failed: ${failures}`,
  );
}

async function compareDatabases(): Promise<void> {
  const home = await Deno.makeTempDir({ prefix: "geminitro-bench-" });
  await measure("file", `${home}/store.sqlite3`, home);
  const server = Deno.env.get("DENO_KV_URL");
  if (server === undefined) console.log("No DENO_KV_URL: no KV Connect server to compare with.");
  else await measure("KV Connect", server, home);
  await Deno.remove(home, { recursive: true });
}

/** Two processes on one database. */
async function measure(name: string, path: string, home: string): Promise<void> {
  const masterKey = "5e".repeat(32);
  await using writer = new StoreProcess(path, home, masterKey);
  await using reader = new StoreProcess(path, home, masterKey);
  await reader.ask({ do: "processes" });
  const heard: number[] = [];
  for (let turn = 0; turn < 15; turn++) {
    const { epoch } = await writer.ask<{ epoch: string }>({ do: "alias", name: `bench-${turn}` });
    heard.push((await reader.ask<{ ms: number }>({ do: "sees", epoch })).ms);
    await new Promise((resolve) => setTimeout(resolve, turn * 37));
  }
  const window = { name: `bench ${crypto.randomUUID()}`, limit: 1_000_000, expiresAt: Date.now() + 60_000 };
  const at = performance.now();
  await writer.ask({ do: "slices", count: 200, ...window });
  const share = (performance.now() - at) / 267;
  console.log(
    `${name}: a share is granted or returned in ${share.toFixed(1)} ms, a change is heard elsewhere after ` +
      `${median(heard).toFixed(0)} ms (at most ${Math.max(...heard).toFixed(0)} ms)`,
  );
}
