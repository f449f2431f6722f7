import { posix, win32 } from "node:path";
import type { AgentSystem } from "./contract.ts";

function pathOf(system: AgentSystem): typeof posix {
  return system.os === "windows" ? win32 : posix;
}

/** Joins path parts with the platform's separator. */
export function join(system: AgentSystem, ...parts: readonly string[]): string {
  return pathOf(system).join(...parts);
}

export function folderOf(system: AgentSystem, path: string): string {
  return pathOf(system).dirname(path);
}

export function nameOf(system: AgentSystem, path: string): string {
  return pathOf(system).basename(path);
}

/** A folder in the user's home folder, unless a variable names another. */
export function homeFolder(system: AgentSystem, name: string, variable?: string): string {
  const asked = variable === undefined ? undefined : system.env[variable];
  return asked !== undefined && asked !== "" ? asked : join(system, system.home, name);
}

/** `XDG_CONFIG_HOME` or `~/.config`, for agents that use it on every system. */
export function xdgConfig(system: AgentSystem, name: string): string {
  return join(system, homeFolder(system, ".config", "XDG_CONFIG_HOME"), name);
}

/** `%APPDATA%` on Windows. */
export function roaming(system: AgentSystem): string {
  return system.env["APPDATA"] || join(system, system.home, "AppData", "Roaming");
}

/** The first of these files that exists, else the first. */
export async function firstExisting(system: AgentSystem, paths: readonly string[]): Promise<string> {
  for (const path of paths) if (await system.exists(path)) return path;
  return paths[0]!;
}
