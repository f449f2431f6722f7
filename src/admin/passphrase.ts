import { Buffer } from "node:buffer";
import { createCipheriv, createDecipheriv, randomBytes, scrypt } from "node:crypto";
import { promisify } from "node:util";

/** scrypt's cost: 64 MiB and about a quarter of a second. */
const COST = { N: 65_536, r: 8, p: 1, maxmem: 128 * 1024 * 1024 };
const derive = promisify<string, Uint8Array, number, typeof COST, Uint8Array>(scrypt);

/** A text under a passphrase: scrypt for the key, AES-256-GCM for the text. Base64 fields. */
export interface Encrypted {
  readonly kdf: "scrypt";
  readonly N: number;
  readonly r: number;
  readonly p: number;
  readonly cipher: "aes-256-gcm";
  readonly salt: string;
  readonly iv: string;
  readonly tag: string;
  readonly data: string;
}

export async function encrypt(text: string, passphrase: string): Promise<Encrypted> {
  const [salt, iv] = [randomBytes(16), randomBytes(12)];
  const cipher = createCipheriv("aes-256-gcm", await derive(passphrase, salt, 32, COST), iv);
  const data = Buffer.concat([cipher.update(text, "utf8"), cipher.final()]);
  return {
    kdf: "scrypt",
    N: COST.N,
    r: COST.r,
    p: COST.p,
    cipher: "aes-256-gcm",
    salt: salt.toString("base64"),
    iv: iv.toString("base64"),
    tag: cipher.getAuthTag().toString("base64"),
    data: data.toString("base64"),
  };
}

/** The text, or undefined when the passphrase is wrong or the data was changed. Other ways and costs than ours are refused. */
export async function decrypt(sealed: Encrypted, passphrase: string): Promise<string | undefined> {
  if (sealed.kdf !== "scrypt" || sealed.cipher !== "aes-256-gcm") return undefined;
  if (sealed.N !== COST.N || sealed.r !== COST.r || sealed.p !== COST.p) return undefined;
  try {
    const key = await derive(passphrase, Buffer.from(sealed.salt, "base64"), 32, COST);
    const decipher = createDecipheriv("aes-256-gcm", key, Buffer.from(sealed.iv, "base64"), {
      authTagLength: 16,
    });
    decipher.setAuthTag(Buffer.from(sealed.tag, "base64"));
    return Buffer.concat([decipher.update(Buffer.from(sealed.data, "base64")), decipher.final()]).toString(
      "utf8",
    );
  } catch {
    return undefined;
  }
}
