/** Every example of every help text, and every command of the documents, run as they are written: at 80 columns, on a terminal. */
import assert from "node:assert/strict";
import { COMMANDS } from "../../src/cli/command_table.ts";
import { width } from "../../src/cli/table.ts";
import { shellLines } from "../docs/shell_lines.ts";
import { CliHome, KEYS } from "./cli_process.ts";
import { HAS_TERMINAL, Terminal } from "./pseudo_terminal.ts";

/** What cannot end by itself, asks, needs another program or changes this machine: these are proven elsewhere, by name. */
const ELSEWHERE: readonly (readonly [beginning: RegExp, where: string])[] = [
  [
    /^(?:start|demo|sim|restart|open)\b(?! --help)/,
    "server_test.ts, terminal_test.ts, commands_test.ts of docs",
  ],
  [
    /^(?:top|requests follow)\b|--watch|^logs -f|^mcp\b/,
    "top_test.ts, layout_test.ts, terminal_test.ts, mcp_test.ts",
  ],
  [/^(?:login|account (?:remove|on|off))\b|<e-mail/, "login_test.ts, tests/e2e/oauth_*_test.ts"],
  [/^(?:install|uninstall)\b/, "agents_test.ts"],
  [/^autostart (?:install|remove)\b/, "tests/e2e/autostart_test.ts"],
  [/^update\b/, "tests/e2e/release_test.ts"],
  [/^(?:master-key change|import|export|backup)\b/, "commands_test.ts, tests/e2e/backup_restore_test.ts"],
  [
    /^key undo\b|^requests (?:show|replay)\b/,
    "commands_test.ts, layout_test.ts: their ids are made at run time",
  ],
];

/** Stand-ins for what an example leaves to the reader; each key that is to be added is another one. */
function fill(lines: readonly string[]): readonly string[] {
  const spare = KEYS.slice(1);
  return lines.map((line) =>
    line.replaceAll(
      /AIza\.\.\.|<(?:your )?key>/g,
      () => spare.shift() ?? assert.fail(`no sample key left: ${line}`),
    )
      .replaceAll("x7Kp2Q", KEYS[0]!.slice(-6))
  );
}

/** `quota-group` or `key remove` in a sentence is a name, not a line to be typed. */
function isName(line: string): boolean {
  return COMMANDS.some(({ name, usage }) => (name === line && usage !== "") || name.startsWith(`${line} `));
}

/** Without a server and a log file these say so, with exit code 1. */
const MAY_SAY_NO = /^(?:status|doctor|logs|autostart status)\b/;

/** Words as a shell would split them; nothing else of a shell is in these lines. */
function words(line: string): string[] {
  return [...line.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map(([, one, two, bare]) => one ?? two ?? bare!);
}

async function lines(): Promise<readonly string[]> {
  const examples = COMMANDS.flatMap(({ examples }) => examples.map(({ line }) => line));
  const documented = (await shellLines()).map(({ line }) => line);
  const found = [...examples, ...documented].flatMap((line) => {
    const command = /^(?:deno task (?:-q )?)?geminitro ((?:--)?[a-z].*)$/.exec(line)?.[1];
    // `key add - < keys.txt` and pipes are the shell's; families (`geminitro key`) are no commands.
    return command === undefined || /[<>|;&]/.test(command.replaceAll(/<[a-z -]+>/gi, "")) ? [] : [command];
  });
  return [...new Set(found)].filter((line) => !ELSEWHERE.some(([beginning]) => beginning.test(line)));
}

const REPLACES = /^key replace\b/;

Deno.test({
  name: "every example and every documented command does what it says, at 80 columns",
  ignore: !HAS_TERMINAL,
  fn: async () => {
    await using cli = await CliHome.open();
    await cli.good(["key", "add", KEYS[0]!]);
    const wanted = (await lines()).filter((line) => !isName(line));
    assert.ok(wanted.length > 30, wanted.join("\n"));
    const order = (line: string) =>
      REPLACES.test(line)
        ? 3
        : /\b(?:remove|revoke)\b/.test(line)
        ? 2
        : /\b(?:list|check|edit)\b/.test(line)
        ? 1
        : 0;
    const wrong: string[] = [];
    for (const line of fill([...wanted].sort((a, b) => order(a) - order(b)))) {
      // The examples before it have removed the key, and after it the key is another one.
      if (REPLACES.test(line)) await cli.good(["key", "add", KEYS[0]!]);
      await using terminal = new Terminal(cli, words(line), {
        columns: 80,
        env: { NO_COLOR: "1", CI: "1" },
      });
      const { code, text } = await terminal.end();
      if (code !== 0 && !MAY_SAY_NO.test(line)) {
        wrong.push(`${line}: ${code} ${text}`);
      }
      if (/Uncaught|at file:|There is no command|has no option/.test(text)) wrong.push(`${line}: ${text}`);
      if (text.trim() === "") wrong.push(`${line}: it says nothing`);
      if (/^completions/.test(line)) continue;
      for (const one of text.replaceAll("\r", "").split("\n")) {
        const longest = Math.max(0, ...one.split(/\s+/).map(width));
        if (width(one) > 80 && longest <= 40) wrong.push(`${line}: ${width(one)} columns: ${one}`);
      }
    }
    assert.deepEqual(wrong, []);
  },
});
