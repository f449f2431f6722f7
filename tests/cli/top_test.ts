/** `geminitro top` on a real screen: tmux keeps it, and what it shows is read from there. */
import assert from "node:assert/strict";
import { delay } from "@std/async";
import { CliHome, denoCache, KEYS, PROGRAM } from "./cli_process.ts";

const HAS_TMUX = await new Deno.Command("tmux", { args: ["-V"], stdout: "null", stderr: "null" }).output()
  .then(({ success }) => success, () => false);
if (!HAS_TMUX) console.log("Skipped: the full screen needs tmux");

/** Long, since the machine may be busy. */
const PATIENCE_MS = 60_000;

/** A screen of its own tmux server. */
class Screen implements AsyncDisposable {
  readonly #socket: string;
  constructor(private readonly cli: CliHome) {
    this.#socket = `${cli.folder}/tmux`;
  }

  async tmux(...args: readonly string[]): Promise<string> {
    const { success, stdout, stderr } = await new Deno.Command("tmux", {
      args: ["-S", this.#socket, "-f", "/dev/null", ...args],
      clearEnv: true,
      env: { ...this.cli.env(), DENO_DIR: denoCache(), TERM: "xterm-256color", LC_ALL: "C.UTF-8" },
    }).output();
    if (!success) throw new Error(new TextDecoder().decode(stderr));
    return new TextDecoder().decode(stdout);
  }

  async open(args: string, columns: number, rows: number): Promise<void> {
    const line = [...PROGRAM, args].map((part) => `'${part}'`).join(" ");
    await this.tmux(
      "new-session",
      "-d",
      "-x",
      `${columns}`,
      "-y",
      `${rows}`,
      `echo before; ${line}; echo ended $?; cat`,
    );
  }

  /** The screen as soon as it shows something. */
  async see(wanted: RegExp): Promise<string> {
    const end = performance.now() + PATIENCE_MS;
    while (true) {
      const text = await this.tmux("capture-pane", "-p");
      if (wanted.test(text)) return text;
      assert.ok(performance.now() < end, `${wanted} is not on the screen: ${text}`);
      await delay(300);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.tmux("kill-server").catch(() => {});
  }
}

Deno.test({
  name:
    "top shows models, keys and calls, fits the screen, scrolls, survives a restart and gives the screen back",
  ignore: !HAS_TMUX,
  fn: async () => {
    await using cli = await CliHome.open();
    await cli.good(["key", "add", KEYS[0]!, "--label", "the-first"]);
    await cli.good(["key", "add", ...KEYS.slice(1, 9)]);
    await cli.good(["start", "--detach"]);
    try {
      await using screen = new Screen(cli);
      await screen.open("top", 80, 13);
      const first = await screen.see(/the-first/);
      assert.match(first, /GemiNitro \d[\s\S]*> Models[\s\S]*Keys[\s\S]*Calls[\s\S]*q quit/);
      assert.match(first, /No call is running/);
      cli.searchSecrets(first, "top");
      await screen.tmux("send-keys", "Tab");
      await screen.see(/> Keys +1-/);
      await screen.tmux("send-keys", "Down");
      await screen.see(/> Keys +2-/);
      await screen.tmux("resize-window", "-x", "50", "-y", "30");
      const narrow = await screen.see(/q quit/);
      assert.ok(narrow.split("\n").every((line) => line.length <= 50), narrow);
      await cli.good(["stop"]);
      await screen.see(/GemiNitro is not running/);
      await cli.good(["start", "--detach"]);
      await screen.see(/^GemiNitro \d/);
      await screen.tmux("send-keys", "q");
      const after = await screen.see(/ended 0/);
      assert.match(after, /^before\nended 0/);
    } finally {
      await cli.good(["stop"]);
    }
  },
});

Deno.test("top without a terminal says what to use instead", async () => {
  await using cli = await CliHome.open();
  const { code, stderr } = await cli.run(["top"]);
  assert.equal(code, 2);
  assert.match(stderr, /needs a terminal\ngeminitro status --watch|deno task geminitro status --watch/);
});
