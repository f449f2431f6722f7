import type { NewId } from "../core/mod.ts";
import { type Decode, DecodeProblem, defined } from "./fields.ts";
import { vaultKey } from "./keys.ts";
import {
  deriveKeys,
  findMasterKey,
  type KeyMaterial,
  type KeySource,
  nextMasterKey,
  parseMasterKey,
  takeNextMasterKey,
} from "./master_key.ts";
import { StoreOpenError } from "./open_error.ts";
import type { Quarantine } from "./quarantine.ts";

const PREFIX = "v1.";
const NONCE_BYTES = 12;
const CHECK_TEXT = "geminitro";

/** Encrypts small texts (AES-256-GCM) and makes keyed fingerprints with the database's own key. */
export interface Vault {
  /** `context` must be the same at opening: it ties a sealed text to its record. */
  seal(text: string, context?: string): Promise<string>;
  /** Throws a DecodeProblem when the text was sealed with another key or context, or was changed. */
  open(sealed: string, context?: string): Promise<string>;
  /** The same text always gives the same fingerprint; without the key it reveals nothing. */
  fingerprint(text: string): Promise<string>;
}

/** A database's own vault, which can also open texts sealed by another database under the same master key. */
export interface OwnVault extends Vault {
  /** Base64; together with the master key it is enough for opening. Not a secret. */
  readonly salt: string;
  /** The vault before the last change of the master key, while some texts may still be sealed with it. */
  readonly former?: Vault;
  /** The vault of another database: its salt, and its master key where that is not ours. */
  other(salt: string, masterKey?: string): Promise<Vault>;
}

/** Opens the vault of a database, creating it when the database is new. Throws a StoreOpenError for a wrong or lost key. */
export async function openVault(
  kv: Deno.Kv,
  source: KeySource,
  quarantine: Quarantine,
  newId: NewId,
): Promise<OwnVault> {
  const entry = await kv.get(vaultKey, { consistency: "strong" });
  const stored = quarantine.read(entry, decodeVault);
  if (entry.value !== null && stored === undefined) {
    throw new StoreOpenError(
      "The database's key record cannot be read: it is damaged or from a newer version. Nothing was changed.",
    );
  }
  if (stored !== undefined) return await openStored(stored, source, newId);
  const material = await findMasterKey(source, true, newId);
  const salt = crypto.getRandomValues(new Uint8Array(16));
  const vault = ownVault(makeVault(await deriveKeys(material, salt)), material, salt);
  const record = { v: 1, salt, check: await vault.seal(CHECK_TEXT) };
  const made = await kv.atomic().check(entry).set(vaultKey, record).commit();
  return made.ok ? vault : openVault(kv, source, quarantine, newId);
}

/** The stored record from which a vault is opened. */
export interface StoredVault {
  readonly salt: Uint8Array<ArrayBuffer>;
  readonly check: string;
  /** The key and salt before the last change, sealed; absent once everything is sealed again. */
  readonly former?: string;
}

export const decodeVault: Decode<StoredVault> = (fields) => ({
  salt: fields.bytes("salt"),
  check: fields.text("check"),
  ...defined({ former: fields.optional("former", fields.text) }),
});

async function openStored(stored: StoredVault, source: KeySource, newId: NewId): Promise<OwnVault> {
  const material = await findMasterKey(source, false, newId);
  const plain = makeVault(await deriveKeys(material, stored.salt));
  if (await isRight(plain, stored.check)) {
    return await withFormer(ownVault(plain, material, stored.salt), stored);
  }
  const next = source.kind === "file" ? await nextMasterKey(source.home) : undefined;
  if (next !== undefined && source.kind === "file") {
    const vault = makeVault(await deriveKeys(next, stored.salt));
    if (await isRight(vault, stored.check)) {
      await takeNextMasterKey(source.home);
      return await withFormer(ownVault(vault, next, stored.salt), stored);
    }
  }
  throw wrongKey(source);
}

async function withFormer(vault: OwnVault, { former }: StoredVault): Promise<OwnVault> {
  if (former === undefined) return vault;
  // deno-lint-ignore geminitro/foreign-json -- this program wrote it
  const { bytes, passphrase, salt } = JSON.parse(await vault.open(former));
  const material = { bytes: Uint8Array.fromBase64(String(bytes)), passphrase: passphrase === true };
  return { ...vault, former: makeVault(await deriveKeys(material, Uint8Array.fromBase64(String(salt)))) };
}

/** The key record after a change to the master key `next`; it contains the former key, sealed. */
export async function formerRecord(
  stored: StoredVault,
  options: { readonly source: KeySource; readonly newId: NewId },
  next: string,
): Promise<object> {
  const before = await findMasterKey(options.source, false, options.newId);
  if (!await isRight(makeVault(await deriveKeys(before, stored.salt)), stored.check)) {
    throw wrongKey(options.source);
  }
  const salt = crypto.getRandomValues(new Uint8Array(16));
  const vault = makeVault(await deriveKeys(parseMasterKey(next), salt));
  const { bytes, passphrase } = before;
  const former = JSON.stringify({ bytes: bytes.toBase64(), passphrase, salt: stored.salt.toBase64() });
  return { v: 1, salt, check: await vault.seal(CHECK_TEXT), former: await vault.seal(former) };
}

async function isRight(vault: Vault, check: string): Promise<boolean> {
  return await vault.open(check).catch(() => undefined) === CHECK_TEXT;
}

function wrongKey(source: KeySource): StoreOpenError {
  const where = source.kind === "file" ? `the file secret.key in ${source.home}` : "GEMINITRO_MASTER_KEY";
  return new StoreOpenError(
    `The stored secrets were encrypted with another key than ${where} gives. ` +
      "Set GEMINITRO_MASTER_KEY to the key this database was made with. Nothing was changed.",
  );
}

function ownVault(vault: Vault, material: KeyMaterial, salt: Uint8Array<ArrayBuffer>): OwnVault {
  return {
    ...vault,
    salt: salt.toBase64(),
    async other(text, masterKey) {
      const given = masterKey === undefined ? material : parseMasterKey(masterKey);
      return makeVault(await deriveKeys(given, Uint8Array.fromBase64(text)));
    },
  };
}

function makeVault(keys: { readonly seal: CryptoKey; readonly print: CryptoKey }): Vault {
  const bytesOf = (text: string) => new TextEncoder().encode(text);
  const parameters = (iv: Uint8Array<ArrayBuffer>, context: string) => ({
    name: "AES-GCM",
    iv,
    additionalData: bytesOf(context),
  });
  return {
    async seal(text, context = "") {
      const nonce = crypto.getRandomValues(new Uint8Array(NONCE_BYTES));
      const sealed = new Uint8Array(
        await crypto.subtle.encrypt(parameters(nonce, context), keys.seal, bytesOf(text)),
      );
      const whole = new Uint8Array(NONCE_BYTES + sealed.length);
      whole.set(nonce);
      whole.set(sealed, NONCE_BYTES);
      return PREFIX + whole.toBase64({ alphabet: "base64url", omitPadding: true });
    },
    async open(sealed, context = "") {
      try {
        if (!sealed.startsWith(PREFIX)) throw new DecodeProblem("no prefix");
        const whole = Uint8Array.fromBase64(sealed.slice(PREFIX.length), { alphabet: "base64url" });
        const nonce = whole.slice(0, NONCE_BYTES);
        const open = await crypto.subtle.decrypt(
          parameters(nonce, context),
          keys.seal,
          whole.slice(NONCE_BYTES),
        );
        return new TextDecoder().decode(open);
      } catch {
        throw new DecodeProblem("The sealed text was made with another key, or was changed");
      }
    },
    async fingerprint(text) {
      return new Uint8Array(await crypto.subtle.sign("HMAC", keys.print, bytesOf(text))).toHex();
    },
  };
}
