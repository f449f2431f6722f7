import assert from "node:assert/strict";
import type { SimProject } from "../../src/sim/mod.ts";
import type { DashboardUnderTest } from "./dashboard_under_test.ts";

/** The models that the board's calls go to. */
export const BOARD_MODELS = [
  "gemini-2.5-flash",
  "gemini-2.5-flash-lite",
  "gemini-2.5-pro",
  "gemini-embedding-001",
] as const;

/** Twenty projects with a key each, with the limits of a free tier. */
export function boardProjects(count = 20): readonly SimProject[] {
  return Array.from({ length: count }, (_, index) => ({
    id: `team-${String(index + 1).padStart(2, "0")}`,
    number: String(200_000_000_000 + index),
    keys: [`AIzaSyBOARD${String(index + 1).padStart(28, "0")}`],
    limits: { "*": { rpm: 10, tpm: 250_000, rpd: 20 } },
  }));
}

/** Adds the keys under their projects' names, an Antigravity account whose budgets are known, and calls that use two days up. */
export async function fillBoard(server: DashboardUnderTest, projects: readonly SimProject[]): Promise<void> {
  const { admin, store, ledger } = server.proxy().services;
  for (const { id, keys } of projects) {
    const added = await admin.addKeys({ keys: [...keys], project: id });
    assert.ok(added.ok);
  }
  const [first, second] = projects;
  for (const { id } of [first!, second!]) server.simulator.presetDay(id, "gemini-2.5-pro", 1_000);
  // Until both used-up days were met: which key a call takes is the pool's own business.
  const closed = async () =>
    (await admin.board("")).cells.filter(({ model, reason }) =>
      model === "gemini-2.5-pro" && reason === "day"
    );
  for (let calls = 0; calls < 60 && (await closed()).length < 2; calls++) await server.call("gemini-2.5-pro");
  assert.equal((await closed()).length, 2);
  for (const model of BOARD_MODELS.slice(0, 2)) {
    for (let calls = 0; calls < 6; calls++) await server.call(model);
  }
  const account = await store.credentials.add({
    source: "antigravity",
    email: "ada@example.com",
    refreshToken: "1//a-refresh-token-of-tests",
  });
  assert.ok(account.ok);
  const { id } = account.value;
  const budget = (group: string, window: string, remaining: number, hours: number) => ({
    group,
    label: `${group}: ${window}`,
    window,
    remaining,
    resetsAt: Date.now() + hours * 3_600_000,
    models: [],
  });
  await store.poolState.put(`oauth-quota ${id}`, {
    v: 1,
    id,
    source: "antigravity",
    email: "ada@example.com",
    at: Date.now(),
    buckets: [
      budget("gemini", "5h", 0.8, 3),
      budget("gemini", "weekly", 0.4, 80),
      budget("third_party", "5h", 0.02, 2),
      budget("third_party", "weekly", 1, 168),
    ],
  });
  await ledger.flush();
}
