import published from "../../data/release_keys.json" with { type: "json" };

/**
 * The address of the newest release's manifest: `release.json`, with its signatures beside it in `release.json.sig`. The
 * setting GEMINITRO_RELEASE_FEED names another one, which must be signed with the same keys.
 */
export const RELEASE_FEED = "https://github.com/jmvbambico/geminitro/releases/latest/download/release.json";

/** A public key that releases may be signed with. */
export interface ReleaseKey {
  /** The first 16 hexadecimal digits of the SHA-256 of the raw key. */
  readonly id: string;
  /** Ed25519, raw, in base64. */
  readonly publicKey: string;
}

/** The keys that this build trusts: the one in use and a spare, so that losing one costs nobody an update. */
export const RELEASE_KEYS: readonly ReleaseKey[] = published.keys;

/** Most signatures that are checked. */
const MOST_SIGNATURES = 16;

/**
 * Verifies a signature file: a line `<key id> <Ed25519 signature in base64>` for each key that signed these very bytes. One
 * trusted key is enough. Throws an UpdateError that says what is missing.
 */
export async function verifySignature(
  bytes: Uint8Array<ArrayBuffer>,
  signatures: string,
  trusted: readonly ReleaseKey[],
): Promise<void> {
  if (trusted.length === 0) {
    throw new UpdateError(
      "This build trusts no release key, so it cannot verify a release: install the newest release by hand and compare SHA256SUMS",
    );
  }
  const lines = signatures.trim().split("\n").slice(0, MOST_SIGNATURES).map((line) => line.trim().split(" "));
  for (const { id, publicKey } of trusted) {
    const signature = lines.find(([signer]) => signer === id)?.[1];
    if (signature === undefined) continue;
    const key = await crypto.subtle.importKey("raw", bytesOf(publicKey), "Ed25519", false, ["verify"]);
    if (await crypto.subtle.verify("Ed25519", key, bytesOf(signature), bytes)) return;
    throw new UpdateError("The signature of the release does not fit its manifest: nothing was installed");
  }
  throw new UpdateError("No key that this build trusts has signed the release: nothing was installed");
}

/** Signs a manifest with a private key (PKCS 8 in base64); gives one line of a signature file. */
export async function signManifest(bytes: Uint8Array<ArrayBuffer>, privateKey: string): Promise<string> {
  const [key, { id }] = [await importPrivate(privateKey), await publicHalf(privateKey)];
  const signature = new Uint8Array(await crypto.subtle.sign("Ed25519", key, bytes));
  return `${id} ${signature.toBase64()}\n`;
}

/** Derives the public half of a private key (PKCS 8 in base64). */
export async function publicHalf(privateKey: string): Promise<ReleaseKey> {
  const { x } = await crypto.subtle.exportKey("jwk", await importPrivate(privateKey)) as { x: string };
  const raw = Uint8Array.fromBase64(x, { alphabet: "base64url" });
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", raw));
  return { id: digest.toHex().slice(0, 16), publicKey: raw.toBase64() };
}

async function importPrivate(privateKey: string): Promise<CryptoKey> {
  return await crypto.subtle.importKey("pkcs8", bytesOf(privateKey), "Ed25519", true, ["sign"]);
}

function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  try {
    return Uint8Array.fromBase64(base64.trim());
  } catch {
    throw new UpdateError("The signature of the release is not base64: nothing was installed");
  }
}

/** An update that was not made; nothing was changed. The message says why. */
export class UpdateError extends Error {
  override readonly name = "UpdateError";
}
