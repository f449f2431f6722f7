import assert from "node:assert/strict";
import { join } from "node:path";
import { CliHome, KEYS } from "../cli/cli_process.ts";

const PARTS = ["", "-wal", "-shm"];

interface Report {
  readonly keys: { readonly added: number; readonly unchanged: number };
  readonly notTaken: readonly string[];
}

function databaseOf(cli: CliHome): string {
  return join(cli.home, "geminitro.sqlite3");
}

async function loseDatabase(cli: CliHome): Promise<void> {
  for (const part of PARTS) await Deno.remove(databaseOf(cli) + part).catch(() => {});
}

/** Everything that one can set, set. Gives the token of a client. */
async function setUp(cli: CliHome): Promise<string> {
  await cli.good(["key", "add", KEYS[0]!, "--label", "first"]);
  await cli.good(["key", "add", KEYS[1]!]);
  await cli.good(["alias", "add", "fast", "gemini-2.5-flash"]);
  await cli.good(["quota-group", "add", "flashes", "gemini-2.5-flash", "gemini-2.5-pro"]);
  await cli.good(["cap", "set", "gemini-2.5-pro", "9"]);
  const { token } = JSON.parse((await cli.run(["client", "add", "ci", "--json"])).stdout);
  return token;
}

/** A restore makes these again. */
const ANEW_REGEXP = /^(updatedAt|usage|now|at)$/;

function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value, (name, one) => ANEW_REGEXP.test(name) ? undefined : one));
}

/** What is set, as an export shows it. */
async function everything(cli: CliHome): Promise<unknown> {
  const { credentials, aliases, quotaGroups, clients, caps, modelLists, settings } = JSON.parse(
    (await cli.run(["export", "--open"])).stdout,
  );
  assert.ok(credentials.length > 0 && aliases.length > 0 && quotaGroups.length > 0 && clients.length > 0);
  return plain([credentials, aliases, quotaGroups, clients, caps, modelLists, settings]);
}

/** What is set, as the command line's lists show it. */
async function lists(cli: CliHome): Promise<unknown> {
  const shown = [["key", "list"], ["alias", "list"], ["quota-group", "list"], ["client", "list"]];
  return plain(await Promise.all(shown.map((list) => cli.json(list))));
}

async function backedUp(cli: CliHome): Promise<string> {
  return (await cli.json<{ file: string }>(["backup"])).file;
}

Deno.test("a lost database comes back from its backup, with the key file and with GEMINITRO_MASTER_KEY", async () => {
  for (const masterKey of [undefined, "a passphrase of my own"]) {
    await using cli = await CliHome.open();
    if (masterKey !== undefined) {
      await Deno.writeTextFile(join(cli.folder, ".env"), `GEMINITRO_MASTER_KEY=${masterKey}\n`);
    }
    await setUp(cli);
    const before = [await everything(cli), await lists(cli)];
    const file = await backedUp(cli);
    cli.searchSecrets(await Deno.readTextFile(file), "the backup");
    await loseDatabase(cli);
    const report = await cli.json<Report>(["import", file]);
    assert.deepEqual([report.keys.added, report.notTaken], [2, []]);
    assert.deepEqual([await everything(cli), await lists(cli)], before);
    const again = await cli.json<Report>(["import", cli.home]);
    assert.deepEqual([again.keys.added, again.keys.unchanged], [0, 2]);
  }
});

Deno.test("a running server takes a backup back, from any of the kept days, and serves a client of old", async () => {
  await using cli = await CliHome.open();
  const token = await setUp(cli);
  const file = await backedUp(cli);
  const older = join(cli.home, "backups", "backup-2026-01-02.json");
  await Deno.copyFile(file, older);
  await loseDatabase(cli);
  await cli.good(["start", "--detach"]);
  try {
    const log = await Deno.readTextFile(join(cli.home, "logs", "server.log"));
    assert.match(log, /The database is new.*geminitro import .*backup-/);
    const report = await cli.json<Report>(["import", older]);
    assert.deepEqual([report.keys.added, report.notTaken], [2, []]);
    const { port } = JSON.parse(await Deno.readTextFile(join(cli.home, "server.json")));
    const response = await fetch(`http://127.0.0.1:${port}/v1/chat/completions`, {
      method: "POST",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      body: JSON.stringify({ model: "fast", messages: [{ role: "user", content: "hello" }] }),
    });
    assert.equal(response.status, 200, await response.text());
    // The new database's own backup leaves those of the one before alone.
    await cli.good(["key", "add", KEYS[2]!]);
    const next = await backedUp(cli);
    assert.notEqual(next, file);
    assert.equal(JSON.parse(await Deno.readTextFile(file)).credentials.length, 2);
    assert.equal(JSON.parse(await Deno.readTextFile(next)).credentials.length, 3);
  } finally {
    await cli.good(["stop"]);
  }
});

Deno.test("a damaged database is refused with the newest backup and the command that restores it", async () => {
  const damages: readonly ((path: string) => Promise<void>)[] = [
    (path) => Deno.writeTextFile(path, "this is no database ".repeat(500)),
    (path) => Deno.truncate(path, 20_000),
    async (path) => {
      using file = await Deno.open(path, { write: true });
      await file.seek(8192, Deno.SeekMode.Start);
      await file.write(crypto.getRandomValues(new Uint8Array(40_000)));
    },
  ];
  await using cli = await CliHome.open();
  await setUp(cli);
  const before = await everything(cli);
  for (const damage of damages) {
    const file = await backedUp(cli);
    await damage(databaseOf(cli));
    const refused = await cli.run(["start"]);
    assert.equal(refused.code, 1, refused.stdout + refused.stderr);
    assert.doesNotMatch(refused.stderr, /panic/);
    const command = /geminitro (import \S+ --replace-database)/.exec(refused.stderr)?.[1];
    assert.ok(command?.includes(file) === true, refused.stderr);
    assert.match((await cli.run(["doctor"])).stdout, /geminitro import/);
    assert.match(await cli.good(command!.split(" ")), /keys: 2 new/);
    assert.deepEqual(await everything(cli), before);
  }
  const names = (await Array.fromAsync(Deno.readDir(cli.home))).map(({ name }) => name);
  assert.ok(names.some((name) => name.startsWith("geminitro.sqlite3.set-aside-")), names.join());
  assert.ok(!names.some((name) => name.startsWith("restoring-")), names.join());
});

Deno.test("a backup of an earlier version is completed while its database is there, and opened with what is left of it after", async () => {
  await using cli = await CliHome.open();
  await setUp(cli);
  const old = join(cli.home, "backups", "backup-2026-01-03.json");
  const { salt: _salt, epoch: _epoch, poolState: _state, ...document } = JSON.parse(
    await Deno.readTextFile(await backedUp(cli)),
  );
  await Deno.writeTextFile(old, JSON.stringify(document));
  await backedUp(cli);
  assert.equal(typeof JSON.parse(await Deno.readTextFile(old)).salt, "string");
  await Deno.writeTextFile(old, JSON.stringify(document));
  const [path, aside] = [databaseOf(cli), join(cli.home, "damaged.sqlite3")];
  await Deno.rename(path, aside);
  for (const part of PARTS.slice(1)) await Deno.remove(path + part).catch(() => {});
  await Deno.truncate(aside, (await Deno.stat(aside)).size - 100);
  assert.equal((await cli.json<Report>(["import", old])).keys.added, 2);
  // With nothing left of it, the answer says what is missing.
  await loseDatabase(cli);
  await Deno.remove(aside);
  const lost = await cli.run(["import", old]);
  assert.equal(lost.code, 1);
  assert.match(lost.stderr, /earlier version.*sqlite3/s);
});

Deno.test("another data folder is taken over with its own master key, from its database or its newest backup", async () => {
  await using from = await CliHome.open();
  await using to = await CliHome.open();
  await setUp(from);
  const before = await everything(from);
  const dry = await to.json<Report>(["import", from.home, "--dry-run"]);
  assert.equal(dry.keys.added, 2);
  assert.equal((await to.json<Report>(["import", from.home])).keys.added, 2);
  assert.deepEqual(await everything(to), before);
  await backedUp(from);
  await loseDatabase(to);
  await loseDatabase(from);
  await Deno.rename(join(from.home, "secret.key"), join(from.folder, "old.key"));
  const closed = await to.run(["import", from.home]);
  assert.equal(closed.code, 1);
  assert.match(closed.stderr, /--master-key-file/);
  const key = ["--master-key-file", join(from.folder, "old.key")];
  assert.equal((await to.json<Report>(["import", from.home, ...key])).keys.added, 2);
});

Deno.test("what is not taken is listed, and the exit code says so; only what looks like a key is one", async () => {
  await using cli = await CliHome.open();
  await cli.good(["alias", "add", "fast", "gemini-2.5-flash"]);
  const write = async (name: string, text: string) => {
    const path = join(cli.folder, name);
    await Deno.writeTextFile(path, text);
    return path;
  };
  const exported = JSON.parse((await cli.run(["export", "--open"])).stdout);
  const other = await write(
    "other.json",
    JSON.stringify({
      ...exported,
      aliases: [{ name: "fast", target: "gemini-2.5-pro" }],
      caps: [{ model: "x", limit: -1 }],
    }),
  );
  const ran = await cli.run(["import", other]);
  assert.equal(ran.code, 1);
  assert.match(ran.stdout, /Not taken: The alias fast is there already with other values/);
  assert.match(ran.stdout, /Not taken: The cap x: /);
  for (
    const [name, text, why] of [
      ["empty.txt", " \n", /is empty/],
      [
        "prose.md",
        "A note of five ordinary words\nabout gemini-2.5-flash-lite-preview-06-17\n",
        /nothing in it/,
      ],
      ["odd.json", "{}", /no export/],
    ] as const
  ) {
    const refused = await cli.run(["import", await write(name, text)]);
    assert.equal(refused.code, 1, name);
    assert.match(refused.stderr, why, name);
  }
  await Deno.mkdir(join(cli.folder, "nothing"));
  assert.equal((await cli.run(["import", join(cli.folder, "nothing")])).code, 1);
  const mixed = await cli.run(["import", await write("mixed.md", `my key is ${KEYS[0]} and that is all\n`)]);
  assert.match(mixed.stdout, /keys: 1 new/);
  assert.match(mixed.stdout, /Not taken: 7 lines or words/);
  assert.equal((await cli.json<unknown[]>(["key", "list"])).length, 1);
});

Deno.test("a master key can be changed: everything and each kept backup opens with the new one alone", async () => {
  await using cli = await CliHome.open();
  await setUp(cli);
  const before = await everything(cli);
  const file = await backedUp(cli);
  const key = join(cli.home, "secret.key");
  const old = await Deno.readTextFile(key);
  assert.match(await cli.good(["master-key", "change"]), /secret\.key/);
  assert.notEqual(await Deno.readTextFile(key), old);
  assert.deepEqual(await everything(cli), before);
  assert.equal((await cli.run(["key", "add", KEYS[0]!])).code, 1, "the same key is still a duplicate");
  await loseDatabase(cli);
  assert.equal((await cli.json<Report>(["import", file])).keys.added, 2);
  // An interruption between the database and the key file: the next opening takes the key that lies ready.
  await Deno.rename(key, `${key}.next`);
  await Deno.writeTextFile(key, old);
  assert.equal((await cli.json<unknown[]>(["key", "list"])).length, 2);
  // A key of one's own, given by hand from then on.
  const words = join(cli.folder, "words.txt");
  await Deno.writeTextFile(words, "a passphrase of my own\n");
  await cli.good(["master-key", "change", "--new-key-file", words]);
  const env = { GEMINITRO_MASTER_KEY: "a passphrase of my own" };
  assert.equal((await cli.run(["key", "list"], { env })).code, 0);
  await cli.good(["start", "--detach"]);
  assert.match((await cli.run(["master-key", "change"])).stderr, /Stop it first/);
  await cli.good(["stop"]);
});
