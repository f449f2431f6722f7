import { Buffer } from "node:buffer";

/**
 * The same bytes in a buffer of their own size. The platform hands over a piece of a body as a view of a large buffer: whoever
 * keeps pieces of a few bytes keeps thousands of times as much.
 */
export function ownBytes(piece: Uint8Array): Uint8Array {
  return piece.buffer.byteLength > 2 * piece.byteLength ? new Uint8Array(piece) : piece;
}

/** All pieces in one buffer. */
export function joinBytes(pieces: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  let size = 0;
  for (const piece of pieces) size += piece.byteLength;
  const all = new Uint8Array(size);
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.byteLength;
  }
  return all;
}

/**
 * Bytes as a text of one character each: words of ASCII are found in it, positions are those of the bytes, and it is made
 * without judging what it holds, many times as fast as text is decoded.
 */
export function byteText(bytes: Uint8Array<ArrayBuffer>): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");
}
