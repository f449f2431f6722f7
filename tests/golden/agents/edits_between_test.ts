import assert from "node:assert/strict";
import {
  applyPlan,
  homeRecords,
  type InstallRequest,
  planInstall,
  planRefresh,
  planUninstall,
} from "../../../src/agents/mod.ts";
import { below, readArchive } from "./archive.ts";
import { type MemorySystem, memorySystem } from "./memory_system.ts";

const HOME = "/home/user";
const REQUEST: InstallRequest = {
  baseUrl: "http://127.0.0.1:7536",
  apiKey: "gn-secret-client-token-0001",
  models: [{ id: "gemini-2.5-flash" }, { id: "gemini-2.5-pro" }],
};

const CASES = new URL("./cases/", import.meta.url);
const NAMES = [...Deno.readDirSync(CASES)].map(({ name }) => name)
  .filter((name) => /_(?:rich|commented)\.txtar$/.test(name)).sort();

function start(files: Readonly<Record<string, string>>) {
  const system = memorySystem(files);
  return { system, records: homeRecords(system, `${HOME}/.geminitro`) };
}

type World = ReturnType<typeof start>;

async function install(agent: string, { system, records }: World, request = REQUEST): Promise<void> {
  const plan = await planInstall(agent, request, system, records);
  assert.ok(plan.ok, JSON.stringify(plan));
  assert.ok((await applyPlan(plan.value, system, records)).ok);
}

async function uninstall(agent: string, { system, records }: World): Promise<void> {
  const plan = await planUninstall(agent, system, records);
  assert.ok(plan.ok, JSON.stringify(plan));
  assert.ok((await applyPlan(plan.value, system, records)).ok);
}

/** What a user might write at the top of a file. */
function editTop(path: string, text: string): string {
  if (/\.jsonc?$/.test(path)) return text.replace("{", '{ "addedByUser": true,');
  if (path.endsWith(".toml")) return `added_by_user = true # mine\n${text}`;
  if (path.endsWith(".env")) return `ADDED_BY_USER=1\n${text}`;
  return path.endsWith("settings.yml") ? `# mine\n${text}` : `added_by_user: true # mine\n${text}`;
}

/** What a user might write at the end of a file, next to what install wrote. */
function editEnd(path: string, text: string): string {
  if (/\.jsonc?$/.test(path)) return text.replace(/,?\s*}\s*$/, ',\n  "addedByUser": true // mine\n}\n');
  if (path.endsWith(".toml")) return `${text}\n[added_by_user] # mine\nyes = true\n`;
  if (path.endsWith(".env")) return `${text}ADDED_BY_USER=1\n`;
  return path.endsWith("settings.yml") ? `${text}- name: mine\n` : `${text}added_by_user: true # mine\n`;
}

function userFiles(system: MemorySystem): readonly string[] {
  return [...system.files.keys()].filter((path) => !path.startsWith(`${HOME}/.geminitro/`));
}

for (const name of NAMES) {
  const agent = name.split("_")[0]!;
  const before = below(readArchive(Deno.readTextFileSync(new URL(name, CASES))), "before");

  Deno.test(`planUninstall() leaves a user's lines at the top of ${name} as they are`, async () => {
    const world = start(before);
    await install(agent, world);
    for (const [path, text] of Object.entries(before)) {
      const full = `${HOME}/${path}`;
      world.system.files.set(full, editTop(path, world.system.files.get(full)!));
      assert.notEqual(world.system.files.get(full), text);
    }
    await uninstall(agent, world);
    for (const [path, text] of Object.entries(before)) {
      assert.equal(world.system.files.get(`${HOME}/${path}`), editTop(path, text), path);
    }
  });

  Deno.test(`planUninstall() takes only its own out of ${name} when the user wrote next to it`, async () => {
    const world = start(before);
    await install(agent, world);
    const had = new Set(userFiles(world.system));
    for (const path of had) {
      if (!path.endsWith("crushrc")) {
        world.system.files.set(path, editEnd(path, world.system.files.get(path)!));
      }
    }
    await uninstall(agent, world);
    for (const path of had) {
      const text = world.system.files.get(path) ?? "";
      assert.doesNotMatch(text, /geminitro|7536|gn-secret/i, path);
      if (!path.endsWith("crushrc")) assert.match(text, /added_?by_?user|mine/i, path);
      const comments = before[path.slice(HOME.length + 1)]?.match(/(?:#|\/\/) [a-z ]+/gi) ?? [];
      for (const comment of comments) assert.ok(text.includes(comment.trimEnd()), `${path} lost ${comment}`);
    }
  });
}

Deno.test("planRefresh() brings a new model list into registered files and into no other", async () => {
  const world = start({ ".codex/config.toml": 'model = "gpt-5.5"\n' });
  for (const agent of ["opencode", "kimi", "continue", "qwen", "pi"]) await install(agent, world);
  const models = [{ id: "gemini-3.5-flash" }, { id: "gemini-2.5-pro" }];
  for (const agent of ["opencode", "kimi", "continue", "qwen", "pi", "codex"]) {
    const plan = await planRefresh(agent, { ...REQUEST, models }, world.system, world.records);
    assert.ok(plan.ok, agent);
    assert.equal(plan.value.edits.length > 0, agent !== "codex", agent);
    assert.ok((await applyPlan(plan.value, world.system, world.records)).ok);
    for (const { after } of plan.value.edits) {
      assert.doesNotMatch(after!, /gemini-2\.5-flash/, `${agent} keeps a model that is gone`);
      if (!after!.includes("defaultProvider")) assert.match(after!, /gemini-3\.5-flash/);
    }
  }
  assert.equal(world.system.files.get(`${HOME}/.codex/config.toml`), 'model = "gpt-5.5"\n');
  for (const agent of ["opencode", "kimi", "continue", "qwen", "pi"]) await uninstall(agent, world);
  assert.deepEqual(userFiles(world.system), [`${HOME}/.codex/config.toml`]);
});

Deno.test("planRefresh() keeps the default that install chose while the model is there", async () => {
  const world = start({});
  await install("kimi", world, { ...REQUEST, defaultModel: "gemini-2.5-pro" });
  const models = [{ id: "gemini-3.5-flash" }, ...REQUEST.models];
  const plan = await planRefresh("kimi", { ...REQUEST, models }, world.system, world.records);
  assert.ok(plan.ok);
  assert.match(plan.value.edits[0]!.after!, /default_model = "geminitro\/gemini-2\.5-pro"/);
});

Deno.test("planInstall() never touches a default that the user chose after install", async () => {
  const world = start({});
  await install("opencode", world);
  const path = `${HOME}/.config/opencode/opencode.json`;
  const chosen = world.system.files.get(path)!.replace(
    '"model": "geminitro/gemini-2.5-flash"',
    '"model": "openai/gpt-5.5"',
  );
  world.system.files.set(path, chosen);
  const plan = await planInstall(
    "opencode",
    { ...REQUEST, defaultModel: "gemini-2.5-pro" },
    world.system,
    world.records,
  );
  assert.ok(plan.ok);
  assert.match(plan.value.edits[0]?.after ?? chosen, /"model": "openai\/gpt-5\.5"/);
  await uninstall("opencode", world);
  assert.match(world.system.files.get(path)!, /openai\/gpt-5\.5/);
});

Deno.test("planInstall() shows no secret in its diff and makes files for the user alone", async () => {
  for (
    const agent of [
      "opencode",
      "claude",
      "codex",
      "gemini",
      "kimi",
      "continue",
      "aider",
      "opencrabs",
      "crush",
    ]
  ) {
    const world = start({});
    const plan = await planInstall(agent, REQUEST, world.system, world.records);
    assert.ok(plan.ok);
    assert.doesNotMatch(plan.value.diff, /gn-secret/, agent);
    await applyPlan(plan.value, world.system, world.records);
    for (const [path, mode] of world.system.modes) assert.equal(mode, 0o600, path);
  }
});

Deno.test("applyPlan() refuses when a file changed since the plan was made, and keeps a dated backup else", async () => {
  const world = start({ ".claude/settings.json": "{}\n" });
  const plan = await planInstall("claude", REQUEST, world.system, world.records);
  assert.ok(plan.ok);
  world.system.files.set(`${HOME}/.claude/settings.json`, '{"a":1}\n');
  const refused = await applyPlan(plan.value, world.system, world.records);
  assert.equal(!refused.ok && refused.error.code, "changed");
  assert.equal(world.system.files.get(`${HOME}/.claude/settings.json`), '{"a":1}\n');
  await install("claude", world);
  const backups = [...world.system.files].filter(([path]) => path.includes("/agents/backups/claude/"));
  assert.match(backups[0]![0], /2026-01-02T03-04-\d\d\.\d{3}Z-settings\.json$/);
  assert.equal(backups[0]![1], '{"a":1}\n');
});

Deno.test("an install that ended before its files were written is undone like any other", async () => {
  for (const stopAt of [0, 1, 2]) {
    const world = start({ ".gemini/.env": "A=1\n", ".gemini/settings.json": "{}\n" });
    let writes = 0;
    const failing = {
      ...world.system,
      write: (path: string, content: Uint8Array, mode?: number) => {
        if (path.includes("/.gemini/") && writes++ >= stopAt) {
          return Promise.reject(new Error("No space left"));
        }
        return world.system.write(path, content, mode);
      },
    };
    const plan = await planInstall("gemini", REQUEST, world.system, world.records);
    assert.ok(plan.ok);
    const applied = await applyPlan(plan.value, failing, world.records);
    assert.equal(applied.ok, stopAt === 2);
    await uninstall("gemini", world);
    assert.equal(world.system.files.get(`${HOME}/.gemini/.env`), "A=1\n");
    assert.equal(world.system.files.get(`${HOME}/.gemini/settings.json`), "{}\n");
  }
});
