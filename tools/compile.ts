/**
 * Compiles the bundle into one executable for each target, `dist/bin/geminitro-<target>`, and prints their SHA-256.
 *
 *     deno task compile [x86_64-unknown-linux-gnu ...]
 */
import { bundle } from "./bundle.ts";
import { PERMISSIONS, UNSTABLE } from "../src/cli/self_command.ts";
import { HEAP_FLAG } from "../src/system/mod.ts";

/** Flags of `deno compile`, except target and output. */
export const COMPILE_FLAGS: readonly string[] = [
  "--no-config",
  "--node-modules-dir=none",
  HEAP_FLAG,
  ...UNSTABLE.map(([flag]) => flag),
  "--include=_fresh",
  "--include=static",
  ...PERMISSIONS.map(([flag]) => flag),
];

async function compile(target: string, folder: URL): Promise<void> {
  const name = `geminitro-${target}${target.includes("windows") ? ".exe" : ""}`;
  const out = new URL(`bin/${name}`, folder);
  const { code } = await new Deno.Command(Deno.execPath(), {
    args: ["compile", ...COMPILE_FLAGS, `--target=${target}`, `--output=${out.pathname}`, "geminitro.js"],
    cwd: folder,
    stdout: "inherit",
    stderr: "inherit",
  }).output();
  if (code !== 0) Deno.exit(code);
  const hash = await crypto.subtle.digest("SHA-256", await Deno.readFile(out));
  console.log(`${new Uint8Array(hash).toHex()}  ${name}`);
}

if (import.meta.main) {
  const folder = await bundle();
  await Deno.mkdir(new URL("bin/", folder), { recursive: true });
  for (const target of Deno.args.length > 0 ? Deno.args : [Deno.build.target]) await compile(target, folder);
}
