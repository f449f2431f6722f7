/**
 * Writes the command `geminitro` into a folder of the PATH, so that this checkout is called from anywhere. It is written again
 * whenever this runs; another program's file of that name is left alone unless `--force` is given.
 */
import { delimiter, join } from "node:path";
import { selfCommand } from "../src/cli/self_command.ts";
import { CALLED_AS } from "../src/update/mod.ts";

const ROOT = new URL("..", import.meta.url);
const WINDOWS = Deno.build.os === "windows";

/** Folders that are the user's own, the first on the PATH wins; else the last, with a word on how to add it. */
function place(): { readonly folder: string; readonly onPath: boolean } {
  const home = Deno.env.get(WINDOWS ? "USERPROFILE" : "HOME") ?? "";
  const root = Deno.env.get("DENO_INSTALL_ROOT");
  const folders = [
    ...(root === undefined ? [] : [join(root, "bin")]),
    join(home, ".local", "bin"),
    join(home, ".deno", "bin"),
  ];
  const path = (Deno.env.get("PATH") ?? "").split(delimiter);
  const found = folders.find((folder) => path.includes(folder));
  return { folder: found ?? folders.at(-1)!, onPath: found !== undefined };
}

function script(): string {
  const projectDir = decodeURIComponent(ROOT.pathname).replace(WINDOWS ? /^\/|\/$/g : /\/$/, "");
  const { program, args } = selfCommand({ entry: `${projectDir}/cli.ts`, projectDir }, []);
  if (WINDOWS) {
    const words = [program, ...args].map((word) => `"${word}"`).join(" ");
    return `@echo off\r\nset "${CALLED_AS}=geminitro"\r\nset "DENO_NO_UPDATE_CHECK=1"\r\n${words} %*\r\n`;
  }
  const words = [program, ...args].map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(" ");
  return `#!/bin/sh\n${CALLED_AS}=geminitro DENO_NO_UPDATE_CHECK=1 exec ${words} "$@"\n`;
}

async function installCommand(force: boolean): Promise<number> {
  const { folder, onPath } = place();
  const file = join(folder, WINDOWS ? "geminitro.cmd" : "geminitro");
  const there = await Deno.readTextFile(file).catch(() => undefined);
  if (there !== undefined && !there.includes(CALLED_AS) && !force) {
    console.error(`${file} is another program and is left alone. Replace it: deno task install --force`);
    return 1;
  }
  await Deno.mkdir(folder, { recursive: true });
  await Deno.writeTextFile(file, script(), { mode: 0o755 });
  if (!WINDOWS) await Deno.chmod(file, 0o755);
  console.log(`Wrote ${file}`);
  console.log(onPath ? "Try it: geminitro --help" : `Add ${folder} to your PATH, then try: geminitro --help`);
  return 0;
}

if (import.meta.main) Deno.exit(await installCommand(Deno.args.includes("--force")));
