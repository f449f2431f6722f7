import { join } from "node:path";
import { storageProblem } from "../../core/mod.ts";
import type { Settings } from "../../config/mod.ts";
import { type Finding, good, odd, wrong } from "./finding.ts";

/** The data folder, the key file and the database must be the user's alone. */
export async function checkFiles({ home, kv }: Pick<Settings, "home" | "kv">): Promise<readonly Finding[]> {
  const blocked = await blockedWrite(home);
  if (blocked !== undefined) return [blocked];
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

/** A write like the database's own: a full or read-only disk shows in nothing else. */
async function blockedWrite(home: string): Promise<Finding | undefined> {
  if (await Deno.stat(home).catch(() => undefined) === undefined) return undefined;
  const path = join(home, `.doctor-${crypto.randomUUID()}`);
  try {
    await Deno.writeFile(path, new Uint8Array(65_536), { createNew: true, mode: 0o600 });
    return undefined;
  } catch (cause) {
    const problem = storageProblem(cause);
    const reason = cause instanceof Error ? cause.message : String(cause);
    return wrong(
      "files",
      problem?.message ?? `${home} cannot be written: ${reason}`,
      "Make service or give this user the folder",
    );
  } finally {
    await Deno.remove(path).catch(() => {});
  }
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
