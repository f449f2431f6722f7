import type { AdminProblem, Outcome } from "../admin/mod.ts";
import { CommandError } from "./command_error.ts";

/** The value of a use-case's answer; a refusal ends the command with its message. */
export function valueOf<Value>(outcome: Outcome<Value>): Value {
  if (outcome.ok) return outcome.value;
  throw refusal(outcome.error);
}

function refusal({ message, code }: AdminProblem): CommandError {
  return new CommandError(message, { code });
}
