import { err, ok, type Result } from "../core/mod.ts";
import type { AgentProblem, AgentSystem } from "./contract.ts";

/** A file's text, byte order mark included; undefined when there is no file. */
export async function readText(
  system: AgentSystem,
  path: string,
): Promise<Result<string | undefined, AgentProblem>> {
  try {
    const bytes = await system.read(path);
    if (bytes === undefined) return ok(undefined);
    return ok(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch (error) {
    const reason = error instanceof TypeError
      ? "it is not UTF-8 text"
      : error instanceof Error
      ? error.message
      : String(error);
    return err({ code: "unreadable", path, message: `${path} cannot be read: ${reason}. It was left alone` });
  }
}
