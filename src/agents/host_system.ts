import { delimiter, dirname, join } from "node:path";
import type { AgentSystem, ProcessResult } from "./contract.ts";
import { writeWholeFile } from "../system/mod.ts";

/** This machine. `env` is the environment in which agents are looked for and run; default: the process's own. */
export function hostSystem(env: Readonly<Record<string, string>> = Deno.env.toObject()): AgentSystem {
  const os = Deno.build.os === "windows" ? "windows" : Deno.build.os === "darwin" ? "darwin" : "linux";
  return {
    os,
    env,
    home: (os === "windows" ? env["USERPROFILE"] : undefined) ?? env["HOME"] ?? ".",
    now: () => Date.now(),
    read: (path) => orMissing(Deno.readFile(path)),
    exists: async (path) => await orMissing(Deno.stat(path)) !== undefined,
    write: writeWhole,
    remove: async (path) => void await orMissing(Deno.remove(path)),
    makeFolder,
    removeEmptyFolder: (path) => Deno.remove(path).catch(() => {}),
    which: (command) => which(command, env, os),
    run: (command, args, options) =>
      runProcess(command, args, { ...options, env: { ...env, ...options.env } }),
    async scratch() {
      const path = await Deno.makeTempDir({
        prefix: "geminitro-test-",
        ...(env["TMPDIR"] ? { dir: env["TMPDIR"] } : {}),
      });
      return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }).catch(() => {}) };
    },
  };
}

async function orMissing<Value>(reading: Promise<Value>): Promise<Value | undefined> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return undefined;
    throw error;
  }
}

/** Writes a temporary file beside the target, flushes it and renames it over the target. */
async function writeWhole(path: string, content: Uint8Array, mode = 0o644, most = 0o7777): Promise<void> {
  const target = await orMissing(Deno.realPath(path)) ?? path;
  const kept = (await orMissing(Deno.stat(target)))?.mode ?? undefined;
  await writeWholeFile(target, content, { mode: (kept ?? mode) & most });
}

async function makeFolder(path: string): Promise<readonly string[]> {
  const missing: string[] = [];
  let at = path;
  while (await orMissing(Deno.stat(at)) === undefined && dirname(at) !== at) {
    missing.unshift(at);
    at = dirname(at);
  }
  await Deno.mkdir(path, { recursive: true });
  return missing;
}

async function which(
  command: string,
  env: Readonly<Record<string, string>>,
  os: AgentSystem["os"],
): Promise<string | undefined> {
  const folders = (env["PATH"] ?? env["Path"] ?? "").split(delimiter).filter((folder) => folder !== "");
  const endings = os === "windows" ? [".exe", ".cmd", ".bat"] : [""];
  for (const folder of folders) {
    for (const ending of endings) {
      const path = join(folder, command + ending);
      const info = await Deno.stat(path).catch(() => undefined);
      if (info?.isFile === true && (os === "windows" || ((info.mode ?? 0) & 0o111) !== 0)) return path;
    }
  }
  return undefined;
}

/** Milliseconds for a process to end after it was asked to. */
const GRACE_MS = 3000;
/** Milliseconds to wait for the last output of an ended process while a helper of its keeps the pipe open. */
const LATE_MS = 1000;

interface ProcessOptions {
  readonly cwd: string;
  /** The whole environment. */
  readonly env: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  /** Ends processes that the program has started and left running, such as a daemon. Not on Windows. */
  readonly endHelpers?: boolean;
}

/** Environment variable that marks a program and everything it starts, even detached, so that they can be found. */
const MARK = "GEMINITRO_STARTED_BY";

/**
 * Runs a program to its end and gathers what it prints. Processes that it leaves behind are not waited for; they
 * are ended if asked.
 */
export async function runProcess(
  command: string,
  args: readonly string[],
  options: ProcessOptions,
): Promise<ProcessResult> {
  const [program, list] = invocation(command, args, options.env);
  const mark = crypto.randomUUID();
  const child = new Deno.Command(program, {
    args: list,
    cwd: options.cwd,
    env: { ...options.env, [MARK]: mark },
    clearEnv: true,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const [stdout, stderr] = [gather(child.stdout), gather(child.stderr)];
  let timedOut = false;
  const asked = setTimeout(() => {
    timedOut = true;
    end(child, "SIGTERM");
  }, options.timeoutMs);
  const forced = setTimeout(() => end(child, "SIGKILL"), options.timeoutMs + GRACE_MS);
  const { code } = await child.status;
  clearTimeout(asked);
  clearTimeout(forced);
  if (options.endHelpers === true && Deno.build.os !== "windows") await endMarked(mark);
  const late = setTimeout(() => [stdout, stderr].forEach((one) => one.stop()), LATE_MS);
  await Promise.all([stdout.done, stderr.done]);
  clearTimeout(late);
  return { code, stdout: stdout.text(), stderr: stderr.text(), timedOut };
}

/** Asks every process with this mark in its environment to end, and kills it soon after. */
async function endMarked(mark: string): Promise<void> {
  for (const signal of ["SIGTERM", "SIGKILL"] as const) {
    const found = await marked(mark);
    if (found.length === 0) return;
    for (const pid of found) {
      try {
        Deno.kill(pid, signal);
      } catch { /* it has ended by itself */ }
    }
    await new Promise((resolve) => setTimeout(resolve, HELPER_GRACE_MS));
  }
}

/** Milliseconds for a helper to end by itself. */
const HELPER_GRACE_MS = 500;

async function marked(mark: string): Promise<readonly number[]> {
  try {
    // With `e`, ps shows the environment after the command: on Linux and macOS, for the user's own processes.
    const { stdout } = await new Deno.Command("ps", {
      args: ["axeww", "-o", "pid=,command="],
      stdin: "null",
      stderr: "null",
    }).output();
    return new TextDecoder().decode(stdout).split("\n").filter((line) => line.includes(`${MARK}=${mark}`))
      .map((line) => Number.parseInt(line, 10)).filter((pid) => pid > 1 && pid !== Deno.pid);
  } catch {
    return [];
  }
}

/** Windows starts command files only through its shell. */
function invocation(
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): readonly [string, string[]] {
  if (Deno.build.os !== "windows" || !/\.(?:cmd|bat)$/i.test(command)) return [command, [...args]];
  return [env["ComSpec"] ?? "cmd.exe", ["/d", "/s", "/c", command, ...args]];
}

function end(child: Deno.ChildProcess, signal: Deno.Signal): void {
  try {
    child.kill(signal);
  } catch { /* it has ended by itself */ }
}

interface Gathering {
  readonly done: Promise<void>;
  stop(): void;
  text(): string;
}

function gather(stream: ReadableStream<Uint8Array>): Gathering {
  const reader = stream.getReader();
  const decoder = new TextDecoder();
  let text = "";
  const read = async () => {
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      text += decoder.decode(part.value, { stream: true });
    }
  };
  return { done: read(), stop: () => void reader.cancel().catch(() => {}), text: () => text };
}
