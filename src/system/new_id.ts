import type { NewId } from "../core/mod.ts";

const ALPHABET = new TextEncoder().encode("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789");
/** 22 characters of 62 hold 130 bits. */
const LENGTH = 22;
/** The largest multiple of 62 in a byte: bytes at or above it would favour the first letters. */
const FAIR = 248;

/** Names from the system's own randomness, drawn in bulk. */
export function createNewId(): NewId {
  const bytes = new Uint8Array(4096);
  let at = bytes.length;
  const next = (): number => {
    while (true) {
      if (at === bytes.length) {
        crypto.getRandomValues(bytes);
        at = 0;
      }
      const byte = bytes[at++]!;
      if (byte < FAIR) return ALPHABET[byte % ALPHABET.length]!;
    }
  };
  const codes = new Array<number>(LENGTH);
  return (prefix) => {
    // Letter by letter a text would be a chain of 22 pieces.
    for (let index = 0; index < LENGTH; index++) codes[index] = next();
    return prefix + String.fromCharCode(...codes);
  };
}
