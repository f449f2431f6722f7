import { basename, delimiter, dirname, join } from "node:path";
import type { AgentSystem } from "./contract.ts";
import { runProcess } from "./run_process.ts";

/** This machine. `env` is the whole environment that agents are looked for and run in; default: the process's own. */
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

/** A temporary file beside the target, flushed, then renamed over it. */
async function writeWhole(path: string, content: Uint8Array, mode = 0o644, most = 0o7777): Promise<void> {
  const target = await orMissing(Deno.realPath(path)) ?? path;
  const kept = (await orMissing(Deno.stat(target)))?.mode ?? undefined;
  const temporary = join(dirname(target), `.${basename(target)}.${crypto.randomUUID().slice(0, 8)}.tmp`);
  try {
    using file = await Deno.open(temporary, { write: true, createNew: true, mode: 0o600 });
    for (let at = 0; at < content.length;) at += await file.write(content.subarray(at));
    await file.sync();
    if (Deno.build.os !== "windows") await Deno.chmod(temporary, (kept ?? mode) & most);
  } catch (error) {
    await orMissing(Deno.remove(temporary));
    throw error;
  }
  await Deno.rename(temporary, target);
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
