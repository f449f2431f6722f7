/**
 * The same bytes in a buffer of their own size. The platform hands over a piece of a body as a view of a large buffer: whoever
 * keeps pieces of a few bytes keeps thousands of times as much.
 */
export function ownBytes(piece: Uint8Array): Uint8Array {
  return piece.buffer.byteLength > 2 * piece.byteLength ? new Uint8Array(piece) : piece;
}
