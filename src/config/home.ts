import { posix, win32 } from "node:path";
import type { Environment } from "./option.ts";

/** The user's own folder as the platform tells it. */
export function userFolder(env: Environment, os: typeof Deno.build.os): string | undefined {
  const folder = os === "windows" ? env["USERPROFILE"] || env["HOME"] : env["HOME"];
  return folder === "" ? undefined : folder;
}

/** The platform's own way to join a folder and a name. */
export function joinPath(os: typeof Deno.build.os, ...parts: readonly string[]): string {
  return (os === "windows" ? win32 : posix).join(...parts);
}

/** The data folder: GEMINITRO_HOME (a leading `~` means the user's folder) or `.geminitro` in the user's folder. */
export function dataFolder(env: Environment, os: typeof Deno.build.os): string | undefined {
  const user = userFolder(env, os);
  const asked = env["GEMINITRO_HOME"]?.trim() ?? "";
  if (asked === "") return user === undefined ? undefined : joinPath(os, user, ".geminitro");
  if (!/^~(?:$|[/\\])/.test(asked)) return asked;
  return user === undefined ? undefined : joinPath(os, user, asked.slice(1));
}
