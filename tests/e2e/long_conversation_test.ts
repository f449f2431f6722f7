/** What happens to a conversation over many turns: restarts, other models, forgotten history, keys that die. */
import assert from "node:assert/strict";
import { createGeminitro, serve } from "../../src/composition/mod.ts";
import { type ServedSimulator, serveSimulator } from "../../src/sim/mod.ts";
import { systemClock, systemPorts } from "../../src/system/mod.ts";
import { proxyUnderTest } from "../support/proxy_under_test.ts";
import { type SdkAgent, sdkAgents } from "../support/sdk_agents.ts";
import { assertIdle, generateCalls } from "./calls.ts";
import { removeFolder } from "../support/remove_folder.ts";

const THINKER = "gemini-3-flash-preview";
/** So many that staying on one is no chance. */
const MANY = Array.from({ length: 9 }, (_, index) => `AIzaSyTestKeyOfManyKeys000000000000000${index}`);
const PROJECTS = MANY.map((key, index) => ({ id: `project-${index + 1}`, keys: [key] }));

/** A proxy on a database file, so that another one can take its place. */
async function proxyOn(folder: string, simulator: ServedSimulator) {
  const proxy = await createGeminitro({
    env: {
      GEMINITRO_KV: `${folder}/kv.sqlite`,
      GEMINITRO_HOME: folder,
      GEMINI_API_URL: simulator.url,
    },
    ports: systemPorts(),
    print: () => {},
  });
  await proxy.services.admin.addKeys({ keys: MANY });
  return await serve(proxy, { host: "127.0.0.1", port: 0 });
}

async function loop(agent: SdkAgent, round: string): Promise<void> {
  assert.deepEqual(
    (await agent.ask(`weather and forecast in parallel, ${round}`)).calls.length,
    2,
    agent.name,
  );
  assert.match((await agent.answer(`sunny ${round}`)).text, new RegExp(`sunny ${round}`), agent.name);
}

for (const signaturesPerProject of [false, true]) {
  Deno.test(`a restart in the midst of a tool loop loses no signature and no key (bound to projects: ${signaturesPerProject})`, async () => {
    const folder = await Deno.makeTempDir();
    const simulator = serveSimulator({
      clock: systemClock,
      projects: PROJECTS,
      signaturesPerProject,
      port: 0,
      hostname: "127.0.0.1",
    });
    try {
      let serving = await proxyOn(folder, simulator);
      const agents = sdkAgents(serving.url, THINKER);
      for (const agent of agents) {
        assert.equal((await agent.ask("weather and forecast in parallel")).calls.length, 2, agent.name);
      }
      const first = simulator.log.filter(({ method }) => /enerateContent$/.test(method)).map(({ key }) =>
        key
      );
      await serving.stop(500);
      serving = await proxyOn(folder, simulator);
      const before = simulator.log.length;
      for (const agent of agents) {
        agent.url = serving.url;
        assert.match((await agent.answer("rain")).text, /rain/, agent.name);
      }
      await serving.stop(500);
      const calls = simulator.log.slice(before).filter(({ method }) => /enerateContent$/.test(method));
      assert.deepEqual(calls.map(({ status }) => status), [200, 200, 200]);
      assert.deepEqual(calls.map(({ key }) => key), first, "a tool loop left its key");
      assert.ok(calls.every(({ bodyText }) => !bodyText.includes("skip_thought_signature_validator")));
    } finally {
      await simulator.close();
      await removeFolder(folder);
    }
  });
}

Deno.test("signatures bound to a project whose key dies are replaced once, and the loop goes on", async () => {
  for (const index of [0, 1, 2]) {
    await using t = await proxyUnderTest({ simulator: { signaturesPerProject: true } });
    const agent = sdkAgents(t.url, THINKER)[index]!;
    assert.equal((await agent.ask("weather and forecast in parallel")).calls.length, 2);
    const made = generateCalls(t).at(-1)!.key!;
    t.simulator.control.key(made, "suspended");
    assert.match((await agent.answer("fog")).text, /fog/, agent.name);
    assert.notEqual(generateCalls(t).at(-1)?.key, made);
    const refused = generateCalls(t).filter(({ status }) => status === 400);
    assert.equal(refused.length, 1, "the foreign signature was refused once");
    await loop(agent, "again");
    assert.equal(generateCalls(t).filter(({ status }) => status === 400).length, 1, agent.name);
    assertIdle(t);
  }
});

Deno.test("a conversation goes on through models with and without signatures, and aliases", async () => {
  await using t = await proxyUnderTest({ simulator: { signaturesPerProject: true } });
  const models = [
    "gemini-2.5-flash",
    THINKER,
    "gemini-flash-latest",
    "gemini-2.5-pro",
    "gemini-3.1-pro-preview",
  ];
  for (const agent of sdkAgents(t.url, models[0]!)) {
    for (const [round, model] of models.entries()) {
      agent.model = model;
      await loop(agent, `round ${round}`);
      // The model is changed between a call and its result, too.
      assert.equal((await agent.ask("weather and forecast in parallel")).calls.length, 2, agent.name);
      agent.model = models[(round + 1) % models.length]!;
      assert.match((await agent.answer("hail")).text, /hail/, `${agent.name}: ${model} to ${agent.model}`);
    }
  }
  assertIdle(t);
});

Deno.test("a client that forgets half of its history is served, wherever the cut falls", async () => {
  await using t = await proxyUnderTest();
  for (const agent of sdkAgents(t.url, THINKER)) {
    for (let round = 0; round < 4; round++) {
      await loop(agent, `round ${round}`);
      agent.compact();
    }
    assert.equal((await agent.ask("weather and forecast in parallel")).calls.length, 2);
    agent.compact();
    assert.match((await agent.ask("hello again")).text, /./);
  }
  assert.ok(generateCalls(t).every(({ status }) => status === 200), "the simulator refused a turn");
  assertIdle(t);
});
