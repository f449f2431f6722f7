/**
 * Compiles the bundle into one executable for a target, `dist/bin/geminitro-<target>`, and prints its SHA-256.
 *
 *     deno task compile [x86_64-unknown-linux-gnu]
 */
import { bundle } from "./bundle.ts";
import { PERMISSIONS } from "./permissions.ts";

const target = Deno.args[0] ?? Deno.build.target;
const folder = await bundle();
const out = new URL(`bin/geminitro-${target}${target.includes("windows") ? ".exe" : ""}`, folder);
await Deno.mkdir(new URL("bin/", folder), { recursive: true });
const { code } = await new Deno.Command(Deno.execPath(), {
  args: [
    "compile",
    "--no-config",
    "--node-modules-dir=none",
    "--unstable-kv",
    "--unstable-cron",
    "--unstable-net",
    "--unstable-no-legacy-abort",
    "--include=_fresh",
    "--include=static",
    ...PERMISSIONS.map(([flag]) => flag),
    `--target=${target}`,
    `--output=${out.pathname}`,
    "geminitro.js",
  ],
  cwd: folder,
  stdout: "inherit",
  stderr: "inherit",
}).output();
if (code !== 0) Deno.exit(code);
const hash = await crypto.subtle.digest("SHA-256", await Deno.readFile(out));
console.log(`${new Uint8Array(hash).toHex()}  ${out.pathname.split("/").at(-1)}`);
