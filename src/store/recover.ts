import { join } from "@std/path";
import type { SealedElsewhere } from "./contract.ts";
import type { OwnVault, Vault } from "./vault.ts";

const SALT_BYTES = 16;
/** How the key record's field is in a database file: a V8 string `salt`, then a buffer of 16 bytes. */
const MARK = new Uint8Array([0x22, 4, ...new TextEncoder().encode("salt"), 0x42, SALT_BYTES]);
const PIECE = 1024 * 1024;
/** A damaged file may hold the record in several places, all of them the same. */
const MOST_SALTS = 64;

/** Opens a text that another database under a known master key has sealed. */
export async function recoverSealed(
  own: OwnVault,
  sealed: string,
  { salt, masterKey }: SealedElsewhere,
  folders: readonly string[],
): Promise<string | undefined> {
  const given = salt === undefined ? [own.salt] : [salt];
  const opened = await openWith(own, sealed, given, masterKey);
  if (opened !== undefined || salt !== undefined) return opened;
  return await openWith(own, sealed, await saltsIn(folders), masterKey);
}

async function openWith(
  own: OwnVault,
  sealed: string,
  salts: Iterable<string>,
  masterKey: string | undefined,
): Promise<string | undefined> {
  for (const salt of salts) {
    const vault: Vault = salt === own.salt && masterKey === undefined
      ? own
      : await own.other(salt, masterKey);
    try {
      return await vault.open(sealed);
    } catch {
      // A wrong salt: try the next.
    }
  }
  return undefined;
}

/** Salts found in database files of these folders: intact, damaged, kept aside or in their write-ahead log. */
async function saltsIn(folders: readonly string[]): Promise<ReadonlySet<string>> {
  const found = new Set<string>();
  for (const folder of folders) {
    for (const name of await namesIn(folder)) {
      if (/sqlite3|\.db|\.kv/.test(name)) await readSalts(join(folder, name), found).catch(() => {});
    }
  }
  return found;
}

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return (await Array.fromAsync(Deno.readDir(folder))).filter(({ isFile }) => isFile).map(({ name }) =>
      name
    );
  } catch {
    return [];
  }
}

/** Reads the file in overlapping pieces, so that no mark is split. */
async function readSalts(path: string, found: Set<string>): Promise<void> {
  using file = await Deno.open(path);
  const overlap = MARK.length + SALT_BYTES;
  const buffer = new Uint8Array(PIECE + overlap);
  let kept = 0;
  for (
    let read = await file.read(buffer.subarray(kept));
    read !== null;
    read = await file.read(buffer.subarray(kept))
  ) {
    const bytes = buffer.subarray(0, kept + read);
    for (let at = find(bytes, 0); at >= 0 && found.size < MOST_SALTS; at = find(bytes, at + 1)) {
      const from = at + MARK.length;
      if (from + SALT_BYTES <= bytes.length) found.add(bytes.slice(from, from + SALT_BYTES).toBase64());
    }
    kept = Math.min(overlap - 1, bytes.length);
    buffer.copyWithin(0, bytes.length - kept, bytes.length);
  }
}

function find(bytes: Uint8Array, from: number): number {
  for (let at = bytes.indexOf(MARK[0]!, from); at >= 0; at = bytes.indexOf(MARK[0]!, at + 1)) {
    if (at + MARK.length > bytes.length) return -1;
    if (MARK.every((byte, index) => bytes[at + index] === byte)) return at;
  }
  return -1;
}
