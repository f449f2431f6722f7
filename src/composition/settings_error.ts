import type { SettingsProblem } from "../config/mod.ts";

/** One or more settings do not parse; the message names each with its value and what is allowed. */
export class SettingsError extends Error {
  override readonly name = "SettingsError";
  readonly problems: readonly SettingsProblem[];

  constructor(problems: readonly SettingsProblem[]) {
    super(problems.map((problem) => problem.message).join("\n"));
    this.problems = problems;
  }
}
