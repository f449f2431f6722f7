/** A server in a process of its own. */
export interface Child extends AsyncDisposable {
  readonly url: URL;
  readonly pid: number;
  /** Milliseconds from the process's start to its address. */
  readonly readyMs: number;
}

/** Starts a server script with further flags for `deno run`; its first line holds its address. */
export async function startChild(
  script: string,
  args: readonly string[],
  env: Record<string, string> = {},
  flags: readonly string[] = [],
): Promise<Child> {
  const started = performance.now();
  const process = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", ...flags, new URL(script, import.meta.url).pathname, ...args],
    env,
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const reader = process.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  while (!text.includes("\n")) {
    const { done, value } = await reader.read();
    if (done) throw new Error(`${script} ended before it was ready`);
    text += value;
  }
  const readyMs = performance.now() - started;
  // A pipe that nobody reads would fill up and hold the server.
  const rest = (async () => {
    while (!(await reader.read()).done);
  })();
  return {
    url: new URL(/https?:\/\/[^\s/]+/.exec(text)?.[0] ?? text),
    pid: process.pid,
    readyMs,
    async [Symbol.asyncDispose]() {
      process.kill("SIGKILL");
      await reader.cancel();
      await rest;
      await process.status;
    },
  };
}

/** Resident memory of a process in MiB; undefined where there is no /proc. */
export async function memoryOf(pid: number): Promise<number | undefined> {
  try {
    const status = await Deno.readTextFile(`/proc/${pid}/status`);
    return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024;
  } catch {
    return undefined;
  }
}

/** A tick of /proc in milliseconds; 100 a second on every Linux that Deno runs on. */
const TICK_MS = 10;

/** Processor time a process has used so far, user and system, in milliseconds; undefined where there is no /proc. */
export async function cpuOf(pid: number): Promise<number | undefined> {
  try {
    const stat = await Deno.readTextFile(`/proc/${pid}/stat`);
    // The name in parentheses may hold blanks; user time is the twelfth field after it.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
  } catch {
    return undefined;
  }
}
