import { FREE_BYTES, UPSTREAM_BOUNDS } from "./bounds.ts";

/** The code of the failure that a reply which is not taken becomes. */
export type UnreadableCode = "upstream_reply_too_large" | "upstream_reply_coding";

/** A reply that exceeds a bound, or cannot be decompressed. The message says which, as half a sentence. */
export class ReplyBeyondBounds extends Error {
  override readonly name = "ReplyBeyondBounds";

  constructor(message: string, readonly code: UnreadableCode = "upstream_reply_too_large") {
    super(message);
  }
}

/** The message about a reply that goes beyond `mostInflated`. */
export const INFLATES = "inflates beyond all measure";

/** Most bytes to which a reply may decompress, by its headers. */
export function mostInflated(headers: Headers): number {
  const sent = headers.get("content-encoding") === null ? NaN : lengthOf(headers);
  return sent >= 0 ? Math.max(FREE_BYTES, sent * UPSTREAM_BOUNDS.inflation) : Infinity;
}

/** The stated length of a body as it is sent, in bytes; NaN where none is stated. */
export function lengthOf(headers: Headers): number {
  return Number(headers.get("content-length") ?? NaN);
}

/** Codings that the platform's fetch asks for and unpacks: one alone, and no other. */
const UNPACKED_REGEXP = /^\s*(?:gzip|br)\s*$/i;
/** Codings that change the bytes. Other words are ignored: some servers write a character set here. */
const PACKED_REGEXP = /\b(?:gzip|compress|deflate|br|zstd|dcb|dcz)\b/i;
const LONGEST_CODING = 100;

/** Throws ReplyBeyondBounds for a body in a coding that the platform would hand over as it is, for a client to take for the reply. */
export function mustBeReadable(headers: Headers): void {
  const coding = codingOf(headers);
  if (!PACKED_REGEXP.test(coding) || UNPACKED_REGEXP.test(coding)) return;
  const word = coding.replace(/[^\w, -]/g, "?").slice(0, 40);
  throw new ReplyBeyondBounds(`is compressed as ${word}`, "upstream_reply_coding");
}

/** Messages of the platform's decoders. A broken connection has another: "error reading a body from connection". */
const DECODER_REGEXP =
  /^(?:(?:reached )?unexpected e(?:nd of file|of)|invalid gzip header|corrupt (?:gzip|deflate)|crc computed|brotli error|.{0,40}decompress)/i;

/** The error to throw for a failed read: bytes that cannot be decompressed did arrive, so the network is not to blame. */
export function packingFault(headers: Headers, cause: unknown): unknown {
  if (!(cause instanceof Error) || cause instanceof ReplyBeyondBounds) return cause;
  if (!UNPACKED_REGEXP.test(codingOf(headers)) || !DECODER_REGEXP.test(cause.message)) return cause;
  return new ReplyBeyondBounds(
    `cannot be unpacked (${codingOf(headers).trim().toLowerCase()})`,
    "upstream_reply_coding",
  );
}

function codingOf(headers: Headers): string {
  return (headers.get("content-encoding") ?? "").slice(0, LONGEST_CODING);
}
