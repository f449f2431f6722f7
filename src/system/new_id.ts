import type { NewId } from "../core/mod.ts";

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
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
      if (byte < FAIR) return byte % ALPHABET.length;
    }
  };
  return (prefix) => {
    let text = prefix;
    for (let count = 0; count < LENGTH; count++) text += ALPHABET[next()];
    return text;
  };
}
