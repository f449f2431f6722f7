/** Shell commands in README and docs do what they say: those that can, run; the others name tasks, commands and files that exist. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { serveSimulator } from "../../src/sim/mod.ts";
import { shellLines } from "./shell_lines.ts";
import { removeFolder } from "../support/remove_folder.ts";

const ROOT = new URL("../../", import.meta.url).pathname;
const CONFIG = JSON.parse(await Deno.readTextFile(join(ROOT, "deno.json"))) as {
  readonly tasks: Readonly<Record<string, { readonly command?: string }>>;
};

/** What the command line knows: `key add`, `start` and so on. */
async function commandNames(): Promise<ReadonlySet<string>> {
  const { COMMANDS } = await import("../../src/cli/command_table.ts");
  return new Set(COMMANDS.map(({ name }) => name));
}

const PLAIN =
  /^(?:[A-Z_]+=\S+ )*(deno|npm|npx|git|cargo|docker|curl|cd|export|denokv|systemctl|openssl|geminitro(?= --help))\b/;

Deno.test("every task, command and file that the documents' commands name exists", async () => {
  const names = await commandNames();
  const lines = await shellLines();
  assert.ok(lines.length > 20, `only ${lines.length} commands were found`);
  for (const { path, line } of lines) {
    const where = `${path}: ${line}`;
    const task = /\b(?:deno|deno@[\d.]+) task (?:-q )?([\w:]+)/.exec(line)?.[1];
    if (task !== undefined) assert.ok(task in CONFIG.tasks, `no task: ${where}`);
    const cli = /(?:^|task )geminitro ([a-z].*)/.exec(line)?.[1];
    if (cli !== undefined) {
      const [first = "", second = ""] = cli.split(/[\s,]+/);
      assert.ok(
        names.has(first) || names.has(`${first} ${second}`) || hasGroup(names, first),
        `no command: ${where}`,
      );
    }
    for (const [file] of line.matchAll(/\b(?:src|tools|tests|bench|docs)\/[\w./-]+\b/g)) {
      assert.ok(await Deno.stat(join(ROOT, file)).catch(() => undefined), `no file: ${where}`);
    }
    if (task === undefined && cli === undefined) assert.match(line, PLAIN, where);
  }
});

/** `geminitro key` alone stands for its commands. */
function hasGroup(names: ReadonlySet<string>, first: string): boolean {
  return [...names].some((name) => name.startsWith(`${first} `));
}

interface Shell {
  run(line: string): Promise<{ readonly code: number; readonly out: string }>;
  /** Waits for a line that says where it listens. */
  serve(args: readonly string[]): Promise<{ readonly url: string; stop(): Promise<void> }>;
}

/** A temporary home and a simulator in Google's place. */
async function withShell(task: (shell: Shell) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "geminitro-docs-" });
  const simulator = serveSimulator();
  const env = {
    ...Object.fromEntries(
      ["PATH", "HOME", "DENO_DIR"].flatMap((name) =>
        Deno.env.get(name) === undefined ? [] : [[name, Deno.env.get(name)!]]
      ),
    ),
    GEMINITRO_HOME: `${folder}/data`,
    GEMINITRO_PROJECT: folder,
    GEMINI_API_URL: simulator.url,
    PORT: "0",
  };
  const program = ["run", "--quiet", "-A", `--config=${ROOT}deno.json`, `${ROOT}cli.ts`];
  const shell: Shell = {
    async run(line) {
      const command = new Deno.Command("sh", {
        args: ["-c", line],
        cwd: folder,
        env,
        clearEnv: true,
        stdin: "null",
      });
      const { code, stdout, stderr } = await command.output();
      return { code, out: new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr) };
    },
    async serve(args) {
      const child = new Deno.Command(Deno.execPath(), {
        args: [...program, ...args],
        cwd: folder,
        env,
        clearEnv: true,
        stdin: "null",
        stdout: "piped",
        stderr: "inherit",
      }).spawn();
      const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
      let text = "";
      let url: string | undefined;
      while (url === undefined) {
        const { value, done } = await reader.read();
        assert.ok(!done, `it ended: ${text}`);
        text += value;
        url = /API\s+(http:\/\/\S+?)\/v1/.exec(text)?.[1];
      }
      const rest = (async () => {
        while (!(await reader.read()).done);
      })();
      return {
        url,
        async stop() {
          child.kill("SIGTERM");
          await child.status;
          await rest;
        },
      };
    },
  };
  try {
    await task(shell);
  } finally {
    await simulator.close();
    await removeFolder(folder);
  }
}

const CLI = `${Deno.execPath()} run --quiet -A --config=${ROOT}deno.json ${ROOT}cli.ts`;
/** Commands that read, and need no key, server or network of their own. */
const RUNS =
  /^(?:deno task )?geminitro (?:(?:key|alias|quota-group|cap|client) list|config show|--help|status(?: --json)?|doctor)\b/;

Deno.test("commands that only look run in an empty home, and say the same twice", () =>
  withShell(async ({ run }) => {
    const lines = [...new Set((await shellLines()).map(({ line }) => line))].filter((line) =>
      RUNS.test(line)
    );
    assert.ok(lines.length >= 4, lines.join("\n"));
    for (const line of lines) {
      const { code, out } = await run(line.replace(/^(?:deno task )?geminitro/, CLI));
      // Without a server and a key, status and doctor say so with 1.
      assert.ok(code === 0 || (code === 1 && /status|doctor/.test(line)), `${line}: ${code} ${out}`);
      assert.ok(out.trim() !== "" && !/Uncaught|at file:/.test(out), `${line}: ${out}`);
    }
  }));

Deno.test("every curl line of the documents works against a running demo", () =>
  withShell(async ({ run, serve }) => {
    const server = await serve(["demo", "--quiet"]);
    try {
      const lines = (await shellLines()).map(({ line }) => line)
        .filter((line) => line.startsWith("curl ") && line.includes("localhost:7536"));
      assert.ok(lines.length >= 6, lines.join("\n"));
      for (const line of lines) {
        const asked = line.replaceAll("http://localhost:7536", server.url);
        const { code, out } = await run(`${asked} --max-time 20 --fail-with-body`);
        assert.equal(code, 0, `${line}: ${out.slice(0, 300)}`);
      }
    } finally {
      await server.stop();
    }
  }));

Deno.test("a newcomer's way works: add a key, start, ask, stop", () =>
  withShell(async ({ run }) => {
    const cli = async (args: string, code = 0) => {
      const ran = await run(`${CLI} ${args}`);
      assert.equal(ran.code, code, `${args}: ${ran.out}`);
      return ran.out;
    };
    const { sampleProjects } = await import("../../src/sim/mod.ts");
    await cli(`key add ${sampleProjects()[0]!.keys[0]}`);
    await cli("key add AIzaSyNotAKeyOfAnybody0000000000000000", 1);
    await cli("start --detach");
    try {
      const status = JSON.parse(await cli("status --json")) as { readonly url?: string };
      assert.ok(JSON.stringify(status).includes("ok"), JSON.stringify(status));
    } finally {
      await cli("stop");
    }
  }));
