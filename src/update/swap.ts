import { UpdateError } from "./update_error.ts";

/** Where the executable before the present one is kept. */
export function previousPath(executable: string): string {
  return executable.replace(/(\.exe)?$/i, (extension) => `.previous${extension}`);
}

/**
 * Puts `next` in the executable's place and keeps the present one for a roll-back. On POSIX systems the name never stands for
 * nothing; Windows lets a running program only be renamed, so there it does for an instant, and is put back on failure.
 */
export async function swapIn(executable: string, next: string, os = Deno.build.os): Promise<void> {
  const previous = previousPath(executable);
  await Deno.remove(previous).catch(() => {});
  if (os !== "windows") {
    await Deno.link(executable, previous);
    return await Deno.rename(next, executable);
  }
  await Deno.rename(executable, previous);
  try {
    await Deno.rename(next, executable);
  } catch (error) {
    await Deno.rename(previous, executable);
    throw error;
  }
}

/** Takes the executable before the present one back; the present one becomes the one before. */
export async function rollBack(executable: string, os = Deno.build.os): Promise<void> {
  const previous = previousPath(executable);
  if (await Deno.stat(previous).catch(() => undefined) === undefined) {
    throw new UpdateError(`There is nothing to go back to: ${previous} is not there`);
  }
  const aside = `${executable}.aside`;
  await Deno.remove(aside).catch(() => {});
  if (os === "windows") await Deno.rename(executable, aside);
  else await Deno.link(executable, aside);
  await Deno.rename(previous, executable);
  await Deno.rename(aside, previous);
}
