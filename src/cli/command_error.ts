/** A command that cannot go on. Its message is printed as it is; 1 means it failed, 2 that it was asked wrongly. */
export class CommandError extends Error {
  override readonly name = "CommandError";
  readonly exitCode: 1 | 2;
  /** What to do about it; printed on a line of its own. */
  readonly hint: string | undefined;
  /** Machine word for --json. */
  readonly code: string;

  constructor(message: string, more: { exitCode?: 1 | 2; hint?: string; code?: string } = {}) {
    super(message);
    this.exitCode = more.exitCode ?? 1;
    this.hint = more.hint;
    this.code = more.code ?? (this.exitCode === 2 ? "usage" : "failed");
  }
}

/** The command was written wrongly: exit code 2. */
export function usageError(message: string, hint?: string): CommandError {
  return new CommandError(message, { exitCode: 2, ...(hint === undefined ? {} : { hint }) });
}
