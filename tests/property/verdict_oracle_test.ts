import assert from "node:assert/strict";
import fc from "fast-check";
import type { ModelOverview, Overview } from "../../src/management/contract.ts";
import { World, worldSteps } from "../support/screens_world.ts";

const RUNS = Number(Deno.env.get("GEMINITRO_SCREENS_RUNS") ?? 6);

/** How a model stands; one that the overview does not name is served. */
function standing({ models }: Overview, name: string): Pick<ModelOverview, "state" | "fallback"> {
  return models.find(({ model }) => model === name) ?? { state: "open", fallback: null };
}

interface Asked {
  readonly model: string;
  readonly served: boolean;
  readonly after: Pick<ModelOverview, "state" | "fallback">;
}

/** Asks for one answer through the proxy, and holds it against what the overview said before and says now. */
async function askOne(world: World, model: string): Promise<Asked> {
  const { client, services } = world.proxy;
  const before = standing(await client.overview(), model);
  const served = await world.ask(model) === 200;
  await services.ledger.flush();
  const { items: [record] } = await client.requests({ limit: 1 });
  const after = standing(await client.overview(), model);
  const told = `${model}: ${before.state}, then ${served ? "served" : "refused"}, then ${after.state}`;
  if (served) assert.ok(before.state !== "out" || before.fallback !== null, told);
  if (!served) {
    assert.notEqual(after.state, "open", told);
    // Google may refuse what nobody could know of; the pool itself refuses nothing that it calls open.
    const isFreed = before.state !== "open" && before.fallback === null;
    assert.ok(isFreed || (record?.attempts.length ?? 0) > 0, `${told}, and nobody was asked`);
  }
  return { model, served, after };
}

/** The names of all models that answer chats. */
async function chatModels(world: World): Promise<readonly string[]> {
  const { entries } = await world.proxy.client.models();
  return entries.filter(({ aliasOf, methods }) =>
    aliasOf === undefined && methods.includes("generateContent")
  )
    .map(({ id }) => id);
}

async function check(world: World): Promise<void> {
  const asked: Asked[] = [];
  for (const model of await chatModels(world)) asked.push(await askOne(world, model));
  const { verdict, models } = await world.proxy.client.overview();
  const refused = asked.filter(({ served }) => !served);
  const told = `${verdict.status}: ${verdict.message} against ${refused.map(({ model }) => model).join()}`;
  if (refused.length > 0) assert.notEqual(verdict.status, "ok", told);
  if (asked.some(({ served, after }) => served && after.state !== "out")) {
    assert.notEqual(verdict.status, "exhausted", told);
  }
  assert.deepEqual(
    verdict.out.map(({ model }) => model).sort(),
    models.filter(({ state }) => state === "out").map(({ model }) => model).sort(),
  );
}

Deno.test("the verdict agrees with an oracle that asks every model once", async () => {
  await fc.assert(
    fc.asyncProperty(worldSteps, async (all) => {
      await using world = await World.open();
      for (const step of all) await world.do(step);
      await check(world);
    }),
    { numRuns: RUNS, seed: 7, endOnFailure: true },
  );
});
