import assert from "node:assert/strict";
import { join } from "node:path";
import { CliHome, denoCache, KEYS } from "./cli_process.ts";

/** A home folder of the user's own, with the real one's Deno cache. */
function userHome(cli: CliHome): Record<string, string> {
  return { HOME: cli.folder, DENO_DIR: denoCache(), PROXY_API_KEY: "marked-owner-token-1234567" };
}

Deno.test({
  name: "install asks for consent, writes once, and uninstall leaves nothing behind",
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    await using cli = await CliHome.open();
    cli.secrets.add("marked-owner-token-1234567");
    const env = userHome(cli);
    const file = join(cli.folder, ".codex", "config.toml");
    const early = await cli.run(["install", "codex"], { env });
    assert.equal(early.code, 1);
    assert.match(early.stderr, /geminitro key add/);
    await cli.good(["key", "add", KEYS[0] ?? ""], { env });
    const unasked = await cli.run(["install", "codex"], { env });
    assert.equal(unasked.code, 2);
    assert.match(unasked.stderr, /--yes/);
    await assert.rejects(Deno.stat(file), Deno.errors.NotFound);
    assert.match(await cli.good(["install", "codex", "--yes"], { env }), /1 registered/);
    assert.match(await Deno.readTextFile(file), /geminitro/);
    assert.match(await cli.good(["install", "codex", "--yes"], { env }), /0 registered, 1 unchanged/);
    const keys = join(cli.folder, ".opencrabs", "keys.toml");
    await Deno.mkdir(join(cli.folder, ".opencrabs"));
    await Deno.writeTextFile(keys, '[other]\napi_key = "mine"\n');
    await Deno.chmod(keys, 0o644);
    await cli.good(["install", "opencrabs", "--yes"], { env });
    assert.equal((await Deno.stat(keys)).mode! & 0o777, 0o600, "others could read the keys");
    await cli.good(["uninstall", "opencrabs", "--yes"], { env });
    const listed = JSON.parse(await cli.good(["install", "--list", "--json"], { env }));
    assert.equal(listed.find((one: { id: string }) => one.id === "codex").configured, true);
    assert.match(await cli.good(["uninstall", "--yes"], { env }), /1 taken out/);
    await assert.rejects(Deno.stat(file), Deno.errors.NotFound);
    const manual = await cli.good(["install", "manual"], { env });
    assert.match(manual, /<your PROXY_API_KEY>/);
  },
});

Deno.test({
  name: "a configuration that does not parse is left alone and said so",
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    await using cli = await CliHome.open();
    const env = userHome(cli);
    await cli.good(["key", "add", KEYS[0] ?? ""], { env });
    const file = join(cli.folder, ".codex", "config.toml");
    await Deno.mkdir(join(cli.folder, ".codex"));
    await Deno.writeTextFile(file, "model = [broken\n");
    const ran = await cli.run(["install", "codex", "--yes"], { env });
    assert.equal(ran.code, 1);
    assert.match(ran.stdout, /left alone/);
    assert.equal(await Deno.readTextFile(file), "model = [broken\n");
  },
});
