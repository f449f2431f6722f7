import { createHash, randomBytes, timingSafeEqual } from "node:crypto";

/** A new client token: 30 random bytes, readable as ours by its beginning. */
export function newClientToken(): string {
  return `gn-${randomBytes(30).toString("base64url")}`;
}

/** What is kept of a token. It has 240 random bits, so a plain hash cannot be guessed back. */
export function hashToken(token: string): string {
  return createHash("sha256").update(token).digest("hex");
}

/** Compares two texts of the same form without telling by time where they differ. */
export function sameHash(a: string, b: string): boolean {
  const [left, right] = [new TextEncoder().encode(a), new TextEncoder().encode(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}
