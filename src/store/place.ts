import { storageProblem } from "../core/mod.ts";
import { dirname } from "@std/path";
import { damaged, damageOf, isDamage } from "./check_database.ts";
import { isLocked } from "./commit.ts";
import { StoreOpenError } from "./open_error.ts";

/** The location of a database. */
export type Place =
  | { readonly kind: "memory" }
  | { readonly kind: "file"; readonly path: string; readonly home: string }
  | { readonly kind: "server"; readonly url: string };

/** Reads `:memory:`, an http(s) URL of a KV Connect server, or a file path; `home` defaults to the file's folder. */
export function placeOf(path: string, home: string | undefined): Place {
  if (path === ":memory:") return { kind: "memory" };
  if (/^https?:\/\//.test(path)) return { kind: "server", url: path };
  return { kind: "file", path, home: home ?? dirname(path) };
}

/** Creates the data folder with mode 0700 and opens the database; a file gets mode 0600. */
export async function openPlace(place: Place, home: string | undefined): Promise<Deno.Kv> {
  const path = place.kind === "memory" ? ":memory:" : place.kind === "file" ? place.path : place.url;
  try {
    if (home !== undefined && place.kind !== "memory") await privateFolder(home);
    if (place.kind === "file") {
      await Deno.mkdir(dirname(place.path), { recursive: true, mode: 0o700 });
      await privateFile(place.path);
      const reason = damageOf(place.path, (await Deno.stat(place.path)).size);
      if (reason !== undefined) throw await damaged(place.path, home, reason);
    }
    return await Deno.openKv(path);
  } catch (error) {
    if (isLocked(error) || error instanceof StoreOpenError) throw error;
    if (place.kind === "file" && isDamage(error)) throw await damaged(place.path, home, String(error));
    throw await notUsable(error, place.kind === "file" ? place.path : home, path);
  }
}

/** Explains why a folder or file is not usable, who owns it, and what to do. */
async function notUsable(error: unknown, where: string | undefined, path: string): Promise<StoreOpenError> {
  const known = await unusable(error, where);
  if (known !== undefined) return known;
  const reason = error instanceof Error ? error.message : String(error);
  return new StoreOpenError(
    `The database ${path} cannot be opened: ${reason}. Check GEMINITRO_KV and GEMINITRO_HOME.`,
  );
}

/** Why `where`, or the file that the error names, cannot be read or written; undefined for other errors. */
export async function unusable(
  error: unknown,
  where: string | undefined,
): Promise<StoreOpenError | undefined> {
  const reason = error instanceof Error ? error.message : String(error);
  const full = storageProblem(error)?.code === "disk_full";
  // SQLite does not recognise every full disk.
  if (full || /disk i\/o error/i.test(reason)) {
    return new StoreOpenError(
      `The disk that holds ${where} is full${full ? "" : " or fails"}: ${reason}. Make room${
        full ? "" : " or check the disk"
      } and start again. Nothing was changed.`,
    );
  }
  if (where === undefined || !isDenied(error)) return undefined;
  const folder = await blamed(await nearestThere(/'(\/[^']+)'$/.exec(reason)?.[1] ?? where));
  const elsewhere = "or set GEMINITRO_HOME to a folder of its own";
  if (/read-only file system|os error 30\b/i.test(reason)) {
    return new StoreOpenError(
      `${folder} cannot be used: its file system is read-only. Make it writable, ${elsewhere}. Nothing was changed.`,
    );
  }
  const { uid, mode } = await Deno.stat(folder);
  const me = Deno.uid();
  if (uid === null || me === null) {
    return new StoreOpenError(
      `${folder} cannot be used: this user may not write there. Give this user the right to write there, ${elsewhere}.`,
    );
  }
  const rights = `mode ${((mode ?? 0) & 0o777).toString(8).padStart(3, "0")}`;
  return new StoreOpenError(
    uid === me
      ? `${folder} cannot be used: its ${rights} does not let its owner, uid ${me}, read and write. Allow it: chmod -R u+rwX ${folder}`
      : `${folder} cannot be used: it belongs to uid ${uid} with ${rights}, and this process runs as uid ${me}. Give it to this user: sudo chown -R ${me} ${folder}, ${elsewhere}.`,
  );
}

function isDenied(error: unknown): boolean {
  return error instanceof Deno.errors.PermissionDenied || error instanceof Deno.errors.NotCapable ||
    storageProblem(error) !== undefined ||
    (error instanceof Error && /unable to open database file|os error (?:1|13)\b/i.test(error.message));
}

/** The path itself or its nearest existing parent folder. */
async function nearestThere(path: string): Promise<string> {
  for (let at = path;; at = dirname(at)) {
    if (at === dirname(at) || await Deno.stat(at).catch(() => undefined) !== undefined) return at;
  }
}

/**
 * The file or folder at fault: with a readable and writable file it is the folder, where SQLite could not create its
 * journal.
 */
async function blamed(path: string): Promise<string> {
  const { isFile, uid, mode } = await Deno.stat(path);
  return isFile && uid === Deno.uid() && ((mode ?? 0) & 0o600) === 0o600 ? dirname(path) : path;
}

async function privateFolder(home: string): Promise<void> {
  await Deno.mkdir(home, { recursive: true, mode: 0o700 });
  await restrict(home, 0o700);
}

/** The database gives its journal the mode that it has itself, so it must be private before it is opened. */
async function privateFile(path: string): Promise<void> {
  const file = await Deno.open(path, { write: true, create: true, mode: 0o600 });
  file.close();
  for (const one of [path, `${path}-wal`, `${path}-shm`]) {
    await restrict(one, 0o600).catch((error) => {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    });
  }
}

/**
 * Another user's folder that is open to us (a volume's group, a network drive) keeps its mode, which its owner chose.
 * `doctor` and the start report it.
 */
async function restrict(path: string, mode: number): Promise<void> {
  if (Deno.build.os === "windows") return;
  try {
    await Deno.chmod(path, mode);
  } catch (error) {
    const kept = error instanceof Deno.errors.PermissionDenied || error instanceof Deno.errors.NotSupported ||
      (error instanceof Error && /os error (?:1|30|38|45|95)\b/.test(error.message));
    if (!kept) throw error;
  }
}
