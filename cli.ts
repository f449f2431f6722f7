/**
 * The command line of GemiNitro: arguments in, exit code out. Runs in a checkout, as a bundle and as an executable.
 *
 * @module
 */
import { type CliServices, runCli } from "./src/cli/mod.ts";
import { endSignal } from "./src/system/mod.ts";
import manifest from "./deno.json" with { type: "json" };

/**
 * Two texts, not one: a name that Deno sees in advance is read at every start, and `--help` would wait for the whole server
 * (six times as long). A bundler joins them and takes the server in.
 */
const server = async () => await import("./main" + ".ts") as typeof import("./main.ts");

/** Where this program lies: in a checkout beside deno.json, as a bundle anywhere, in an executable nowhere. */
function place(): Pick<CliServices, "projectDir" | "entry"> {
  const entry = import.meta.filename;
  if (Deno.build.standalone || entry === undefined) return {};
  return entry.endsWith("cli.ts") ? { entry, projectDir: import.meta.dirname ?? "." } : { entry };
}

/** The same for what works on the database while no server runs. */
const visiting = async () =>
  await import("./src/composition/visit" + ".ts") as typeof import("./src/composition/visit.ts");

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
  ...place(),
  version: manifest.version,
  env: Deno.env.toObject(),
  terminal: { input: Deno.stdin.isTerminal(), output: Deno.stdout.isTerminal(), columns: columns() },
  write: (text) => writeAll(Deno.stdout, text),
  writeError: (text) => writeAll(Deno.stderr, text),
  startServer: async (options) => await (await server()).startServer(options),
  visit: async (settings) => await (await visiting()).openVisit(settings, manifest.version),
  endSignal,
};

if (import.meta.main) {
  // One of the further processes of WORKERS, which main.ts starts as this same program.
  const worker = (Deno.env.get("GEMINITRO_WORKER") ?? "") !== "";
  Deno.exit(await (worker ? (await server()).runWorker() : runCli(Deno.args, services)));
}
