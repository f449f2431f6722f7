import assert from "node:assert/strict";
import type { Outcome } from "./chaos_case.ts";
import { clientCases } from "./client_cases.ts";
import { clockCases } from "./clock_cases.ts";
import { diskCases } from "./disk_cases.ts";
import { networkCases } from "./network_cases.ts";
import { processCases } from "./process_cases.ts";
import { serverCases } from "./server_cases.ts";
import { replaceSection, table } from "./report.ts";

const CASES = [...networkCases, ...clientCases, ...clockCases, ...diskCases, ...processCases, ...serverCases];
const outcomes = new Map<string, Outcome>();

for (const one of CASES) {
  Deno.test({
    name: `chaos: ${one.fault}`,
    ignore: one.skip !== undefined,
    fn: async () => void outcomes.set(one.fault, await one.run()),
  });
}

Deno.test("chaos: what was seen is written to docs/reliability.md", async () => {
  const tried = CASES.filter(({ skip }) => skip === undefined);
  // A run of some cases, or one that failed, tells nothing of the others.
  if (outcomes.size < tried.length) return;
  await replaceSection("chaos", await table(CASES.map((one) => ({ one, outcome: outcomes.get(one.fault) }))));
  assert.match(await Deno.readTextFile(new URL("../../docs/reliability.md", import.meta.url)), /kill -9/);
});
