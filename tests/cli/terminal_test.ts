import assert from "node:assert/strict";
import { join } from "node:path";
import { CliHome, KEYS } from "./cli_process.ts";
import { HAS_TERMINAL, Terminal } from "./pseudo_terminal.ts";

if (!HAS_TERMINAL) console.log("Skipped: tests in a pseudo-terminal need script of util-linux");

const ENTER = "\r";
const DOWN = "\x1b[B";
const CTRL_C = "\x03";
// deno-lint-ignore no-control-regex
const COLOUR_REGEXP = /\x1b\[3\dm/;

function inTerminal(name: string, fn: (cli: CliHome) => Promise<void>): void {
  Deno.test({
    name,
    ignore: !HAS_TERMINAL,
    fn: async () => {
      await using cli = await CliHome.open();
      await fn(cli);
    },
  });
}

inTerminal("a first start asks for a key, hides it, checks it, and serves", async (cli) => {
  await using terminal = new Terminal(cli, ["start"]);
  await terminal.see(/There is no Gemini key yet/);
  await terminal.type(ENTER);
  await terminal.see(/Gemini API key/);
  await terminal.type(`${KEYS[0]}${ENTER}`);
  await terminal.see(/The key works[\s\S]*Open the dashboard\?/);
  await terminal.type(ENTER);
  await terminal.see(/listens at[\s\S]*answered through the proxy in/);
  await terminal.type(CTRL_C);
  const { code, text } = await terminal.end();
  assert.equal(code, 0);
  assert.match(text, /GemiNitro/);
  cli.searchSecrets(text, "start in a terminal");
  assert.match(await cli.good(["key", "list"]), /1 key\n$/);
});

inTerminal(
  "a first start takes several keys at once, says which are refused, and resumes where it was left",
  async (cli) => {
    await using left = new Terminal(cli, ["start", "--no-splash"]);
    await left.see(/There is no Gemini key yet/);
    await left.type(ENTER);
    await left.see(/Gemini API key/);
    await left.type(`AIzaSyNOKEY00000000000000000000000nokey${ENTER}`);
    const refused = await left.see(/Try another\?/);
    assert.doesNotMatch(refused, /\.\. Try/);
    await left.type(ENTER);
    await left.see(/Gemini API key/);
    await left.type(`${KEYS[0]} ${KEYS[1]}${ENTER}`);
    await left.see(/2 keys work[\s\S]*Open the dashboard\?/);
    await left.type(CTRL_C);
    await left.end();
    await using again = new Terminal(cli, ["start", "--no-splash"]);
    const text = await again.see(/GemiNitro is ready with 2 keys/);
    assert.doesNotMatch(text, /There is no Gemini key/);
    await again.type(ENTER);
    await again.see(/listens at/);
    await again.type(CTRL_C);
    assert.equal((await again.end()).code, 0);
  },
);

inTerminal("a start offers the agents that are here, shows the diff, and writes after a yes", async (cli) => {
  await cli.good(["key", "add", KEYS[0] ?? ""]);
  await Deno.mkdir(join(cli.folder, ".codex"));
  await using terminal = new Terminal(cli, ["start", "--no-splash"]);
  await terminal.see(/No coding agent is registered[\s\S]*Codex/);
  await terminal.type(ENTER);
  await terminal.see(/Which agents are to use GemiNitro\?/);
  await terminal.type(ENTER);
  await terminal.see(/model_provider[\s\S]*Write this\?/);
  await terminal.type(ENTER);
  await terminal.see(/listens at/);
  await terminal.type(CTRL_C);
  assert.equal((await terminal.end()).code, 0);
  assert.match(await Deno.readTextFile(join(cli.folder, ".codex", "config.toml")), /geminitro/);
});

inTerminal("a first start can be told to wait; Ctrl-C in a question starts nothing", async (cli) => {
  await using later = new Terminal(cli, ["start", "--no-splash"]);
  await later.see(/There is no Gemini key yet/);
  await later.type(`${DOWN}${DOWN}${ENTER}`);
  await later.see(/listens at/);
  await later.type(CTRL_C);
  assert.equal((await later.end()).code, 0);
  await using left = new Terminal(cli, ["start"]);
  await left.see(/There is no Gemini key yet/);
  await left.type(CTRL_C);
  const { code, text } = await left.end();
  assert.equal(code, 1);
  assert.doesNotMatch(text, /listens at/);
});

inTerminal("colours appear on a terminal, and not with NO_COLOR or --no-color", async (cli) => {
  const textOf = async (args: readonly string[], env?: Record<string, string>) => {
    await using terminal = new Terminal(cli, args, env === undefined ? {} : { env });
    return (await terminal.end()).text;
  };
  assert.match(await textOf(["--help"]), COLOUR_REGEXP);
  assert.doesNotMatch(await textOf(["--help", "--no-color"]), COLOUR_REGEXP);
  assert.doesNotMatch(await textOf(["--help"], { NO_COLOR: "1" }), COLOUR_REGEXP);
});

inTerminal("questions go on in a narrow terminal", async (cli) => {
  await using terminal = new Terminal(cli, ["start"], { columns: 24 });
  await terminal.see(/no Gemini/);
  await terminal.type(`${DOWN}${DOWN}${ENTER}`);
  await terminal.see(/listens at/);
  await terminal.type(CTRL_C);
  assert.equal((await terminal.end()).code, 0);
});

inTerminal("stats --watch draws again until Ctrl-C", async (cli) => {
  await using terminal = new Terminal(cli, ["stats", "--watch", "--interval", "1"]);
  await terminal.see(/Last 7 days/);
  await terminal.see(/Last 7 days/);
  await terminal.type(CTRL_C);
  assert.equal((await terminal.end()).code, 0);
});

inTerminal("a passphrase is asked for and not shown", async (cli) => {
  await using terminal = new Terminal(cli, ["export", `${cli.folder}/out.json`]);
  await terminal.see(/Passphrase of the export/);
  await terminal.type(`correct horse battery${ENTER}`);
  const { code, text } = await terminal.end();
  assert.equal(code, 0);
  assert.ok(!text.includes("correct horse"));
});
