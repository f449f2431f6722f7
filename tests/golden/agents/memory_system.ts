import { posix } from "node:path";
import type { AgentSystem } from "../../../src/agents/mod.ts";

/** A machine whose files are a map: the port, without a disk. */
export interface MemorySystem extends AgentSystem {
  readonly files: Map<string, string>;
  readonly folders: Set<string>;
  readonly modes: Map<string, number | undefined>;
}

/** Begins with these files, given by their path below the user's folder. */
export function memorySystem(
  files: Readonly<Record<string, string>> = {},
  options: {
    readonly os?: AgentSystem["os"];
    readonly home?: string;
    readonly env?: Record<string, string>;
  } = {},
): MemorySystem {
  const home = options.home ?? "/home/user";
  const folders = new Set<string>(["/", home]);
  const stored = new Map<string, string>();
  const modes = new Map<string, number | undefined>();
  const addFolders = (path: string) => {
    for (let at = path; at !== "/" && at !== "."; at = posix.dirname(at)) folders.add(at);
  };
  for (const [path, text] of Object.entries(files)) {
    stored.set(posix.join(home, path), text);
    addFolders(posix.dirname(posix.join(home, path)));
  }
  let time = Date.UTC(2026, 0, 2, 3, 4, 5);
  return {
    os: options.os ?? "linux",
    env: options.env ?? {},
    home,
    files: stored,
    folders,
    modes,
    now: () => time += 1000,
    read: (path) => {
      const text = stored.get(path);
      return Promise.resolve(text === undefined ? undefined : new TextEncoder().encode(text));
    },
    exists: (path) => Promise.resolve(stored.has(path) || folders.has(path)),
    write: (path, content, mode) => {
      if (!folders.has(posix.dirname(path))) throw new Deno.errors.NotFound(posix.dirname(path));
      if (!stored.has(path)) modes.set(path, mode);
      stored.set(path, new TextDecoder("utf-8", { ignoreBOM: true }).decode(content));
      return Promise.resolve();
    },
    remove: (path) => Promise.resolve(void stored.delete(path)),
    makeFolder: (path) => {
      const made: string[] = [];
      for (let at = path; !folders.has(at); at = posix.dirname(at)) made.unshift(at);
      made.forEach((one) => folders.add(one));
      return Promise.resolve(made);
    },
    removeEmptyFolder: (path) => {
      const used = [...stored.keys(), ...folders].some((one) => one.startsWith(`${path}/`));
      if (!used) folders.delete(path);
      return Promise.resolve();
    },
    which: () => Promise.resolve(undefined),
    run: () => Promise.reject(new Error("no process runs here")),
    scratch: () => Promise.reject(new Error("no scratch folder here")),
  };
}
