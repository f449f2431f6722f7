import assert from "node:assert/strict";
import { join } from "node:path";
import { sampleProjects, type ServedSimulator, serveSimulator } from "../../src/sim/mod.ts";
import { selfCommand } from "../../src/cli/self_command.ts";
import { currentBundle } from "../../tools/bundle.ts";
import { removeFolder } from "../support/remove_folder.ts";

/**
 * The real program's command line: the bundle, which starts in a third of the time that a checkout takes; tests start the
 * program some seven hundred times. tools/run_tests.ts builds it once and names it; without that each file looks itself.
 */
export const PROGRAM: readonly string[] = programOf(
  Deno.env.get("GEMINITRO_TEST_BUNDLE") ?? (await currentBundle()).pathname,
);

function programOf(folder: string): readonly string[] {
  const { program, args } = selfCommand({ entry: join(folder, "geminitro.js") }, []);
  return [program, ...args];
}

export const KEYS: readonly string[] = sampleProjects().flatMap(({ keys }) => keys);

/** Where Deno keeps what it compiled, for runs with another home folder. */
export function denoCache(): string {
  const home = Deno.env.get("HOME") ?? "";
  const usual = Deno.build.os === "darwin"
    ? join(home, "Library", "Caches", "deno")
    : join(home, ".cache", "deno");
  return Deno.env.get("DENO_DIR") ?? usual;
}

/** A command that has not ended by then never will, however busy the machine is. */
const PATIENCE_MS = 240_000;

export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly stdin?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Secrets that this very command is meant to show. */
  readonly shows?: readonly string[];
}

/** A data folder with a simulator as its upstream, in which the real program is run. Every output is searched for secrets. */
export class CliHome implements AsyncDisposable {
  readonly secrets = new Set<string>(KEYS);
  readonly #children = new Set<Deno.ChildProcess>();

  private constructor(readonly folder: string, readonly simulator: ServedSimulator) {}

  static async open(): Promise<CliHome> {
    const folder = await Deno.makeTempDir({ prefix: "geminitro-cli-" });
    return new CliHome(folder, serveSimulator());
  }

  get home(): string {
    return join(this.folder, "home");
  }

  env(more: Readonly<Record<string, string>> = {}): Record<string, string> {
    const kept = ["PATH", "HOME", "USERPROFILE", "DENO_DIR", "LOCALAPPDATA", "SystemRoot", "TEMP", "TMPDIR"]
      .flatMap((name) => {
        const value = Deno.env.get(name);
        return value === undefined ? [] : [[name, value] as const];
      });
    return {
      ...Object.fromEntries(kept),
      GEMINITRO_HOME: this.home,
      GEMINITRO_PROJECT: this.folder,
      GEMINI_API_URL: this.simulator.url,
      PORT: "0",
      ...more,
    };
  }

  async run(args: readonly string[], options: RunOptions = {}): Promise<Ran> {
    const child = this.spawn(args, options);
    const writer = child.stdin.getWriter();
    await writer.write(new TextEncoder().encode(options.stdin ?? "")).catch(() => {});
    await writer.close().catch(() => {});
    let over = false;
    const timer = setTimeout(() => (over = true, child.kill("SIGKILL")), PATIENCE_MS);
    const { code, stdout, stderr } = await child.output();
    clearTimeout(timer);
    this.#children.delete(child);
    assert.ok(!over, `${args.join(" ")} did not end: ${decode(stdout)}${decode(stderr)}`);
    const ran = { code, stdout: decode(stdout), stderr: decode(stderr) };
    this.searchSecrets(ran.stdout + ran.stderr, args.join(" "), options.shows);
    return ran;
  }

  /** Runs it and expects exit code 0. */
  async good(args: readonly string[], options: RunOptions = {}): Promise<string> {
    const ran = await this.run(args, options);
    assert.equal(ran.code, 0, `${args.join(" ")}: ${ran.stdout}${ran.stderr}`);
    assert.equal(ran.stderr, "");
    return ran.stdout;
  }

  /** Runs it with --json and reads the answer. */
  async json<Answer>(args: readonly string[]): Promise<Answer> {
    return JSON.parse(await this.good([...args, "--json"])) as Answer;
  }

  /** Starts it and leaves it running; it is killed with the home at the latest. */
  spawn(args: readonly string[], options: RunOptions = {}): Deno.ChildProcess {
    const [program = "", ...before] = PROGRAM;
    const child = new Deno.Command(program, {
      args: [...before, ...args],
      clearEnv: true,
      env: this.env(options.env),
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.#children.add(child);
    return child;
  }

  searchSecrets(text: string, where: string, shown: readonly string[] = []): void {
    for (const secret of this.secrets) {
      if (!shown.includes(secret)) assert.ok(!text.includes(secret), `${where} shows a secret`);
    }
  }

  /** Everything in the data folder that people read: no secret may be in it. */
  async searchFiles(): Promise<void> {
    for await (const entry of Deno.readDir(join(this.home, "logs"))) {
      this.searchSecrets(await Deno.readTextFile(join(this.home, "logs", entry.name)), entry.name);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const child of this.#children) {
      try {
        child.kill("SIGKILL");
      } catch {
        // It has ended by itself.
      }
      await Promise.allSettled([
        child.stdout.cancel(),
        child.stderr.cancel(),
        child.stdin.close(),
        child.status,
      ]);
    }
    await this.simulator.close();
    await removeFolder(this.folder);
  }
}

function decode(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

/** Reads a stream of a child until a text is there; the reader goes on with `rest`. */
export async function readUntil(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  wanted: RegExp,
): Promise<string> {
  let text = "";
  const decoder = new TextDecoder();
  while (!wanted.test(text)) {
    const { value, done } = await reader.read();
    if (done) throw new Error(`The program ended before it wrote ${wanted}: ${text}`);
    text += decoder.decode(value, { stream: true });
  }
  return text;
}
