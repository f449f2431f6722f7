/**
 * Paths, with the names of @std/path. Node's own module takes 3 ms and 2 MiB of every start; here POSIX paths are joined as
 * it joins them, and it is loaded only for Windows paths.
 *
 * @module
 */
import { nodeModule } from "./node_module.ts";

/** The path functions that the program uses. */
export interface PlatformPath {
  /** Joins parts and takes `.`, `..` and double separators out; "." for nothing. */
  join(...parts: readonly string[]): string;
  /** The folder of a path; "." if it has none. */
  dirname(path: string): string;
  /** The last name of a path. */
  basename(path: string): string;
}

/** Paths of Linux and macOS, on every platform. */
export const posix: PlatformPath = {
  join(...parts) {
    const text = parts.filter((part) => part !== "").join("/");
    if (text === "") return ".";
    const absolute = text.startsWith("/");
    const names = resolvedNames(text, absolute).join("/");
    const path = `${absolute ? "/" : ""}${names}${names !== "" && text.endsWith("/") ? "/" : ""}`;
    return path === "" ? (text.endsWith("/") ? "./" : ".") : path;
  },
  dirname(path) {
    const bare = withoutSlashes(path);
    if (bare === "") return path.startsWith("/") ? "/" : ".";
    const end = bare.lastIndexOf("/");
    if (end < 0) return ".";
    // Exactly two slashes at the beginning are a root of their own.
    if (end === 1 && bare.startsWith("//")) return "//";
    return end === 0 ? "/" : bare.slice(0, end);
  },
  basename(path) {
    const bare = withoutSlashes(path);
    return bare.slice(bare.lastIndexOf("/") + 1);
  },
};

/** Paths of Windows, on every platform. */
export const win32: PlatformPath = {
  join: (...parts) => nodeModule("node:path").win32.join(...parts),
  dirname: (path) => nodeModule("node:path").win32.dirname(path),
  basename: (path) => nodeModule("node:path").win32.basename(path),
};

const own = Deno.build.os === "windows" ? win32 : posix;
/** Joins parts of a path of the platform that this runs on. */
export const join = own.join;
export const dirname = own.dirname;
export const basename = own.basename;

function withoutSlashes(path: string): string {
  let end = path.length;
  while (end > 0 && path[end - 1] === "/") end--;
  return path.slice(0, end);
}

function resolvedNames(text: string, absolute: boolean): readonly string[] {
  const names: string[] = [];
  for (const name of text.split("/")) {
    if (name === "" || name === ".") continue;
    if (name !== "..") names.push(name);
    else if (names.length > 0 && names.at(-1) !== "..") names.pop();
    else if (!absolute) names.push("..");
  }
  return names;
}
