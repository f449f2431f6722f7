import { hash, randomBytes } from "node:crypto";

/** A new client token: 30 random bytes, readable as ours by its beginning. */
export function newClientToken(): string {
  return `gn-${randomBytes(30).toString("base64url")}`;
}

/** What is kept of a token. It has 240 random bits, so a plain hash cannot be guessed back. */
export function hashToken(token: string): string {
  return hash("sha256", token, "hex");
}

/** Compares two texts of the same form without telling by time where they differ. */
export function sameHash(a: string, b: string): boolean {
  if (a.length !== b.length) return false;
  let different = 0;
  for (let index = 0; index < a.length; index++) different |= a.charCodeAt(index) ^ b.charCodeAt(index);
  return different === 0;
}
