import type { NewId } from "../core/mod.ts";
import { StoreOpenError } from "./open_error.ts";
import { writeWholeFile } from "../system/mod.ts";

const KEY_FILE = "secret.key";
const NEXT_FILE = "secret.key.next";
/** PBKDF2 rounds with SHA-512 for passphrases (OWASP password storage cheat sheet). */
const ROUNDS = 210_000;

/** The origin of the master key: the user's text, the file in the data folder, or memory only. */
export type KeySource =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "file"; readonly home: string }
  | { readonly kind: "memory" };

/** The raw material of the master key: 32 bytes, or a passphrase's bytes that still need stretching. */
export interface KeyMaterial {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly passphrase: boolean;
}

/** Reads 64 hex digits or base64 of 32 bytes as a key, anything else as a passphrase. */
export function parseMasterKey(text: string): KeyMaterial {
  const trimmed = text.trim();
  if (/^[0-9a-fA-F]{64}$/.test(trimmed)) return { bytes: Uint8Array.fromHex(trimmed), passphrase: false };
  const bytes = decodeBase64(trimmed);
  if (bytes?.length === 32) return { bytes, passphrase: false };
  if (trimmed.length < 8) {
    throw new StoreOpenError(
      "GEMINITRO_MASTER_KEY is too short: give 32 bytes as hex or base64, or a passphrase of 8 characters or more.",
    );
  }
  return { bytes: new TextEncoder().encode(trimmed), passphrase: true };
}

function decodeBase64(text: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    return Uint8Array.fromBase64(text, { alphabet: /[-_]/.test(text) ? "base64url" : "base64" });
  } catch {
    return undefined;
  }
}

/**
 * Finds the master key. Creates the file only for a database without secrets (`fresh`): an existing one whose key file is
 * lost could not be read with a new key.
 */
export async function findMasterKey(source: KeySource, fresh: boolean, newId: NewId): Promise<KeyMaterial> {
  if (source.kind === "text") return parseMasterKey(source.text);
  if (source.kind === "memory") {
    return { bytes: crypto.getRandomValues(new Uint8Array(32)), passphrase: false };
  }
  const path = `${source.home}/${KEY_FILE}`;
  const text = await readIfThere(path) ?? (fresh ? await createKeyFile(path, newId) : undefined);
  if (text === undefined) {
    throw new StoreOpenError(
      `The key file ${path} is missing, so the stored secrets cannot be read. Put the file back or set GEMINITRO_MASTER_KEY.`,
    );
  }
  return parseMasterKey(text);
}

/** A key that will replace the one in the file: written before the database changes, renamed after. */
export async function nextMasterKey(home: string): Promise<KeyMaterial | undefined> {
  const text = await readIfThere(`${home}/${NEXT_FILE}`);
  return text === undefined ? undefined : parseMasterKey(text);
}

export async function takeNextMasterKey(home: string): Promise<void> {
  await Deno.rename(`${home}/${NEXT_FILE}`, `${home}/${KEY_FILE}`);
}

/** Writes a key beside the current one, to be used by the next opening of a database that was changed to it. */
export async function layNextMasterKey(home: string, text: string): Promise<void> {
  parseMasterKey(text);
  await writeWholeFile(`${home}/${NEXT_FILE}`, `${text.trim()}\n`);
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** Creates the key file atomically, as two processes may start at once; the first one wins. */
async function createKeyFile(path: string, newId: NewId): Promise<string> {
  const text = crypto.getRandomValues(new Uint8Array(32)).toHex() + "\n";
  const draft = `${path}.${newId("new_")}`;
  try {
    await Deno.writeTextFile(draft, text, { createNew: true, mode: 0o600 });
    await Deno.link(draft, path);
    return text;
  } catch (error) {
    if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
    return await Deno.readTextFile(path);
  } finally {
    await Deno.remove(draft).catch(() => {});
  }
}

/** Stretches and splits the material into an encryption key and a fingerprint key. */
export async function deriveKeys(
  material: KeyMaterial,
  salt: Uint8Array<ArrayBuffer>,
): Promise<{ readonly seal: CryptoKey; readonly print: CryptoKey }> {
  const root = material.passphrase ? await stretch(material.bytes, salt) : material.bytes;
  const base = await crypto.subtle.importKey("raw", root, "HKDF", false, ["deriveKey"]);
  const derive = (info: string, type: AesKeyGenParams | HmacKeyGenParams, usages: KeyUsage[]) =>
    crypto.subtle.deriveKey(
      { name: "HKDF", hash: "SHA-256", salt, info: new TextEncoder().encode(info) },
      base,
      type,
      false,
      usages,
    );
  return {
    seal: await derive("geminitro secrets", { name: "AES-GCM", length: 256 }, ["encrypt", "decrypt"]),
    print: await derive("geminitro fingerprints", { name: "HMAC", hash: "SHA-256", length: 256 }, ["sign"]),
  };
}

async function stretch(
  passphrase: Uint8Array<ArrayBuffer>,
  salt: Uint8Array<ArrayBuffer>,
): Promise<Uint8Array<ArrayBuffer>> {
  const key = await crypto.subtle.importKey("raw", passphrase, "PBKDF2", false, ["deriveBits"]);
  const bits = await crypto.subtle.deriveBits(
    { name: "PBKDF2", hash: "SHA-512", salt, iterations: ROUNDS },
    key,
    256,
  );
  return new Uint8Array(bits);
}
