import assert from "node:assert/strict";
import { proxyUnderTest, type UnderTest } from "../support/proxy_under_test.ts";
import { ask, DIALECT_NAMES, type DialectName, generateCalls } from "./calls.ts";

const NAMES = ["One", "Two", "Three", "Four", "Five", "Six"];
const keyOf = (index: number) => `AIzaSyRotationKey${NAMES[index]!.padEnd(22, "0")}`;
const PROJECTS = NAMES.map((name, index) => ({ id: `project-${name}`, keys: [keyOf(index)] }));

/** Which keys served, as places in the order of their adding. */
function served(t: UnderTest): number[] {
  return generateCalls(t).map(({ key }) => NAMES.findIndex((_, index) => keyOf(index) === key));
}

Deno.test("rotation: sequential goes in the order of adding, within one batch too", async () => {
  await using t = await proxyUnderTest({
    env: { ROTATION_MODE: "sequential", AFFINITY: "false", QUEUE_MAX_WAIT: "0" },
    projects: PROJECTS.map((project) => ({ ...project, limits: { "*": { rpd: 1 } } })),
  });
  for (const name of NAMES) assert.equal((await ask(t, "chat", { text: name })).status, 200);
  // Each key is tried once more than it can, except that what is known to be out is not asked.
  const order = [...new Set(served(t))];
  assert.deepEqual(order, [0, 1, 2, 3, 4, 5]);
});

Deno.test("rotation: keys added later come after those that are there", async () => {
  await using t = await proxyUnderTest({ projects: PROJECTS.slice(0, 3) });
  await t.proxy.services.admin.addKeys({ keys: [keyOf(3), keyOf(4), keyOf(5)], validate: false });
  const stored = await t.proxy.services.store.credentials.list();
  assert.deepEqual(
    stored.map((one) => one.source === "api_key" ? one.key.reveal() : ""),
    NAMES.map((_, i) => keyOf(i)),
  );
  assert.equal(new Set(stored.map(({ createdAt }) => createdAt)).size, 6);
});

Deno.test("rotation: weighted with a tolerance of 0 leaves nothing to chance", async () => {
  const runs: number[][] = [];
  for (let run = 0; run < 3; run++) {
    await using t = await proxyUnderTest({
      env: { ROTATION_MODE: "weighted", ROTATION_TOLERANCE: "0", AFFINITY: "false" },
      projects: PROJECTS,
    });
    for (let call = 0; call < 8; call++) await ask(t, "chat", { text: `call ${call}` });
    runs.push(served(t));
  }
  assert.deepEqual(runs[1], runs[0]);
  assert.deepEqual(runs[2], runs[0]);
});

/** Requests that name no session, one conversation each. */
async function keysOf(t: UnderTest, dialect: DialectName): Promise<Set<number>> {
  for (let call = 0; call < 6; call++) {
    assert.equal((await ask(t, dialect, { text: `another conversation ${call}` })).status, 200);
  }
  return new Set(served(t));
}

for (const dialect of DIALECT_NAMES) {
  Deno.test(`rotation: requests without a session id lean on no key (${dialect})`, async () => {
    await using t = await proxyUnderTest({ projects: PROJECTS });
    assert.equal((await keysOf(t, dialect)).size, NAMES.length);
  });
}
