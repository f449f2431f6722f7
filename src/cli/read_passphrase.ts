import { CommandError, type Context, usageError } from "./command.ts";

/** The passphrase of an export: from a file, from the environment, or asked for in a terminal. */
export async function readPassphrase(context: Context, kind: "new" | "known"): Promise<string> {
  const file = context.text("passphrase-file");
  if (file !== undefined) return await firstLine(file, "passphrase file");
  const set = context.services.env["GEMINITRO_PASSPHRASE"] ?? "";
  if (set !== "") return set;
  const flags = kind === "new" ? "--passphrase-file <file> or --open" : "--passphrase-file <file>";
  if (!context.interactive) throw usageError("A passphrase is needed", `Without a terminal, give ${flags}.`);
  const { isCancel, password } = await import("@clack/prompts");
  const answer = await password({ message: "Passphrase of the export" });
  if (isCancel(answer) || answer === undefined || answer === "") {
    throw new CommandError("No passphrase was given", { code: "cancelled" });
  }
  return answer;
}

/** The first line of a file that holds a secret; `what` names it in errors. */
export async function firstLine(file: string, what: string): Promise<string> {
  const text = await Deno.readTextFile(file).catch((error: Error) => {
    throw usageError(`The ${what} ${file} cannot be read: ${error.message}`);
  });
  const line = text.split(/\r?\n/)[0] ?? "";
  if (line === "") throw usageError(`The ${what} ${file} has an empty first line`);
  return line;
}
