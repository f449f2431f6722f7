import assert from "node:assert/strict";
import { join } from "node:path";
import { CliHome, KEYS } from "../cli/cli_process.ts";

const LINES = "PROXY_API_KEY=from-the-file-of-settings\r\nLOG_LEVEL=warn\r\n";

function utf16(text: string, little: boolean): Uint8Array {
  const bytes = new Uint8Array(2 + text.length * 2);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, 0xfeff, little);
  for (let at = 0; at < text.length; at++) view.setUint16(2 + at * 2, text.charCodeAt(at), little);
  return bytes;
}

Deno.test(".env is read with a byte order mark and as UTF-16; what cannot be read is refused by name", async () => {
  await using cli = await CliHome.open();
  cli.secrets.add("from-the-file-of-settings");
  const path = join(cli.folder, ".env");
  const readable = [new TextEncoder().encode(`\ufeff${LINES}`), utf16(LINES, true), utf16(LINES, false)];
  for (const bytes of readable) {
    await Deno.writeFile(path, bytes);
    const shown = await cli.json<
      { settings: readonly { variable: string; source: string; value: string }[] }
    >(
      ["config", "show"],
    ).catch(async () => ({ settings: await cli.json<never>(["config", "show"]) }));
    assert.match(JSON.stringify(shown), /"LOG_LEVEL"[^}]*"warn"/);
  }
  for (
    const bytes of [new Uint8Array([0x50, 0, 0x4f, 0, 0x52, 0, 0x54, 0]), new Uint8Array([0x50, 0xe4, 0x3d])]
  ) {
    await Deno.writeFile(path, bytes);
    const refused = await cli.run(["key", "list"]);
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, /\.env is not UTF-8 text: save it as UTF-8/);
  }
});

Deno.test("a misspelt setting is told of with the one that was meant, at the start and by doctor", async () => {
  await using cli = await CliHome.open();
  await Deno.writeTextFile(
    join(cli.folder, ".env"),
    "PROXY_APIKEY=x\nROTATION_MOD=balanced\nNOTHING_OF_OURS=1\n",
  );
  await cli.good(["key", "add", KEYS[0]!]);
  const said = (await cli.run(["doctor", "--offline"], { env: { HISTORY_RETENTION_DAY: "3" } })).stdout;
  assert.match(said, /PROXY_APIKEY .* is no setting and does nothing: did you mean PROXY_API_KEY\?/);
  assert.match(said, /did you mean ROTATION_MODE\?/);
  assert.match(said, /NOTHING_OF_OURS .* is no setting and does nothing/);
  assert.match(
    said,
    /HISTORY_RETENTION_DAY in the environment is no setting: did you mean HISTORY_RETENTION_DAYS\?/,
  );
  await cli.good(["start", "--detach"]);
  await cli.good(["stop"]);
  assert.match(await Deno.readTextFile(join(cli.home, "logs", "server.log")), /did you mean PROXY_API_KEY/);
});

Deno.test("a copied data folder knows that the original's server is not its own", async () => {
  await using cli = await CliHome.open();
  await cli.good(["key", "add", KEYS[0]!]);
  await cli.good(["start", "--detach"]);
  try {
    const copy = join(cli.folder, "copy");
    await Deno.mkdir(copy);
    for await (const { name, isFile } of Deno.readDir(cli.home)) {
      if (isFile) await Deno.copyFile(join(cli.home, name), join(copy, name));
    }
    const env = { GEMINITRO_HOME: copy };
    assert.equal((await cli.run(["status"], { env })).code, 1);
    assert.match((await cli.run(["stop"], { env })).stdout, /not running/);
    assert.match(await cli.good(["status"]), /running/);
    await cli.good(["start", "--detach"], { env });
    await cli.good(["stop"], { env });
    assert.match(await cli.good(["status"]), /running/);
  } finally {
    await cli.good(["stop"]);
  }
});

Deno.test("a folder for .env that cannot be written is no reason not to start, and a data folder that is none says so", async () => {
  await using cli = await CliHome.open();
  const file = join(cli.folder, "a-file");
  await Deno.writeTextFile(file, "x");
  await cli.good(["key", "add", KEYS[0]!]);
  const env = { GEMINITRO_PROJECT: join(file, "below") };
  await cli.run(["start", "--detach"], { env });
  try {
    assert.match(await cli.good(["status"]), /running/);
  } finally {
    await cli.good(["stop"]);
  }
  const refused = await cli.run(["key", "list"], { env: { GEMINITRO_HOME: join(file, "home") } });
  assert.equal(refused.code, 1);
  assert.match(refused.stderr, /GEMINITRO_HOME/);
});
