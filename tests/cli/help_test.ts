import assert from "node:assert/strict";
import { redact } from "../../src/core/mod.ts";
import { COMMANDS } from "../../src/cli/command_table.ts";
import { type CliServices, runCli } from "../../src/cli/mod.ts";
import { fakeServices } from "./fake_services.ts";

const GOLDEN = new URL("golden/help.txt", import.meta.url);

async function run(argv: readonly string[], more: Partial<CliServices> = {}) {
  const { services, read } = fakeServices(more);
  return { code: await runCli(argv, services), ...read() };
}

Deno.test("the help of the program and of every command is as it was agreed (UPDATE_GOLDEN=1 agrees to a new one)", async () => {
  const parts = [(await run(["--help"])).stdout];
  for (const { name } of COMMANDS) {
    const { code, stdout, stderr } = await run([...name.split(" "), "--help"]);
    assert.deepEqual([code, stderr], [0, ""], name);
    parts.push(`$ geminitro ${name} --help\n${stdout}`);
  }
  const text = parts.join("\n");
  if (Deno.env.get("UPDATE_GOLDEN") === "1") await Deno.writeTextFile(GOLDEN, text);
  assert.equal(text, await Deno.readTextFile(GOLDEN));
});

Deno.test("a command leaves the environment alone where it names no proxy", {
  ignore: ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"].some((name) =>
    [name, name.toLowerCase()].some((one) => Deno.env.has(one))
  ),
}, async () => {
  await run(["--help"]);
  // Another command in this process may have been first.
  assert.doesNotMatch(Deno.env.get("NO_PROXY") ?? "", /::1/);
});

Deno.test("every command has a summary, an example of itself, and options that are told apart", () => {
  for (const { name, summary, examples, options, takes } of COMMANDS) {
    assert.match(summary, /^[A-Z].*[^.]$/, name);
    assert.ok(examples.length > 0, name);
    for (const { line } of examples) {
      // `key add` may be shown with what it reads from before it.
      assert.ok(line.includes(`geminitro ${name}`) || line.includes("geminitro start"), `${name}: ${line}`);
    }
    const words = options.map((option) => option.name);
    assert.equal(new Set(words).size, words.length, name);
    assert.ok(takes.least <= takes.most, name);
  }
  assert.equal(new Set(COMMANDS.map(({ name }) => name)).size, COMMANDS.length);
});

Deno.test("without a command the help goes to standard error, and the exit code is 2", async () => {
  const { code, stdout, stderr } = await run([]);
  assert.deepEqual([code, stdout], [2, ""]);
  assert.match(stderr, /Usage/);
  const family = await run(["key"]);
  assert.equal(family.code, 2);
  assert.match(family.stderr, /key add <key>/);
});

Deno.test("wrong words are answered with the nearest right ones and exit code 2", async () => {
  const cases: readonly (readonly [string, RegExp])[] = [
    ["strat", /Did you mean geminitro start/],
    ["key lst", /Did you mean geminitro key list/],
    ["quota-grup add", /Did you mean geminitro quota-group/],
    ["zzzzzz", /--help shows every command/],
    ["start --prot 1", /start has no option --prot\. Did you mean --port\?/],
    ["alias add one", /alias add needs <name> <target>/],
    ["alias list more", /takes fewer arguments/],
    ["start --port many", /--port is "many", but must be a whole number/],
    ["start --port", /--port needs a value/],
    ["cap set m 5 --period yearly", /must be one of hourly, daily, weekly, monthly/],
    ["cap set m five", /must be a whole number/],
    ["limit set m --rpd many", /must be a whole number/],
    ["limit set m", /at least one of --rpm, --tpm and --rpd/],
    ["completions tcsh", /must be one of bash, zsh, fish, powershell/],
    ["key add k --tier gold", /--tier is "gold", but must be one of free/],
    ["update --check --rollback", /not both/],
  ];
  for (const [line, message] of cases) {
    const { code, stdout, stderr } = await run(line.split(" "));
    assert.deepEqual([code, stdout], [2, ""], line);
    assert.match(stderr, message, line);
  }
});

Deno.test("with --json an error is one JSON value on standard output", async () => {
  const { code, stdout } = await run(["alias", "add", "one", "--json"]);
  assert.equal(code, 2);
  const { error } = JSON.parse(stdout);
  assert.equal(error.code, "usage");
  assert.match(error.message, /alias add needs/);
});

Deno.test("a key in a wrong command line is not repeated", async () => {
  const key = "AIzaSyMARKED0000000000000000000000marked";
  for (const argv of [[key], ["key", key], ["key", "add", key, `--${key}`], ["alias", "list", key]]) {
    const { stdout, stderr } = await run(argv);
    assert.ok(!(stdout + stderr).includes(key), argv.join(" "));
  }
});

Deno.test("a database in memory without a server is explained", async () => {
  const env = { HOME: "/nowhere", GEMINITRO_KV: ":memory:" };
  const { code, stderr } = await run(["key", "list"], { env });
  assert.equal(code, 1);
  assert.match(stderr, /in memory and no server runs/);
});

Deno.test("in a checkout, update says what git is to do and does nothing", async () => {
  const checkout = { projectDir: "/nowhere", entry: "/nowhere/cli.ts" };
  const { code, stdout } = await run(["update"], checkout);
  assert.equal(code, 0);
  assert.match(stdout, /git -C \/nowhere pull --ff-only/);
});

Deno.test("hints name the command as it was called", async () => {
  const env = { HOME: "/nowhere", GEMINITRO_HOME: "/nowhere/home" };
  const entry = "/home/a/_npx/1f/node_modules/geminitro/app/geminitro.js";
  const called = [
    [{}, "geminitro"],
    [{ projectDir: "/nowhere", entry: "/nowhere/cli.ts" }, "deno task geminitro"],
    [{ entry, env }, "geminitro"],
  ] as const;
  for (const [how, name] of called) {
    const { stderr } = await run(["strat"], how);
    assert.match(stderr, new RegExp(`Did you mean ${name} start`), JSON.stringify(how));
    const { stdout } = await run(["key", "add", "--help"], how);
    assert.match(stdout, new RegExp(`^  ${name} key add `, "m"));
  }
});

Deno.test("no help is eaten by the redaction of secrets", () => {
  for (const { name, summary, examples, options } of COMMANDS) {
    const texts = [
      summary,
      ...examples.flatMap(({ line, says }) => [line, says]),
      ...options.map((one) => one.summary),
    ];
    for (const text of texts) assert.equal(redact(text), text, name);
  }
  const shown = "http://localhost:7536/oauth-callback?code=4/0AbCdEf";
  assert.ok(!redact(shown).includes("0AbCdEf") && !redact(`${shown} code=...x`).includes("0AbC"));
  assert.equal(redact("?code=...secret"), "?code=[redacted]");
});
