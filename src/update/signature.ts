import { UpdateError } from "./update_error.ts";

/** Verifies an Ed25519 signature in base64 over the very bytes; throws an UpdateError when it does not hold. */
export async function verifySignature(
  bytes: Uint8Array<ArrayBuffer>,
  signature: string,
  publicKey: string,
): Promise<void> {
  const key = await crypto.subtle.importKey("raw", bytesOf(publicKey), "Ed25519", false, ["verify"]);
  const holds = await crypto.subtle.verify("Ed25519", key, bytesOf(signature), bytes);
  if (!holds) throw new UpdateError("The signature of the release is not ours: nothing was installed");
}

/** Signs a manifest with the private key (PKCS 8 in base64); for making releases and for tests. */
export async function signManifest(bytes: Uint8Array<ArrayBuffer>, privateKey: string): Promise<string> {
  const key = await crypto.subtle.importKey("pkcs8", bytesOf(privateKey), "Ed25519", false, ["sign"]);
  return new Uint8Array(await crypto.subtle.sign("Ed25519", key, bytes)).toBase64();
}

function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  try {
    return Uint8Array.fromBase64(base64.trim());
  } catch {
    throw new UpdateError("The signature of the release is not base64: nothing was installed");
  }
}
