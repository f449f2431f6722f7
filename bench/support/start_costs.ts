import { UNSTABLE } from "../../src/cli/self_command.ts";
import { HEAP_FLAG } from "../../src/system/mod.ts";
import { ReservedPort } from "../../tests/support/reserved_port.ts";
import { cpuOf, memoryOf } from "./child.ts";
import { median } from "./compare.ts";

/** The cost of a start until the first call is answered, each figure the median of its rounds. */
export interface Start {
  readonly name: string;
  readonly wallMs: number;
  readonly cpuMs: number;
  readonly memoryMib: number;
}

const ROOT = new URL("../../", import.meta.url).pathname;
const LONGEST_MS = 30_000;

/** Starts a bare server, the bundle in dist/ where there is one, and the checkout, in turns; `before` is another checkout. */
export async function startCosts(
  upstream: URL,
  model: string,
  rounds: number,
  before: string,
): Promise<readonly Start[]> {
  const programs = new Map([["bare server", ["-A", new URL("bare_start.ts", import.meta.url).pathname]]]);
  const unstable = UNSTABLE.map(([flag]) => flag);
  for (const [folder, suffix] of [[ROOT, ""], ...(before === "" ? [] : [[`${before}/`, ", before"]])]) {
    const bundle = `${folder}dist/geminitro.js`;
    const exists = await Deno.stat(bundle).then(() => true, () => false);
    if (exists) programs.set(`bundle${suffix}`, ["-A", HEAP_FLAG, ...unstable, bundle, "start"]);
    // As the task runs it once the build before it has seen to the packages.
    programs.set(`checkout${suffix}`, [
      "-A",
      HEAP_FLAG,
      "--node-modules-dir=manual",
      `${folder}cli.ts`,
      "start",
    ]);
  }
  const all = new Map<string, Omit<Start, "name">[]>([...programs.keys()].map((name) => [name, []]));
  for (let round = 0; round <= rounds; round++) {
    for (const [name, args] of programs) {
      const one = await startOnce(args, upstream, model);
      // The first start of each fills the platform's caches.
      if (round > 0) all.get(name)!.push(one);
    }
  }
  return [...all].map(([name, some]) => ({
    name,
    wallMs: median(some.map(({ wallMs }) => wallMs)),
    cpuMs: median(some.map(({ cpuMs }) => cpuMs)),
    memoryMib: median(some.map(({ memoryMib }) => memoryMib)),
  }));
}

async function startOnce(args: readonly string[], upstream: URL, model: string) {
  const home = await Deno.makeTempDir({ prefix: "geminitro-start-" });
  using reserved = new ReservedPort();
  const { port } = reserved;
  const started = performance.now();
  const process = new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", ...args],
    cwd: home,
    env: {
      GEMINITRO_HOME: home,
      GEMINI_API_URL: upstream.origin,
      GEMINI_API_KEYS: `AIzaSyBench${"0".repeat(28)}`,
      PROXY_API_KEY: "geminitro",
      HOST: "127.0.0.1",
      PORT: String(port),
      DENO_NO_UPDATE_CHECK: "1",
    },
    stdout: "null",
    stderr: "null",
  }).spawn();
  try {
    while (!await answers(port, model)) {
      if (performance.now() - started > LONGEST_MS) throw new Error(`${args.join(" ")} does not answer`);
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    const wallMs = performance.now() - started;
    return {
      wallMs,
      cpuMs: await cpuOf(process.pid) ?? NaN,
      memoryMib: await memoryOf(process.pid) ?? NaN,
    };
  } finally {
    process.kill("SIGKILL");
    await process.status;
    await Deno.remove(home, { recursive: true });
  }
}

async function answers(port: number, model: string): Promise<boolean> {
  try {
    const reply = await fetch(`http://127.0.0.1:${port}/v1/chat/completions`, {
      method: "POST",
      headers: { "authorization": "Bearer geminitro", "content-type": "application/json" },
      body: JSON.stringify({ model, messages: [{ role: "user", content: "hello" }] }),
    });
    await reply.body?.cancel();
    return reply.ok;
  } catch {
    return false;
  }
}
