import assert from "node:assert/strict";
import {
  AGENTS,
  applyPlan,
  homeRecords,
  type InstallRequest,
  planInstall,
  planRefresh,
  planUninstall,
} from "../../../src/agents/mod.ts";
import { type Archive, below, readArchive, writeArchive } from "./archive.ts";
import { memorySystem } from "./memory_system.ts";

const CASES = new URL("./cases/", import.meta.url);
const HOME = "/home/user";
const UPDATE = Deno.env.get("UPDATE_GOLDEN") === "1";

const REQUEST: InstallRequest = {
  baseUrl: "http://localhost:7536/v1",
  apiKey: "geminitro",
  models: [
    { id: "gemini-2.5-flash", inputTokenLimit: 1_048_576, outputTokenLimit: 65_536, thinking: true },
    {
      id: "gemini-2.0-flash",
      name: "Gemini 2.0 Flash",
      inputTokenLimit: 1_048_576,
      outputTokenLimit: 8192,
      thinking: false,
    },
  ],
  defaultModel: "gemini-2.5-flash",
};

const NAMES = [...Deno.readDirSync(CASES)].map(({ name }) => name).filter((name) => name.endsWith(".txtar"))
  .sort();

Deno.test("golden cases cover every agent that has files, in five states each", () => {
  const without = new Set(["copilot", "manual"]);
  for (const { id } of AGENTS.filter((agent) => !without.has(agent.id))) {
    for (const state of ["empty", "rich", "commented", "broken", "installed"]) {
      assert.ok(NAMES.includes(`${id}_${state}.txtar`), `${id}_${state}.txtar`);
    }
  }
});

for (const name of NAMES) {
  const [agent, state] = name.replace(".txtar", "").split("_") as [string, string];
  Deno.test(`planInstall() writes what ${name} says and planUninstall() undoes it byte for byte`, async () => {
    const golden = readArchive(await Deno.readTextFile(new URL(name, CASES)));
    const before = below(golden, "before");
    const outcome = await installAndUndo(agent, state, before);
    if (UPDATE) {
      await Deno.writeTextFile(
        new URL(name, CASES),
        writeArchive({ ...prefixed("before", before), ...outcome }),
      );
    } else assert.deepEqual(outcome, without(golden, "before"));
  });
}

/** Installs, plans again, refreshes, uninstalls; returns what the archive must hold beside `before`. */
async function installAndUndo(agent: string, state: string, before: Archive): Promise<Archive> {
  const system = memorySystem(before);
  const folders = new Set(system.folders);
  const records = homeRecords(system, `${HOME}/.geminitro`);
  const homeFiles = () =>
    Object.fromEntries(
      [...system.files].filter(([path]) => !path.startsWith(`${HOME}/.geminitro/`))
        .map(([path, text]): [string, string] => [path.slice(HOME.length + 1), text]).sort(),
    );
  const request = state === "project"
    ? { ...REQUEST, scope: "project", projectDir: `${HOME}/src/app` } as const
    : REQUEST;
  const plan = await planInstall(agent, request, system, records);
  assert.deepEqual(homeFiles(), sorted(before), "planning writes nothing");
  if (!plan.ok) {
    assert.equal(state, "broken");
    assert.equal(plan.error.code, "broken_file");
    return { problem: plan.error.message + "\n" };
  }
  assert.notEqual(state, "broken");
  assert.deepEqual(JSON.parse(JSON.stringify(plan.value)), plan.value, "a plan is plain JSON");
  assert.deepEqual(await applyPlan(plan.value, system, records), { ok: true, value: undefined });
  const after = homeFiles();
  const again = await planInstall(agent, request, system, records);
  assert.deepEqual(again.ok && again.value.edits, [], "planning again gives no edits");
  const refresh = await planRefresh(agent, REQUEST, system, records);
  assert.deepEqual(refresh.ok && refresh.value.edits, [], "refreshing changes nothing");
  const undo = await planUninstall(agent, system, records);
  assert.ok(undo.ok);
  assert.deepEqual(await applyPlan(undo.value, system, records), { ok: true, value: undefined });
  assert.deepEqual(homeFiles(), sorted(before), "install and uninstall are the identity");
  const left = [...system.folders].filter((path) => !path.startsWith(`${HOME}/.geminitro`));
  assert.deepEqual(new Set(left), folders, "no folder is left behind");
  assert.equal(await records.read(agent), undefined);
  return { ...prefixed("after", after), diff: plan.value.diff };
}

function prefixed(folder: string, files: Archive): Archive {
  return Object.fromEntries(Object.entries(files).map(([path, text]) => [`${folder}/${path}`, text]));
}

function without(files: Archive, folder: string): Archive {
  return Object.fromEntries(Object.entries(files).filter(([name]) => !name.startsWith(`${folder}/`)));
}

function sorted(files: Archive): Archive {
  return Object.fromEntries(Object.entries(files).sort());
}
