import { join } from "node:path";
import { TextLineStream } from "./store_lines.ts";

/** A real process on a shared database, told what to do line by line. */
export class StoreProcess implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #input: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>>;
  readonly #output: ReadableStreamDefaultReader<string>;

  constructor(path: string, home: string, masterKey = "") {
    const script = join(import.meta.dirname ?? "", "store_worker.ts");
    this.#child = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--no-lock", script, path, home, masterKey],
      stdin: "piped",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    this.#input = this.#child.stdin.getWriter();
    this.#output = this.#child.stdout.pipeThrough(new TextDecoderStream()).pipeThrough(new TextLineStream())
      .getReader();
  }

  /** Sends one command and waits for its answer. */
  async ask<Answer>(command: Record<string, unknown>): Promise<Answer> {
    await this.#input.write(new TextEncoder().encode(JSON.stringify(command) + "\n"));
    const line = await this.#output.read();
    if (line.done) throw new Error("The store process ended early.");
    return JSON.parse(line.value);
  }

  /** Ends it as a crash would. */
  async kill(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#end();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#input.write(new TextEncoder().encode('{"do":"close"}\n')).catch(() => {});
    await this.#end();
  }

  async #end(): Promise<void> {
    await this.#input.close().catch(() => {});
    await this.#output.cancel().catch(() => {});
    await this.#child.status;
  }
}
