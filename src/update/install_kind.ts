import { dirname, join } from "@std/path";

/**
 * How this copy of the program was installed, which decides how it is updated:
 *
 * - `executable`: the single file of a release; it replaces itself.
 * - `npm`: the package `geminitro` installed for good; npm renews it.
 * - `npx`: the same package in npx's cache, which npm sweeps; each run may take a newer one.
 * - `container`: an image; whoever runs it pulls the next one.
 * - `checkout`: a git working tree; git renews it.
 * - `bundle`: the folder of `deno task bundle`, run by somebody's own Deno.
 */
export type InstallKind = "executable" | "npm" | "npx" | "container" | "checkout" | "bundle";

/** Set by the command that `deno task install` writes. */
export const CALLED_AS = "GEMINITRO_CALLED_AS";

export interface InstallFacts {
  /** The program's first module; absent in the executable. */
  readonly entry?: string;
  /** The project's folder in a checkout. */
  readonly projectDir?: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Reads a text file; undefined when there is none. Default: the disk. */
  readonly read?: (path: string) => string | undefined;
}

/** Detects how this copy was installed, from its path and the files beside it. */
export function installKind({ entry, projectDir, env, read = readText }: InstallFacts): InstallKind {
  if ((env["GEMINITRO_CONTAINER"] ?? "") !== "") return "container";
  if (entry === undefined) return "executable";
  if (projectDir !== undefined) return "checkout";
  if (!isOurPackage(read(join(dirname(entry), "..", "package.json")))) return "bundle";
  return /[\\/]_npx[\\/]/.test(entry) ? "npx" : "npm";
}

/**
 * The words typed before a command's name, so that a hint can be copied. The command installed by `deno task install` sets
 * them itself.
 */
export function commandName(kind: InstallKind, env: InstallFacts["env"] = {}): string {
  const called = env[CALLED_AS] ?? "";
  if (kind === "checkout") return called === "" ? "deno task geminitro" : called;
  return kind === "npx" ? "npx geminitro" : "geminitro";
}

/** The command that updates a copy which cannot replace itself; undefined for the executable, which does. */
export function updateCommand(kind: InstallKind, projectDir = "."): string | undefined {
  switch (kind) {
    case "executable":
      return undefined;
    case "npm":
      return "npm install --global geminitro@latest";
    case "npx":
      return "npx geminitro@latest";
    case "container":
      return "docker compose pull && docker compose up --detach";
    case "checkout":
      return `git -C ${projectDir} pull --ff-only && deno install --frozen`;
    case "bundle":
      return "deno task bundle";
  }
}

function isOurPackage(text: string | undefined): boolean {
  try {
    // deno-lint-ignore geminitro/foreign-json -- a package's own description on this disk
    return text !== undefined && JSON.parse(text).name === "geminitro";
  } catch {
    return false;
  }
}

function readText(path: string): string | undefined {
  try {
    return Deno.readTextFileSync(path);
  } catch {
    return undefined;
  }
}
