import type { SimProject } from "./keys.ts";

const FREE_LIMITS = {
  "gemini-*-pro*": { rpm: 30, tpm: 1_000_000, rpd: 1000 },
  "gemini-embedding-*": { rpm: 300, tpm: 1_000_000, rpd: 10_000 },
  "*": { rpm: 60, tpm: 2_000_000, rpd: 5000 },
};

/** A made-up key of the usual shape: `AIzaSyDEMO` and 29 more characters. */
function demoKey(serial: number): string {
  return `AIzaSyDEMO${String(serial).padStart(29, "0")}`;
}

/** Three projects with five keys for the demonstration; two projects have two keys, so quotas are seen to be shared. */
export function sampleProjects(): readonly SimProject[] {
  return [
    { id: "demo-alpha", number: "100000000001", keys: [demoKey(1), demoKey(2)], limits: FREE_LIMITS },
    { id: "demo-beta", number: "100000000002", keys: [demoKey(3), demoKey(4)], limits: FREE_LIMITS },
    { id: "demo-gamma", number: "100000000003", keys: [demoKey(5)], limits: FREE_LIMITS },
  ];
}
