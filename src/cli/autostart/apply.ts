import { dirname } from "@std/path";
import { CommandError } from "../command.ts";
import type { ServiceKind, ToolCall } from "./services.ts";
import { draftFile } from "../../system/mod.ts";

/** Writes the service's file and registers it with the platform, replacing an earlier one of ours. */
export async function installService(kind: ServiceKind, file: string, text: string): Promise<void> {
  await Deno.mkdir(dirname(file), { recursive: true });
  // Before the earlier service is given up, it is certain that there is room for the new one.
  const draft = await draftFile(file, kind.bytes(text));
  for (const call of kind.remove(file)) await runTool(call);
  await draft.put();
  for (const call of kind.install(file)) {
    const failure = await runTool(call);
    if (failure !== undefined) {
      throw new CommandError(`${call.join(" ")} failed: ${failure}`, {
        hint: `The file ${file} is written; run the command again once the reason is gone.`,
      });
    }
  }
}

/** Removes the service; false when there was none. */
export async function removeService(kind: ServiceKind, file: string): Promise<boolean> {
  if (await Deno.stat(file).catch(() => undefined) === undefined) return false;
  for (const call of kind.remove(file)) await runTool(call);
  await Deno.remove(file);
  return true;
}

/** Runs one command; undefined on success, else its output. */
async function runTool([program, ...args]: ToolCall): Promise<string | undefined> {
  try {
    const { success, stderr } = await new Deno.Command(program, {
      args,
      stdin: "null",
      stdout: "null",
      stderr: "piped",
    }).output();
    return success ? undefined : new TextDecoder().decode(stderr).trim() || "it gave no reason";
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
