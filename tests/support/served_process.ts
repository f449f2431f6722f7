import { join } from "node:path";
import { type ServedSimulator, serveSimulator, type SimProject } from "../../src/sim/mod.ts";
import { PROGRAM, readUntil } from "../cli/cli_process.ts";
import { KEYS } from "./proxy_under_test.ts";
import { removeFolder } from "./remove_folder.ts";
import { ReservedPort } from "./reserved_port.ts";

const MODEL = "gemini-2.5-flash";

export interface ServedProcessOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly projects?: readonly SimProject[];
  /** Calls that the log of the simulator keeps. */
  readonly logLimit?: number;
  /** Words before the program's own, for example a shell that sets limits; the program follows as arguments. */
  readonly before?: readonly string[];
  /** Where the data folder lies; default a new temporary one, which is removed at the end. */
  readonly folder?: string;
}

export interface Answer {
  readonly status: number;
  readonly text: string;
  readonly ms: number;
}

/** The real program in processes of its own, with the simulator behind it: may be killed and started again. */
export class ServedProcess implements AsyncDisposable {
  #child: Deno.ChildProcess | undefined;
  #said = "";
  #reading: Promise<unknown> = Promise.resolve();
  /** It is started again on the same port, which must still be free then. */
  readonly #reserved = new ReservedPort();
  url = "";

  private constructor(
    readonly folder: string,
    readonly simulator: ServedSimulator,
    readonly options: ServedProcessOptions,
  ) {}

  static async open(options: ServedProcessOptions = {}): Promise<ServedProcess> {
    const folder = options.folder ?? await Deno.makeTempDir({ prefix: "geminitro-served-" });
    const projects = options.projects ??
      KEYS.map((key, index) => ({ id: `project-${index + 1}`, keys: [key] }));
    const { logLimit } = options;
    const served = new ServedProcess(
      folder,
      serveSimulator({ projects, ...(logLimit === undefined ? {} : { logLimit }) }),
      options,
    );
    try {
      await served.start();
      return served;
    } catch (error) {
      await served[Symbol.asyncDispose]();
      throw error;
    }
  }

  get pid(): number {
    return this.#child?.pid ?? 0;
  }

  /** Everything it wrote so far. */
  get said(): string {
    return this.#said;
  }

  get home(): string {
    return join(this.folder, "home");
  }

  /** Runs a command of the command line against the same data folder; gives what it wrote. */
  async command(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<string> {
    const [program = "", ...before] = PROGRAM;
    const command = new Deno.Command(program, {
      args: [...before, ...args],
      clearEnv: true,
      env: { ...this.#env(), ...env },
    });
    const { stdout, stderr } = await command.output();
    return new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
  }

  /** Starts it, each time on the same port, and waits for its address. */
  async start(env: Readonly<Record<string, string>> = {}): Promise<void> {
    const words = [...this.options.before ?? [], ...PROGRAM, "start", "--no-interactive", "--no-splash"];
    const port = this.options.env?.["PORT"] ?? String(this.#reserved.port);
    const child = new Deno.Command(words[0]!, {
      args: words.slice(1),
      clearEnv: true,
      env: { ...this.#env(), PORT: port, ...env },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.#child = child;
    const errors = this.#keep(child.stderr.getReader());
    const reader = child.stdout.getReader();
    try {
      const text = await readUntil(reader, /listens at (\S+)\/v1/);
      this.#said += text;
      this.url = (/listens at (\S+)\/v1/.exec(text)?.[1] ?? "").replace("localhost", "127.0.0.1");
    } catch (error) {
      await Promise.all([errors, child.status]);
      this.#child = undefined;
      throw new Error(`It did not start: ${error instanceof Error ? error.message : error} ${this.#said}`);
    }
    this.#reading = Promise.all([errors, this.#keep(reader)]);
  }

  async #keep(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<void> {
    const decoder = new TextDecoder();
    for (let step = await reader.read(); !step.done; step = await reader.read()) {
      this.#said += decoder.decode(step.value, { stream: true });
    }
  }

  #env(): Record<string, string> {
    const kept = ["PATH", "HOME", "DENO_DIR", "TMPDIR"].flatMap((name) => {
      const value = Deno.env.get(name);
      return value === undefined ? [] : [[name, value] as const];
    });
    return {
      ...Object.fromEntries(kept),
      GEMINITRO_HOME: this.home,
      GEMINITRO_PROJECT: this.folder,
      GEMINI_API_URL: this.simulator.url,
      GEMINI_API_KEYS: (this.options.projects?.flatMap(({ keys }) => keys) ?? KEYS).join(),
      ...this.options.env,
    };
  }

  /** Ends it as a crash or a lack of memory would. */
  async kill(): Promise<void> {
    try {
      this.#child?.kill("SIGKILL");
    } catch {
      // It has ended by itself.
    }
    await this.#gone();
  }

  /** Asks it to end; gives its exit code. */
  async stop(): Promise<number> {
    this.#child?.kill("SIGTERM");
    return await this.#gone();
  }

  /** Waits until it has ended by itself; gives its exit code. */
  async ended(): Promise<number> {
    return await this.#gone();
  }

  async #gone(): Promise<number> {
    const status = await this.#child?.status;
    await this.#reading;
    this.#child = undefined;
    return status?.code ?? 0;
  }

  /** Asks for a chat completion over a connection of its own. */
  async ask(text = "hello", signal: AbortSignal = AbortSignal.timeout(60_000)): Promise<Answer> {
    const started = performance.now();
    const response = await fetch(`${this.url}/v1/chat/completions`, {
      method: "POST",
      headers: { authorization: "Bearer geminitro", "content-type": "application/json", connection: "close" },
      body: JSON.stringify({ model: MODEL, messages: [{ role: "user", content: text }] }),
      signal,
    });
    return { status: response.status, text: await response.text(), ms: performance.now() - started };
  }

  /** Reads from the management API. */
  async api<Body>(path: string): Promise<Body> {
    const response = await fetch(`${this.url}${path}`, { headers: { authorization: "Bearer geminitro" } });
    return await response.json() as Body;
  }

  /** Changes the configuration (the alias `fast`) over a connection of its own; says how that was answered. */
  async change(): Promise<{ readonly status: number; readonly text: string }> {
    const response = await fetch(`${this.url}/api/aliases/fast`, {
      method: "PUT",
      headers: { authorization: "Bearer geminitro", "content-type": "application/json", connection: "close" },
      body: JSON.stringify({ target: "gemini-2.5-flash" }),
    });
    return { status: response.status, text: await response.text() };
  }

  /** The most calls that were under way at the simulator at once. */
  mostAtOnce(key: string): number {
    const calls = this.simulator.log.filter((entry) =>
      entry.key === key && /enerateContent$/.test(entry.method)
    );
    return Math.max(
      0,
      ...calls.map(({ at }) =>
        calls.filter((other) => other.at <= at && (other.endedAt ?? Infinity) > at).length
      ),
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child !== undefined) await this.kill();
    await this.simulator.close();
    this.#reserved[Symbol.dispose]();
    if (this.options.folder === undefined) await removeFolder(this.folder);
  }
}
