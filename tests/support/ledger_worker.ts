/**
 * A process that records calls as fast as it can and tells, line by line, how many are surely in the database, until it is
 * killed. Arguments: the database's file, its folder.
 */
import { createLedger } from "../../src/ledger/mod.ts";
import { openStore } from "../../src/store/mod.ts";
import { callRecord } from "./api_bench.ts";
import { randomId, systemClock } from "./store_ports.ts";

const [path = "", home = ""] = Deno.args;
const store = await openStore({ path, home, clock: systemClock, random: Math.random, newId: randomId });
const ports = { clock: systemClock, random: Math.random, newId: randomId, fetch };
const settings = {
  logLevel: "error",
  logFormat: "human",
  historyRetentionDays: 90,
  proxyApiKey: "x",
} as const;
const ledger = createLedger({ store, settings, ports, print: () => {} });
const encoder = new TextEncoder();

for (let number = 1;; number++) {
  ledger.record(callRecord(number, { id: randomId("req_") as ReturnType<typeof callRecord>["id"] }));
  if (number % 40 !== 0) continue;
  await ledger.flush();
  // The clock must move for the segments to be sealed now and then.
  if (number % 400 === 0) await ledger.seal();
  Deno.stdout.writeSync(encoder.encode(`${number}\n`));
}
