import type { Clock } from "../core/mod.ts";

export interface HomeFiles {
  /** The database; absent when it is on another machine or in memory. */
  readonly database?: string;
  /** The file of the master key; absent when the key is a setting. */
  readonly secret?: string;
}

/** Checks that the program's files are still in place. */
export interface HomeWatch {
  /** The problem as a sentence; undefined without one. As of the last check, at most two seconds ago. */
  trouble(): string | undefined;
  /** Checks now, for callers about to acknowledge a change. */
  look(): Promise<string | undefined>;
  close(): void;
}

const LOOK_MS = 2_000;
/** Mode bits for users other than the owner. */
const OPEN_BITS = 0o077;

/**
 * Watches files whose loss a running program would not notice: a deleted database can still be written to, and everything in
 * it is lost with the last handle. A key file that others can read gets its mode back, with a log line.
 */
export async function watchHome(
  files: HomeFiles,
  clock: Clock,
  tell: (message: string) => void,
): Promise<HomeWatch> {
  const first = files.database === undefined ? undefined : await statOf(files.database);
  let trouble: string | undefined;
  let cancel = () => {};
  let closed = false;

  async function look(): Promise<string | undefined> {
    const found = await troubleOf(files, first, tell);
    if (found !== trouble) {
      tell(found ?? "The data folder is whole again");
      trouble = found;
    }
    return found;
  }

  function later(): void {
    cancel = clock.after(LOOK_MS, () => {
      look().catch(() => {}).finally(() => {
        if (!closed) later();
      });
    });
  }

  if (files.database !== undefined || files.secret !== undefined) {
    await look();
    later();
  }
  return {
    trouble: () => trouble,
    look,
    close() {
      closed = true;
      cancel();
    },
  };
}

async function troubleOf(
  { database, secret }: HomeFiles,
  first: Deno.FileInfo | undefined,
  tell: (message: string) => void,
): Promise<string | undefined> {
  if (database !== undefined) {
    const now = await statOf(database);
    if (now === undefined) return `The database ${database} is gone: put it back or restart the program`;
    if (first !== undefined && first.ino !== null && now.ino !== first.ino) {
      return `The database ${database} was exchanged while the program runs: restart the program`;
    }
    if (!await isWritable(database)) {
      return `The database ${database} cannot be written to: check its mode and the disk`;
    }
  }
  if (secret === undefined) return undefined;
  const key = await statOf(secret);
  if (key === undefined) {
    return `The key file ${secret} is gone: put it back, or nothing can be read after the next start`;
  }
  if (key.mode !== null && (key.mode & OPEN_BITS) !== 0) await closeAgain(secret, tell);
  return undefined;
}

async function closeAgain(path: string, tell: (message: string) => void): Promise<void> {
  await Deno.chmod(path, 0o600).then(
    () => tell(`The key file ${path} could be read by other users: its mode is 0600 again`),
    () => tell(`The key file ${path} can be read by other users: set its mode to 0600`),
  );
}

async function statOf(path: string): Promise<Deno.FileInfo | undefined> {
  try {
    return await Deno.stat(path);
  } catch {
    return undefined;
  }
}

async function isWritable(path: string): Promise<boolean> {
  try {
    (await Deno.open(path, { write: true, create: false })).close();
    return true;
  } catch {
    return false;
  }
}
