import type { Context } from "./command.ts";
import { usageError } from "./command_error.ts";

/** An option's value among those it may have; undefined when it was not given. */
export function oneOf<Word extends string>(
  context: Pick<Context, "text">,
  name: string,
  words: readonly Word[],
): Word | undefined {
  const written = context.text(name);
  if (written === undefined) return undefined;
  const word = words.find((one) => one === written);
  if (word === undefined) {
    throw usageError(`--${name} is ${JSON.stringify(written)}, but must be one of ${words.join(", ")}`);
  }
  return word;
}
