import assert from "node:assert/strict";
import { join } from "node:path";
import { ServedProcess } from "../support/served_process.ts";

const ROUNDS = Number(Deno.env.get("GEMINITRO_LOSSES") ?? "20");
const PARTS = ["", "-wal", "-shm"];

/** Numbers that look random and are the same in each run. */
function dice(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 1_103_515_245 + 12_345) % 2 ** 31) / 2 ** 31;
}

const LOSSES: readonly ((path: string, random: () => number) => Promise<void>)[] = [
  async (path) => {
    for (const part of PARTS) await Deno.remove(path + part).catch(() => {});
  },
  (path) => Deno.writeTextFile(path, "no database any more ".repeat(2_000)),
  async (path, random) =>
    await Deno.truncate(path, Math.floor((await Deno.stat(path)).size * (0.2 + random() * 0.6))),
  async (path, random) => {
    const { size } = await Deno.stat(path);
    using file = await Deno.open(path, { write: true });
    await file.seek(4_096 + Math.floor(random() * Math.max(1, size - 60_000)), Deno.SeekMode.Start);
    await file.write(crypto.getRandomValues(new Uint8Array(50_000)));
  },
];

/** Runs what a message of the program tells the user to type. */
async function typed(served: ServedProcess, text: string): Promise<string> {
  const command = /geminitro (import (?:'[^']+'|\S+)(?: --replace-database)?)/.exec(text)?.[1];
  assert.ok(command !== undefined, `no command is named: ${text}`);
  return await served.command(command.replaceAll("'", "").split(" "));
}

async function namesOf(served: ServedProcess, path: string, field: string): Promise<readonly string[]> {
  const rows = await served.api<readonly Record<string, string>[] | Record<string, never>>(path);
  assert.ok(Array.isArray(rows), JSON.stringify(rows).slice(0, 300));
  return rows.map((row) => String(row[field]));
}

/** The server again, with whatever it takes: a damaged file names its command, a new one does so in the log. */
async function recovered(served: ServedProcess): Promise<string> {
  const before = served.said.length;
  try {
    await served.start();
  } catch (cause) {
    const told = await typed(served, String(cause).slice(-4_000));
    await served.start();
    return told;
  }
  for (let tries = 0; tries < 60 && !served.said.slice(before).includes("The database is new"); tries++) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const said = served.said.slice(before);
  // Damage to pages that nothing uses takes nothing away; what follows looks whether all is there.
  return said.includes("The database is new") ? await typed(served, said) : "nothing was damaged";
}

Deno.test(`the database is lost ${ROUNDS} times under load, and each time all of the newest backup comes back`, async () => {
  const random = dice(7);
  await using served = await ServedProcess.open();
  const path = join(served.home, "geminitro.sqlite3");
  const named = new Set<string>();
  for (let round = 0; round < ROUNDS; round++) {
    let over = false;
    const load = Array.from({ length: 3 }, async () => {
      while (!over) await served.ask().catch(() => new Promise((resolve) => setTimeout(resolve, 20)));
    });
    const alias = `name-${round}`;
    assert.doesNotMatch(await served.command(["alias", "add", alias, "gemini-2.5-flash"]), /Error/);
    named.add(alias);
    const keys = await namesOf(served, "/api/keys/safe", "id");
    assert.match(await served.command(["backup"]), /Wrote /);
    await new Promise((resolve) => setTimeout(resolve, random() * 400));
    await served.kill();
    over = true;
    await Promise.all(load);
    await LOSSES[Math.floor(random() * LOSSES.length)]!(path, random);
    const told = await recovered(served);
    const where = `round ${round}: ${told}`;
    const aliases = new Set(await namesOf(served, "/api/aliases", "name"));
    assert.deepEqual([...named].filter((name) => !aliases.has(name)), [], where);
    const found = new Set(await namesOf(served, "/api/keys/safe", "id"));
    const lost = keys.filter((id) => !found.has(id));
    // Keys of the environment are added by a new database itself, so that their ids may be new; none may be missing.
    assert.equal(found.size, keys.length, `${where} ${lost.join()}`);
    assert.equal((await served.ask()).status, 200, where);
  }
});
