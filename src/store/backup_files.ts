import { join } from "node:path";

const NAME = /^backup-(\d{4}-\d\d-\d\d)(?:-(\d{1,6}))?\.json$/;

/** The day of a backup by its file's name; undefined for another file. */
export function backupDay(name: string): string | undefined {
  return NAME.exec(name)?.[1];
}

/** Name of a day's backup; further ones of the day, made of other databases, have a number. */
export function backupName(day: string, number: number): string {
  return `backup-${day}${number === 1 ? "" : `-${number}`}.json`;
}

/** Backups in a folder, oldest first; none when there is no such folder. */
export async function backupsIn(folder: string): Promise<readonly string[]> {
  try {
    const names = (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name);
    return names.filter((name) => NAME.test(name)).sort((a, b) => order(a) < order(b) ? -1 : 1)
      .map((name) => join(folder, name));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return [];
    throw error;
  }
}

function order(name: string): string {
  const [, day = "", number = "1"] = NAME.exec(name) ?? [];
  return `${day} ${number.padStart(6, "0")}`;
}
