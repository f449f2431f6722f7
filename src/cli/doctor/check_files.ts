import { join } from "node:path";
import type { Settings } from "../../config/mod.ts";
import { type Finding, good, odd, wrong } from "./finding.ts";

/** The data folder, the key file and the database must be the user's alone. */
export async function checkFiles({ home, kv }: Pick<Settings, "home" | "kv">): Promise<readonly Finding[]> {
  if (Deno.build.os === "windows") return [good("files", `The data folder is ${home}`)];
  const folder = await modeOf(home);
  if (folder === undefined) return [odd("files", `${home} is not there yet`, "geminitro start makes it")];
  const files = [join(home, "secret.key"), ...(kv.includes("://") || kv === ":memory:" ? [] : [kv])];
  const findings = [tooOpen(home, folder, 0o700)];
  for (const file of files) {
    const mode = await modeOf(file);
    if (mode !== undefined) findings.push(tooOpen(file, mode, 0o600));
  }
  const found = findings.filter((finding) => finding !== undefined);
  return found.length > 0 ? found : [good("files", `${home} is readable by you alone`)];
}

async function modeOf(path: string): Promise<number | undefined> {
  const stat = await Deno.stat(path).catch(() => undefined);
  return stat === undefined ? undefined : (stat.mode ?? 0) & 0o777;
}

function tooOpen(path: string, mode: number, wanted: number): Finding | undefined {
  if ((mode & 0o077) === 0) return undefined;
  const written = mode.toString(8).padStart(3, "0");
  return wrong(
    "files",
    `${path} has mode ${written}: others can reach it`,
    `chmod ${wanted.toString(8)} ${path}`,
  );
}
