import assert from "node:assert/strict";
import { join } from "node:path";
import { CliHome, KEYS } from "./cli_process.ts";

const [first = "", second = "", third = ""] = KEYS;
const tail = (key: string) => key.slice(-6);

interface Key {
  readonly id: string;
  readonly enabled: boolean;
  readonly priority: number;
  readonly denyModels: readonly string[] | null;
  readonly tail: string;
  readonly label: string;
  readonly tags: readonly string[];
  readonly status: string;
  readonly models: readonly string[];
}

async function keys(cli: CliHome): Promise<void> {
  assert.match(await cli.good(["key", "add", first]), /^added \.\.\.0001 \(\d+ models\)\n$/);
  await cli.good(["key", "add", "-", "--label", "team"], { stdin: `${second}\n${third}\n` });
  const duplicate = await cli.run(["key", "add", first]);
  assert.equal(duplicate.code, 1);
  assert.match(duplicate.stdout + duplicate.stderr, /already there/);
  const unknown = await cli.run(["key", "add", "AIzaSyWRONG0000000000000000000000000wrong"]);
  assert.equal(unknown.code, 1);
  assert.match(unknown.stdout + unknown.stderr, /does not know this API key/);
  const listed = await cli.json<readonly Key[]>(["key", "list"]);
  assert.deepEqual(listed.map((key) => [key.tail, key.label, key.status]).sort(), [
    ["...0001", "", "active"],
    ["...0002", "team", "active"],
    ["...0003", "team", "active"],
  ]);
  assert.match(await cli.good(["key", "check", tail(second)]), /^works \.\.\.0002/);
  await edits(cli, listed.find((key) => key.tail === "...0002")!);
  await cli.good(["key", "remove", tail(third)]);
  const gone = await cli.run(["key", "remove", tail(third)]);
  assert.equal(gone.code, 1);
  assert.match(await cli.good(["key", "list"]), /2 keys\n$/);
}

/** The short id that the list shows leads to the key, whatever is asked. */
async function edits(cli: CliHome, key: Key): Promise<void> {
  const short = key.id.slice("cred_".length, "cred_".length + 6);
  assert.match(await cli.good(["key", "list"]), new RegExp(`^${short}  .*0002 +team `, "m"));
  assert.match(await cli.good(["key", "check", short]), /^works \.\.\.0002/);
  const edited = await cli.json<Key>(["key", "edit", short, "--off", "--priority", "-3", "--deny", "*-pro*"]);
  assert.deepEqual([edited.enabled, edited.priority, edited.denyModels], [false, -3, ["*-pro*"]]);
  assert.match(await cli.good(["key", "list", "--status", "disabled"]), /0002 .*disabled[\s\S]*\n1 key\n$/);
  const back = await cli.json<Key>(["key", "edit", key.id, "--on", "--priority", "0", "--deny", "none"]);
  assert.deepEqual([back.enabled, back.priority, back.denyModels], [true, 0, null]);
  const tagged = await cli.json<Key>(["key", "edit", short, "--tag", "spare", "--tag", "new"]);
  assert.deepEqual(tagged.tags, ["spare", "new"]);
  await cli.good(["key", "edit", short, "--untag", "NEW"]);
  assert.match(await cli.good(["key", "list", "--tag", "Spare"]), /0002 .* spare *\n[\s\S]*\n1 key\n$/);
  const nothing = await cli.run(["key", "edit", short]);
  assert.equal(nothing.code, 2);
  assert.match(nothing.stderr, /Say what is to change/);
}

async function names(cli: CliHome): Promise<void> {
  await cli.good(["alias", "add", "flash", "gemini-2.5-flash"]);
  const aliases = await cli.json<readonly { name: string; resolves: string }[]>(["alias", "list"]);
  assert.deepEqual(aliases.map(({ name, resolves }) => [name, resolves]), [["flash", "gemini-2.5-flash"]]);
  const circle = await cli.run(["alias", "add", "gemini-2.5-flash", "flash"]);
  assert.equal(circle.code, 1);
  await cli.good(["alias", "remove", "flash"]);
  await cli.good(["quota-group", "add", "fast", "gemini-2.5-flash", "gemini-2.5-flash-lite"]);
  assert.match(await cli.good(["quota-group", "list"]), /fast +gemini-2\.5-flash, gemini-2\.5-flash-lite/);
  await cli.good(["quota-group", "remove", "fast"]);
  const none = await cli.run(["quota-group", "remove", "fast"]);
  assert.equal(none.code, 1);
  await cli.good(["fallback", "set", "gemini-2.5-pro", "gemini-2.5-flash", "gemini-2.5-flash-lite"]);
  assert.match(
    await cli.good(["fallback", "list"]),
    /^MODEL +THEN\ngemini-2\.5-pro +gemini-2\.5-flash, gemini-2\.5-flash-lite\n$/,
  );
  await cli.good(["fallback", "remove", "gemini-2.5-pro"]);
  assert.match(await cli.good(["fallback", "list"]), /^There are no fallbacks/);
}

async function limits(cli: CliHome): Promise<void> {
  await cli.good(["cap", "set", "gemini-2.5-pro", "1500", "--period", "weekly", "--alert", "90"]);
  const caps = await cli.json<{ caps: readonly Record<string, unknown>[] }>(["cap", "list"]);
  assert.deepEqual(
    caps.caps.map(({ model, limit, period, alertThreshold }) => [model, limit, period, alertThreshold]),
    [
      ["gemini-2.5-pro", 1500, "weekly", 90],
    ],
  );
  assert.match(
    await cli.good(["cap", "list"]),
    /^FOR +LIMIT +THEN +USED +RESETS\ngemini-2\.5-pro +1500 requests weekly/,
  );
  await cli.good(["cap", "schedule", "06:30", "--zone", "Europe/Vienna"]);
  assert.equal(await cli.good(["cap", "schedule"]), "Caps' periods begin at 06:30, Europe/Vienna\n");
  await cli.good(["cap", "remove", "gemini-2.5-pro"]);
  await limitsByHand(cli);
  const made = await cli.run(["client", "add", "laptop", "--json"]);
  const { token } = JSON.parse(made.stdout) as { token: string };
  assert.match(token, /^gn-/);
  cli.secrets.add(token);
  assert.match(await cli.good(["client", "list"]), /laptop .*active/);
  await cli.good(["client", "revoke", "laptop"]);
  assert.match(await cli.good(["client", "list"]), /laptop .*revoked/);
}

/** What Google's limits are is said by hand, for all projects or one, in part, and forgotten again. */
async function limitsByHand(cli: CliHome): Promise<void> {
  assert.equal(
    await cli.good(["limit", "set", "gemini-2.5-pro", "--rpm", "5", "--rpd", "100"]),
    "gemini-2.5-pro: 5 RPM, 100 RPD\n",
  );
  const part = await cli.json<Record<string, unknown>>(["limit", "set", "gemini-2.5-pro", "--rpm", "none"]);
  assert.deepEqual([part["requestsPerMinute"], part["requestsPerDay"]], [null, 100]);
  assert.equal(
    await cli.good(["limit", "set", "gemini-2.5-pro@team", "--tpm", "7000"]),
    "gemini-2.5-pro@team: 7000 TPM\n",
  );
  assert.match(
    await cli.good(["limit", "list"]),
    /\nSet by hand\nFOR +RPM +TPM +RPD\ngemini-2\.5-pro +- +- +100\ngemini-2\.5-pro@team +- +7000 +-\n$/,
  );
  await cli.good(["limit", "remove", "gemini-2.5-pro@team"]);
  await cli.good(["limit", "remove", "gemini-2.5-pro"]);
  assert.equal((await cli.run(["limit", "remove", "gemini-2.5-pro"])).code, 1);
}

async function transfer(cli: CliHome): Promise<void> {
  const file = join(cli.folder, "export.json");
  const words = join(cli.folder, "passphrase.txt");
  await Deno.writeTextFile(words, "a long enough passphrase\n");
  const without = await cli.run(["export", file]);
  assert.equal(without.code, 2);
  assert.match(without.stderr, /--passphrase-file/);
  await cli.good(["export", file, "--passphrase-file", words]);
  cli.searchSecrets(await Deno.readTextFile(file), "the export");
  const again = await cli.run(["export", file, "--passphrase-file", words]);
  assert.equal(again.code, 2, "an export never writes over a file unasked");
  await cli.good(["key", "remove", tail(second)]);
  assert.match(
    await cli.good(["import", file, "--passphrase-file", words, "--dry-run"]),
    /keys: 1 new, 1 there/,
  );
  assert.match(await cli.good(["import", file, "--passphrase-file", words]), /keys: 1 new, 1 there/);
  assert.match(await cli.good(["key", "list"]), /2 keys\n$/);
  await Deno.remove(file);
}

async function figures(cli: CliHome): Promise<void> {
  const text = await cli.good(["stats"]);
  assert.match(text, /^Quota\n[\s\S]*\nRequests\n[\s\S]*\nKeys\n[\s\S]*\nModels\n[\s\S]*\nLast 7 days\n/);
  const read = await cli.json<{ quota: object; stats: { totalRequests: number } }>(["stats"]);
  assert.equal(read.stats.totalRequests, 0);
  assert.match(await cli.good(["doctor"]), /Nothing is wrong\.\n$/);
}

async function everything(cli: CliHome): Promise<void> {
  await keys(cli);
  await names(cli);
  await limits(cli);
  await transfer(cli);
  await figures(cli);
}

Deno.test("every command works on the database while no server runs", async () => {
  await using cli = await CliHome.open();
  const status = await cli.run(["status"]);
  assert.equal(status.code, 1);
  await everything(cli);
});

Deno.test("every command works through the server while it runs", async () => {
  await using cli = await CliHome.open();
  await cli.good(["start", "--detach"]);
  try {
    assert.match(await cli.good(["status"]), /^running +http:\/\/127\.0\.0\.1:\d+/);
    await everything(cli);
    assert.match(await cli.good(["status"]), /keys +2 of 2 active/);
    await cli.searchFiles();
  } finally {
    await cli.good(["stop"]);
  }
});
