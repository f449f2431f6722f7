import { basename, dirname } from "@std/path";
import { isObject } from "../core/mod.ts";

const NAME = ".units-";

/**
 * The unused units of slices that this process has in hand, by window, in a file beside the database. Written synchronously
 * before a unit is used, so that the units in it after a kill were certainly not used and can be returned.
 */
export class UnitsInHand {
  readonly #path: string | undefined;
  readonly #units = new Map<string, number>();
  #file: Deno.FsFile | undefined;
  #length = 0;
  /**
   * True after a failed write, after which nothing more is written: units may be lost at a kill, but are never returned
   * twice.
   */
  #broken = false;

  /** `beside` is the database's file; without one nothing is recorded. */
  constructor(beside: string | undefined, processId: string) {
    this.#path = beside === undefined ? undefined : `${beside}${NAME}${processId}`;
  }

  /** Records how many units of a window are in hand from now on. */
  set(window: string, units: number): void {
    const whole = Math.max(0, Math.floor(units));
    if (this.#path === undefined || this.#broken || (this.#units.get(window) ?? 0) === whole) return;
    if (whole === 0) this.#units.delete(window);
    else this.#units.set(window, whole);
    try {
      this.#write(this.#path);
    } catch {
      this.#broken = true;
      this.close();
    }
  }

  /** Removes the file. */
  close(): void {
    const path = this.#path;
    if (this.#file === undefined || path === undefined) return;
    try {
      // If it cannot be removed, it is emptied.
      this.#file.truncateSync();
      this.#file.close();
      Deno.removeSync(path);
    } catch {
      // The disk is gone or read-only, so nothing can be returned from it either.
    }
    this.#file = undefined;
  }

  #write(path: string): void {
    this.#file ??= Deno.openSync(path, { write: true, create: true, truncate: true, mode: 0o600 });
    const text = JSON.stringify(Object.fromEntries(this.#units));
    // Padded with blanks over a longer former text, so that one write is enough.
    const bytes = new TextEncoder().encode(text.padEnd(this.#length));
    this.#length = bytes.byteLength;
    this.#file.seekSync(0, Deno.SeekMode.Start);
    if (this.#file.writeSync(bytes) !== bytes.byteLength) throw new Error("written in part");
  }
}

/** Reads and removes the files of killed processes. Call it only when no other process runs. */
export async function takeUnitsOfTheDead(beside: string | undefined): Promise<ReadonlyMap<string, number>> {
  const found = new Map<string, number>();
  if (beside === undefined) return found;
  const folder = dirname(beside);
  for (const name of await namesIn(folder)) {
    if (!name.startsWith(basename(beside) + NAME)) continue;
    for (const [window, units] of Object.entries(unitsIn(await takeText(`${folder}/${name}`)))) {
      if (typeof units === "number") found.set(window, (found.get(window) ?? 0) + units);
    }
  }
  return found;
}

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name);
  } catch {
    // Units that cannot be returned are lost, which must not prevent a start.
    return [];
  }
}

/** Reads a file and removes it; empty when either cannot be done. */
async function takeText(path: string): Promise<string> {
  try {
    const text = await Deno.readTextFile(path);
    // Removed before the units are returned: twice would be worse than never.
    await Deno.remove(path);
    return text;
  } catch {
    return "";
  }
}

function unitsIn(text: string): Record<string, unknown> {
  try {
    // deno-lint-ignore geminitro/foreign-json -- this program wrote it
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : {};
  } catch {
    // The process was killed while writing.
    return {};
  }
}
