import type { NewId } from "../core/mod.ts";

const ALPHABET = new TextEncoder().encode("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789");
/** 22 characters of 62 hold 130 bits. */
const LENGTH = 22;
/** The largest multiple of 62 in a byte: bytes at or above it would favour the first letters. */
const FAIR = 248;

/** Names from the system's own randomness, drawn in bulk. */
export function createNewId(): NewId {
  const bytes = new Uint8Array(4096);
  let letters = "";
  let at = 0;
  return (prefix) => {
    if (at + LENGTH > letters.length) {
      letters = drawn(bytes);
      at = 0;
    }
    at += LENGTH;
    return prefix + letters.slice(at - LENGTH, at);
  };
}

/** As many letters as the bytes give, in one text: putting an id together letter by letter takes ten times as long. */
function drawn(bytes: Uint8Array<ArrayBuffer>): string {
  crypto.getRandomValues(bytes);
  return String.fromCharCode(
    ...bytes.filter((byte) => byte < FAIR).map((byte) => ALPHABET[byte % ALPHABET.length]!),
  );
}
