/** What commands show fits the terminal, with real figures and long names. */
import assert from "node:assert/strict";
import { width } from "../../src/cli/table.ts";
import { CliHome, KEYS } from "./cli_process.ts";
import { HAS_TERMINAL, Terminal } from "./pseudo_terminal.ts";

const LONG_LABEL = "the spare key of the accounting department in Graz";

const SHOWN: readonly (readonly [args: string, wanted: RegExp])[] = [
  ["key list", /accounting/],
  ["status", /running[\s\S]*keys +2 of 2 active/],
  ["status --line", /^ok \| 2\/2 keys/],
  ["stats", /Quota[\s\S]*CALLS[\s\S]*gemini-2\.5-flash/],
  ["requests list", /429|404|200/],
  ["now", /No call is running or waiting/],
  ["cap list", /group:every/],
  ["limit list flash", /group:every@a-project[\s\S]*RPM/],
  ["fallback list", /gemini-2\.5-flash-lite/],
  ["quota-group list", /every/],
  ["alias list", /second-name/],
  ["client list", /laptop-of-the/],
  ["key --help", /key add <key>/],
  ["--help", /Commands/],
  ["doctor", /clock/i],
  ["config show", /SETTING[\s\S]*PROXY_API_KEY/],
  ["install --list", /AGENT +NAME[\s\S]*codex/],
];

async function ask(url: string, model: string): Promise<void> {
  const reply = await fetch(`${url}/v1/chat/completions`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: "Bearer geminitro" },
    body: JSON.stringify({ model, messages: [{ role: "user", content: "hello" }] }),
  });
  await reply.body?.cancel();
}

async function furnish(cli: CliHome): Promise<string> {
  await cli.good([
    "key",
    "add",
    KEYS[0]!,
    "--label",
    LONG_LABEL,
    "--project",
    "a-project-with-a-long-name-4711",
  ]);
  await cli.good(["key", "add", KEYS[1]!]);
  await cli.good(["alias", "add", "second-name", "gemini-2.5-flash"]);
  await cli.good([
    "quota-group",
    "add",
    "every",
    "gemini-2.5-flash",
    "gemini-2.5-flash-lite",
    "gemini-2.5-pro",
  ]);
  await cli.good(["cap", "set", "group:every", "100000"]);
  await cli.good(["fallback", "set", "gemini-2.5-pro", "gemini-2.5-flash", "gemini-2.5-flash-lite"]);
  const { token } = JSON.parse(
    (await cli.run(["client", "add", "laptop-of-the-accounting-department", "--budget", "5000", "--json"]))
      .stdout,
  ) as { readonly token: string };
  cli.secrets.add(token);
  const { url } = await cli.json<{ readonly url: string }>(["status"]);
  await ask(url, "gemini-2.5-flash");
  await ask(url, "no-such-model-of-anybody");
  return url;
}

/** Words that a terminal's end would cut, had they not been wrapped before it. */
function assertFits(text: string, columns: number, what: string): void {
  for (const line of text.replaceAll("\r", "").split("\n")) {
    const longest = Math.max(0, ...line.split(/\s+/).map(width));
    assert.ok(width(line) <= columns || longest > columns / 2, `${what}: ${width(line)} columns: ${line}`);
  }
}

Deno.test({
  name: "tables and texts fit terminals of 80 and 50 columns",
  ignore: !HAS_TERMINAL,
  fn: async () => {
    await using cli = await CliHome.open();
    await cli.good(["start", "--detach"]);
    try {
      await furnish(cli);
      for (const columns of [80, 50]) {
        for (const [args, wanted] of SHOWN) {
          await using terminal = new Terminal(cli, args.split(" "), { columns, env: { NO_COLOR: "1" } });
          const { text } = await terminal.end();
          const joined = text.replaceAll("\r", "");
          assert.match(joined, wanted, `${args} at ${columns}`);
          assertFits(joined, columns, `${args} at ${columns}`);
        }
      }
      await requests(cli);
    } finally {
      await cli.good(["stop"]);
    }
  },
});

/** The id that the list shows leads to the request; a failed one says why. */
async function requests(cli: CliHome): Promise<void> {
  const list = await cli.json<{ readonly items: readonly { id: string; status: number }[] }>([
    "requests",
    "list",
  ]);
  const good = list.items.find(({ status }) => status === 200)!;
  const text = await cli.good(["requests", "show", good.id.slice(4, 12)]);
  assert.ok(text.startsWith(good.id), text);
  assert.match(text, /outcome +200 ok[\s\S]*model +gemini-2\.5-flash\n[\s\S]*KEY +MODEL +STATUS/);
  const none = await cli.run(["requests", "replay", good.id]);
  assert.equal(none.code, 1);
  assert.match(none.stderr, /LOG_BODIES/);
  assert.equal((await cli.run(["requests", "show", "req_nobody"])).code, 1);
}

Deno.test("what is piped is not wrapped: one record a line, unless COLUMNS asks for it", async () => {
  await using cli = await CliHome.open();
  await cli.good(["key", "add", KEYS[0]!, "--no-check", "--label", LONG_LABEL]);
  assert.match(await cli.good(["key", "list"]), new RegExp(`${LONG_LABEL}.*active`));
  const narrow = await cli.good(["key", "list"], { env: { COLUMNS: "50" } });
  assertFits(narrow, 50, "COLUMNS=50");
});

Deno.test("a request is shown as it ends, and sent again by its short id", async () => {
  await using cli = await CliHome.open();
  await cli.good(["key", "add", KEYS[0]!]);
  await cli.good(["start", "--detach"], { env: { LOG_BODIES: "true" } });
  try {
    const { url } = await cli.json<{ readonly url: string }>(["status"]);
    const child = cli.spawn(["requests", "follow", "--json"]);
    const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
    let text = "";
    const asking = setInterval(() => void ask(url, "gemini-2.5-flash"), 1_000);
    try {
      while (!text.includes("\n")) text += (await reader.read()).value ?? assert.fail("it ended");
    } finally {
      clearInterval(asking);
      child.kill("SIGTERM");
      await reader.cancel();
      await child.status;
    }
    assert.equal(JSON.parse(text.split("\n")[0]!).modelUsed, "gemini-2.5-flash");
    await replays(cli);
  } finally {
    await cli.good(["stop"]);
  }
});

/** A kept request goes out again as it was, and with another model. */
async function replays(cli: CliHome): Promise<void> {
  const list = await cli.json<{ readonly items: readonly { id: string; status: number }[] }>([
    "requests",
    "list",
  ]);
  const { id } = list.items.find(({ status }) => status === 200)!;
  const again = await cli.good(["requests", "replay", id]);
  assert.match(again, /^200 +application\/json[^\n]* req_\w+\n[\s\S]*chat\.completion/);
  const other = await cli.json<{ readonly status: number; readonly body: string }>([
    "requests",
    "replay",
    id,
    "--model",
    "gemini-2.5-pro",
  ]);
  assert.equal(other.status, 200, other.body);
  assert.match(other.body, /gemini-2\.5-pro/);
}
