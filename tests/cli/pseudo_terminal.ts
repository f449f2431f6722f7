import { type CliHome, denoCache, PROGRAM } from "./cli_process.ts";

/** Long, since the machine may be busy. */
const PATIENCE_MS = 60_000;

/** Whether `script` (util-linux) can make a pseudo-terminal here. */
export const HAS_TERMINAL = Deno.build.os === "linux" && await hasScript();

async function hasScript(): Promise<boolean> {
  try {
    const { stdout } = await new Deno.Command("/usr/bin/script", { args: ["--version"], stderr: "null" })
      .output();
    return new TextDecoder().decode(stdout).includes("util-linux");
  } catch {
    return false;
  }
}

/** The real program on a pseudo-terminal, typed into as a user does. */
export class Terminal implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  #text = "";
  #seen = 0;

  constructor(
    cli: CliHome,
    args: readonly string[],
    options: { env?: Record<string, string>; columns?: number } = {},
  ) {
    const line = [...PROGRAM, ...args].map((part) => `'${part}'`).join(" ");
    this.#child = new Deno.Command("/usr/bin/script", {
      args: ["-qfec", `/usr/bin/stty cols ${options.columns ?? 80} rows 40; exec ${line}`, "/dev/null"],
      clearEnv: true,
      // No agent of this machine is found: neither on the PATH nor in the home folder.
      env: {
        TERM: "xterm-256color",
        SHELL: "/bin/sh",
        ...cli.env({ PATH: `${cli.folder}/bin`, HOME: cli.folder, DENO_DIR: denoCache(), ...options.env }),
      },
      stdin: "piped",
      stdout: "piped",
      stderr: "null",
    }).spawn();
    this.#writer = this.#child.stdin.getWriter();
    this.#reader = this.#child.stdout.getReader();
  }

  /** Waits until the program has written this since the last wait; a program that writes something else fails in a minute. */
  async see(wanted: RegExp): Promise<string> {
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      this.#child.kill("SIGKILL");
    }, PATIENCE_MS);
    try {
      return await this.#readUntil(wanted);
    } catch (cause) {
      if (late) throw new Error(`${wanted} was not written in time, but: ${this.#text}`, { cause });
      throw cause;
    } finally {
      clearTimeout(timer);
    }
  }

  async #readUntil(wanted: RegExp): Promise<string> {
    const decoder = new TextDecoder();
    while (!wanted.test(this.#text.slice(this.#seen))) {
      const { value, done } = await this.#reader.read();
      if (done) throw new Error(`The program ended before it wrote ${wanted}: ${this.#text}`);
      this.#text += decoder.decode(value, { stream: true });
    }
    const seen = this.#text.slice(this.#seen);
    this.#seen = this.#text.length;
    return seen;
  }

  async type(keys: string): Promise<void> {
    await this.#writer.write(new TextEncoder().encode(keys));
  }

  /** Reads to the end; all that was ever written, and the exit code. */
  async end(): Promise<{ readonly code: number; readonly text: string }> {
    const decoder = new TextDecoder();
    for (let part = await this.#reader.read(); !part.done; part = await this.#reader.read()) {
      this.#text += decoder.decode(part.value, { stream: true });
    }
    const { code } = await this.#child.status;
    return { code, text: this.#text };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#child.kill("SIGKILL");
    } catch {
      // It has ended by itself.
    }
    await this.#writer.close().catch(() => {});
    await this.#reader.cancel().catch(() => {});
    await this.#child.status;
  }
}
