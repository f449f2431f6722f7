/**
 * The command line of GemiNitro: arguments in, exit code out.
 *
 * @module
 */
import { type CliServices, runCli } from "./src/cli/mod.ts";
import manifest from "./deno.json" with { type: "json" };

const checkout = Deno.build.standalone ? undefined : import.meta.dirname;
// Not a literal in `import()`: else every start, that of `--help` too, would read the whole server (six times as long).
// `deno compile` takes it in by `--include main.ts`.
const MAIN: string = "./main.ts";
const server = async () => await import(MAIN) as typeof import("./main.ts");
const encoder = new TextEncoder();

function writeAll(file: { writeSync(bytes: Uint8Array): number }, text: string): void {
  const bytes = encoder.encode(text);
  try {
    for (let at = 0; at < bytes.length;) at += file.writeSync(bytes.subarray(at));
  } catch (error) {
    // Whoever read this has left (`geminitro key list | head -1`).
    if (error instanceof Deno.errors.BrokenPipe) Deno.exit(0);
    throw error;
  }
}

function columns(): number {
  try {
    return Deno.consoleSize().columns;
  } catch {
    return 80;
  }
}

const services: CliServices = {
  version: manifest.version,
  ...(checkout === undefined ? {} : { projectDir: checkout, entry: import.meta.filename ?? "" }),
  env: Deno.env.toObject(),
  terminal: { input: Deno.stdin.isTerminal(), output: Deno.stdout.isTerminal(), columns: columns() },
  write: (text) => writeAll(Deno.stdout, text),
  writeError: (text) => writeAll(Deno.stderr, text),
  startServer: async (options) => await (await server()).startServer(options),
  endSignal: async () => await (await server()).endSignal(),
};

if (import.meta.main) {
  // One of the further processes of WORKERS, which main.ts starts as this same program.
  const worker = (Deno.env.get("GEMINITRO_WORKER") ?? "") !== "";
  Deno.exit(await (worker ? (await server()).runWorker() : runCli(Deno.args, services)));
}
