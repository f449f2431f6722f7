import { dirname } from "node:path";
import { damaged, damageOf, isDamage } from "./check_database.ts";
import { isLocked } from "./commit.ts";
import { StoreOpenError } from "./open_error.ts";

/** Where a database lies. */
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

/** Makes the data folder with mode 0700 and opens the database; a file gets mode 0600. */
export async function openPlace(place: Place, home: string | undefined): Promise<Deno.Kv> {
  if (home !== undefined && place.kind !== "memory") await privateFolder(home);
  if (place.kind === "file") await Deno.mkdir(dirname(place.path), { recursive: true, mode: 0o700 });
  const path = place.kind === "memory" ? ":memory:" : place.kind === "file" ? place.path : place.url;
  try {
    if (place.kind === "file") {
      await privateFile(place.path);
      const reason = damageOf(place.path, (await Deno.stat(place.path)).size);
      if (reason !== undefined) throw await damaged(place.path, home, reason);
    }
    return await Deno.openKv(path);
  } catch (error) {
    if (isLocked(error) || error instanceof StoreOpenError) throw error;
    if (place.kind === "file" && isDamage(error)) throw await damaged(place.path, home, String(error));
    const reason = error instanceof Error ? error.message : String(error);
    throw new StoreOpenError(
      `The database ${path} cannot be opened: ${reason}. Check GEMINITRO_KV and GEMINITRO_HOME.`,
    );
  }
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

async function restrict(path: string, mode: number): Promise<void> {
  if (Deno.build.os !== "windows") await Deno.chmod(path, mode);
}
